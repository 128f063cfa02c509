//! Cleaning of texts that a server sent before they are shown.

use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE};
use secrecy::{ExposeSecret, SecretString};

use crate::{Credentials, spelling};

/// Longest text of a server that is kept, in characters.
const LIMIT: usize = 500;
/// The shortest text in base64 that is looked for; a shorter one is in many a text by chance.
const SHORTEST_BASE64: usize = 6;
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
        if !secret.is_empty() {
            self.secrets.push(secret.to_owned().into());
        }
    }

    /// The secrets as texts to look for: they are known in base64 as well, alone or within another text. Few answers are shown,
    /// so this is done only for those.
    fn texts(&self) -> Vec<SecretString> {
        let mut texts = self.secrets.clone();
        for secret in self.secrets.iter().map(SecretString::expose_secret) {
            for before in 0..3 {
                for engine in [BASE64_STANDARD, BASE64_URL_SAFE] {
                    let text = engine.encode([&vec![0; before], secret.as_bytes()].concat());
                    // The digits at either end hold bits of the neighbours.
                    let (from, to) = ((before * 8).div_ceil(6), (before + secret.len()) * 8 / 6);
                    if let Some(inner) = text.get(from..to).filter(|inner| inner.len() >= SHORTEST_BASE64) {
                        texts.push(inner.to_owned().into());
                    }
                }
            }
        }
        texts
    }

    /// The text without secrets and control characters, and of bounded length.
    pub(crate) fn clean(&self, text: &str) -> String {
        let text = text.trim();
        let secrets = self.texts();
        let mut cleaned = String::new();
        let mut length = 0_usize;
        // Secrets may overlap: all that any of them covers goes.
        let mut covered = 0;
        for (at, character) in text.char_indices() {
            if length > LIMIT {
                break;
            }
            let rest = text.as_bytes().get(at..).unwrap_or_default();
            let end = longest(&secrets, rest).map(|length| at.saturating_add(length));
            if at < covered {
                covered = covered.max(end.unwrap_or(0));
            } else if let Some(end) = end {
                covered = end;
                cleaned.push_str(MARK);
                length = length.saturating_add(MARK.len());
            } else {
                cleaned.push(if character.is_control() { ' ' } else { character });
                length = length.saturating_add(1);
            }
        }
        if length > LIMIT {
            cleaned = cleaned.chars().take(LIMIT).chain(['…']).collect();
        }
        cleaned
    }
}

/// The length of the longest of these secrets that a text begins with, in whatever spelling.
fn longest(secrets: &[SecretString], text: &[u8]) -> Option<usize> {
    secrets.iter().filter_map(|secret| spelling::prefix(text, secret.expose_secret().as_bytes())).max()
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
            // In the spellings of URLs, JSON, HTML and headers, in part or as a whole.
            ("AKplanted%2f%2blonger", "[redacted]"),
            ("AKplanted%2F+longer", "[redacted]"),
            ("%41K%70lanted", "[redacted]"),
            ("AKplanted%252F%252blonger", "[redacted]"),
            (r"AKplanted\/+longer", "[redacted]"),
            (r"AKplanted\u002f\u002Blonger", "[redacted]"),
            ("AKplanted&#x2F;&#43;longer", "[redacted]"),
            ("AKplanted&sol;&plus;longer", "[redacted]"),
            // base64 of it, and of texts with it at each distance from the start.
            ("QUtwbGFudGVkLytsb25nZXI=", "[redacted]I="),
            ("Basic dXNlcjpBS3BsYW50ZWQvK2xvbmdlcg==", "Basic dXNlcjp[redacted]g=="),
            ("eEFLcGxhbnRlZC8rbG9uZ2Vy", "eE[redacted]"),
            ("eEFLcGxhbnRlZC8rbG9uZ2Vy%3D", "eE[redacted]%3D"),
            // What only begins like it.
            ("AKplante AKplante% AKplante%6 AKplante%zz", "AKplante AKplante% AKplante%6 AKplante%zz"),
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
        let whole = "é".repeat(LIMIT);
        assert_eq!(scrubber.clean(&whole), whole);
        for more in [1, 2, 10] {
            assert_eq!(scrubber.clean(&format!("{whole}{}", "x".repeat(more))), format!("{whole}…"));
        }
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
            spellings in proptest::collection::vec(0..8_u8, 40),
        ) {
            let spelled: String = secret.chars().zip(&spellings).map(|(character, spelling)| {
                let code = u32::from(character);
                match spelling {
                    0 => format!("%{code:02x}"),
                    1 => format!("%25{code:02X}"),
                    2 => format!("\\u{code:04x}"),
                    3 => format!("&#{code};"),
                    4 => format!("&#x{code:X};"),
                    _ => character.to_string(),
                }
            }).collect();
            let mut scrubber = Scrubber::default();
            scrubber.add(&secret);
            let cleaned = scrubber.clean(&texts.join(&secret));
            assert!(!cleaned.contains(&secret), "{cleaned}");
            assert!(cleaned.chars().count() <= LIMIT + 1);
            assert_eq!(scrubber.clean(&format!("¿{spelled}¿")), "¿[redacted]¿");
        }
    }
}
