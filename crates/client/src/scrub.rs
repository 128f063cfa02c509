//! Cleaning of texts that a server sent before they are shown.

use std::borrow::Cow;

use percent_encoding::utf8_percent_encode;
use secrecy::{ExposeSecret, SecretString};

use crate::Credentials;
use crate::identifier::UNRESERVED;

/// Longest text of a server that is kept, in characters.
const LIMIT: usize = 500;
const MARK: &str = "[redacted]";

/// The secrets that one request carried.
#[derive(Clone, Default)]
pub(crate) struct Scrubber {
    secrets: Vec<SecretString>,
}

impl Scrubber {
    pub(crate) fn new(credentials: &Credentials) -> Self {
        let mut scrubber = Self::default();
        for (_, secret) in credentials.parts() {
            scrubber.add(secret);
        }
        scrubber
    }

    /// One more secret, such as a signature.
    pub(crate) fn add(&mut self, secret: &str) {
        if secret.is_empty() {
            return;
        }
        let encoded: Cow<'_, str> = utf8_percent_encode(secret, UNRESERVED).into();
        if encoded != secret {
            self.secrets.push(encoded.into_owned().into());
        }
        self.secrets.push(secret.to_owned().into());
        // The longest first, so that a secret which contains another leaves no rest.
        self.secrets.sort_by_key(|secret| std::cmp::Reverse(secret.expose_secret().len()));
    }

    /// The text without secrets and control characters, and of bounded length.
    pub(crate) fn clean(&self, text: &str) -> String {
        let mut text = Cow::Borrowed(text);
        for secret in &self.secrets {
            if text.contains(secret.expose_secret()) {
                text = Cow::Owned(text.replace(secret.expose_secret(), MARK));
            }
        }
        let mut kept: String = text
            .trim()
            .chars()
            .take(LIMIT)
            .map(|character| if character.is_control() { ' ' } else { character })
            .collect();
        if text.trim().chars().nth(LIMIT).is_some() {
            kept.push('…');
        }
        kept
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_replaced_in_every_spelling() {
        let mut scrubber = Scrubber::new(&Credentials::AccessKey {
            access_key: "AKplanted".into(),
            secret_key: "AKplanted/+longer".to_owned().into(),
        });
        scrubber.add("");
        scrubber.add("0a1b2c");
        for (text, cleaned) in [
            ("all is well", "all is well"),
            ("bad AKplanted!", "bad [redacted]!"),
            ("AKplanted/+longer", "[redacted]"),
            ("AKplanted%2F%2Blonger", "[redacted]"),
            ("Signature=0a1b2c,AKplantedAKplanted", "Signature=[redacted],[redacted][redacted]"),
            (" line\nends\t\u{1b}[31m ", "line ends  [31m"),
        ] {
            assert_eq!(scrubber.clean(text), cleaned);
        }
    }

    #[test]
    fn texts_are_bounded_after_cleaning() {
        let mut scrubber = Scrubber::default();
        scrubber.add("planted");
        let text = format!("{}planted{}", "é".repeat(LIMIT - 3), "x".repeat(9));
        let cleaned = scrubber.clean(&text);
        assert_eq!(cleaned.chars().count(), LIMIT + 1);
        assert!(cleaned.ends_with("[re…"), "{cleaned}");
    }

    proptest::proptest! {
        #![proptest_config(proptest::test_runner::Config {
            rng_seed: proptest::test_runner::RngSeed::Fixed(0x636c_6965),
            failure_persistence: None,
            ..Default::default()
        })]

        #[test]
        fn no_text_shows_a_secret(
            secret in "[!-~]{12,40}",
            texts in proptest::collection::vec("\\PC{0,300}", 2..4),
        ) {
            let mut scrubber = Scrubber::default();
            scrubber.add(&secret);
            let cleaned = scrubber.clean(&texts.join(&secret));
            assert!(!cleaned.contains(&secret), "{cleaned}");
            assert!(cleaned.chars().count() <= LIMIT + 1);
        }
    }
}
