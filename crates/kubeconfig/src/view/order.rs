//! The order in which go-yaml v2 prints keys: numbers in them by their value, letters after everything else.

/// Sorts keys. The order is not transitive (`1a`, `2`, `12` go in a circle), so that the sorting counts: insertion up
/// to twelve keys as Go does, merging above.
pub(super) fn sort<T>(keys: Vec<T>, key_of: impl Fn(&T) -> &str + Copy) -> Vec<T> {
    const INSERTION: usize = 12;
    if keys.len() <= INSERTION {
        let mut sorted: Vec<T> = Vec::with_capacity(keys.len());
        for key in keys {
            let at = sorted.iter().rposition(|other| !is_less(key_of(&key), key_of(other))).map_or(0, |at| at + 1);
            sorted.insert(at, key);
        }
        return sorted;
    }
    let mut first = keys;
    let second = first.split_off(first.len() / 2);
    let mut first = sort(first, key_of).into_iter().peekable();
    let mut second = sort(second, key_of).into_iter().peekable();
    let mut sorted = Vec::new();
    loop {
        let next = match (first.peek(), second.peek()) {
            (Some(a), Some(b)) if is_less(key_of(b), key_of(a)) => second.next(),
            (Some(_), _) => first.next(),
            (None, _) => second.next(),
        };
        match next {
            Some(key) => sorted.push(key),
            None => return sorted,
        }
    }
}

fn is_less(a: &str, b: &str) -> bool {
    let same = a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count();
    // Not within a character, of both: they are the same up to here.
    let same = (0..=same).rev().find(|at| a.is_char_boundary(*at)).unwrap_or(0);
    let (before, rest_of_a) = a.split_at(same);
    let rest_of_b = b.get(same..).unwrap_or_default();
    let (Some(in_a), Some(in_b)) = (rest_of_a.chars().next(), rest_of_b.chars().next()) else {
        return !rest_of_b.is_empty();
    };
    match (in_a.is_alphabetic(), in_b.is_alphabetic()) {
        (true, true) => in_a < in_b,
        (true, false) | (false, true) => in_b.is_alphabetic(),
        (false, false) => {
            // A zero counts when a number was begun before it; other digits compare alike either way.
            let begun = before.bytes().rev().take_while(u8::is_ascii_digit).any(|digit| digit != b'0');
            let of_a = number(rest_of_a, begun);
            let of_b = number(rest_of_b, begun);
            if of_a == of_b { in_a < in_b } else { of_a < of_b }
        }
    }
}

/// The value of the digits that a text starts with, and how many there are.
fn number(text: &str, begun: bool) -> (u64, usize) {
    let digits = text.bytes().take_while(u8::is_ascii_digit);
    digits.fold((u64::from(begun), 0), |(value, count), digit| {
        (value.saturating_mul(10).saturating_add(u64::from(digit - b'0')), count + 1)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(keys: &[&str], expected: &[&str]) {
        assert_eq!(sort(keys.to_vec(), |key| key), expected);
    }

    #[test]
    fn keys_are_in_the_order_of_go_yaml() {
        check(&["b", "a", "B", "1", "-", ""], &["", "-", "1", "B", "a", "b"]);
        check(&["a10", "a2", "a02", "a1"], &["a1", "a2", "a02", "a10"]);
        check(&["103", "12", "003", "02"], &["02", "003", "12", "103"]);
        check(&["002", "0001"], &["0001", "002"]);
        check(&["101", "12", "10", "1-"], &["1-", "10", "12", "101"]);
        check(&["a101", "a12", "a_", "a-"], &["a-", "a_", "a12", "a101"]);
        check(&["ab", "a", "a_", "é", "è"], &["a", "a_", "ab", "è", "é"]);
        let many: Vec<String> = (0..40).rev().map(|number| format!("k{number}")).collect();
        let sorted = sort(many, |key| key);
        assert!(sorted.iter().map(String::as_str).eq((0..40).map(|number| format!("k{number}")).collect::<Vec<_>>()));
    }
}
