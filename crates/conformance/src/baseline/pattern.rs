use std::fmt;

/// What a failure has to be: the message of a result, where `[..]` stands for any text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pattern {
    parts: Vec<String>,
}

/// What stands for any text.
const ANY: &str = "[..]";

/// Letters and digits that have to be there, or it would be true of nearly every failure.
const LEAST: usize = 12;

impl Pattern {
    /// Reads it.
    ///
    /// # Errors
    ///
    /// When it would be true of nearly every failure: what to write.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let parts: Vec<String> = text.trim().split(ANY).map(str::to_owned).collect();
        let written = parts.iter().flat_map(|part| part.chars()).filter(|c| c.is_alphanumeric()).count();
        if written < LEAST {
            return Err(format!(
                "`{text}` would be true of too many failures; write the message that `kubeproof check` prints, with {ANY} for what \
                 changes from run to run"
            ));
        }
        Ok(Self { parts })
    }

    /// The pattern of exactly this message, but for what changes from run to run: the ports of loopback addresses, and the
    /// addresses in memory that some languages show of an object.
    pub(super) fn of(message: &str) -> String {
        let mut pattern = String::with_capacity(message.len());
        let mut rest = message;
        let next = |rest: &str| {
            BEFORE
                .into_iter()
                .filter_map(|before| Some(rest.find(before.0)? + before.0.len()).map(|at| (at, before.1)))
                .min()
        };
        while let Some((at, varies)) = next(rest) {
            let (before, after) = rest.split_at_checked(at).unwrap_or((rest, ""));
            let varying = after.bytes().take_while(|byte| varies.holds(*byte)).count();
            pattern.push_str(before);
            if varying > 0 {
                pattern.push_str(ANY);
            }
            rest = after.get(varying..).unwrap_or_default();
        }
        pattern + rest
    }

    pub(super) fn fits(&self, message: &str) -> bool {
        let message = message.trim();
        let [first, middle @ .., last] = self.parts.as_slice() else {
            return self.parts.first().is_some_and(|only| only == message);
        };
        let Some(mut rest) = message.strip_prefix(first.as_str()).and_then(|rest| rest.strip_suffix(last.as_str()))
        else {
            return false;
        };
        for part in middle {
            let Some((_, after)) = rest.split_once(part.as_str()) else { return false };
            rest = after;
        }
        true
    }
}

/// What stands before what changes from run to run.
const BEFORE: [(&str, Varying); 5] = [
    ("127.0.0.1:", Varying::Number),
    ("localhost:", Varying::Number),
    ("[::1]:", Varying::Number),
    ("port=", Varying::Number),
    (" at 0x", Varying::Address),
];

/// How what changes from run to run is written.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Varying {
    Number,
    Address,
}

impl Varying {
    fn holds(self, byte: u8) -> bool {
        match self {
            Self::Number => byte.is_ascii_digit(),
            Self::Address => byte.is_ascii_hexdigit(),
        }
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.parts.join(ANY))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(pattern: &str, message: &str, fits: bool) {
        assert_eq!(Pattern::parse(pattern).unwrap().fits(message), fits, "{pattern} / {message}");
    }

    #[test]
    fn a_pattern_is_the_message_but_for_what_stands_for_any_text() {
        check("expected an error; came a kubeconfig", "expected an error; came a kubeconfig", true);
        check("expected an error; came a kubeconfig", "expected an error; came a kubeconfig!", false);
        check("expected an error; came [..]", "expected an error; came a kubeconfig", true);
        check("[..]expected an error; came[..]", "step 1: expected an error; came a kubeconfig", true);
        check("at [..], expected [..] or nothing", "at 1, expected all or nothing", true);
        check("at [..], expected [..] or nothing", "at 1, wanted all or nothing", false);
        check("expected an error[..]kubeconfig", "expected an error; came a kubeconfig", true);
        // What stands at both ends is not the same text.
        check("expected error[..]expected error", "expected error", false);
    }

    #[test]
    fn a_pattern_that_is_true_of_too_much_is_refused() {
        for text in ["", "[..]", "expected", "  [..]; came [..]", "[..]expected [..]"] {
            assert!(Pattern::parse(text).unwrap_err().contains("too many failures"), "{text}");
        }
    }

    #[test]
    fn a_port_and_an_address_change_from_run_to_run() {
        let message = "no answer of http://127.0.0.1:40123/v2, nor of localhost:7, nor of 127.0.0.1:";
        let pattern = Pattern::of(message);
        assert_eq!(pattern, "no answer of http://127.0.0.1:[..]/v2, nor of localhost:[..], nor of 127.0.0.1:");
        check(&pattern, &message.replace("40123", "5"), true);
        let message = "HTTPSConnectionPool(host='127.0.0.1', port=40123): <object at 0x7f00BEEF>: port=none, at 0x";
        let pattern = Pattern::of(message);
        assert_eq!(pattern, "HTTPSConnectionPool(host='127.0.0.1', port=[..]): <object at 0x[..]>: port=none, at 0x");
        check(&pattern, &message.replace("40123", "5").replace("7f00BEEF", "1"), true);
    }
}
