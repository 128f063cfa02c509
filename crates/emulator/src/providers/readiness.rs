//! When a cluster that is not ready becomes ready.

/// Whether a cluster that becomes ready after `after` calls about it is ready at this call; if not, the call is added to
/// `calls`, those that came before it was.
pub(super) fn is_ready(after: u64, calls: &mut u64) -> bool {
    if *calls >= after {
        return true;
    }
    *calls = calls.saturating_add(1);
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_counted_until_it_is_ready() {
        for (after, expected) in [(0, [true; 4]), (1, [false, true, true, true]), (3, [false, false, false, true])] {
            let mut calls = 0;
            assert_eq!(expected.map(|_| is_ready(after, &mut calls)), expected, "{after}");
            assert_eq!(calls, after);
        }
    }
}
