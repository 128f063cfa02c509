//! The bytes of the `*-data` fields, and Go's rules for their base64.

use std::borrow::Cow;
use std::fmt;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::general_purpose::{GeneralPurpose, PAD, STANDARD};
use secrecy::{ExposeSecret, SecretSlice};

use crate::finding::Problem;

/// Go's `base64.StdEncoding`: padding is required, and bits after the last byte need not be zero.
const GO_STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, PAD.with_decode_allow_trailing_bits(true));

/// The decoded bytes of a `*-data` field: certificates, or a private key. `Debug` shows their number only, and they are
/// wiped from memory when dropped.
///
/// Nothing is required of the bytes: like client-go, reading does not look into them.
#[derive(Clone)]
pub struct Data(SecretSlice<u8>);

impl Data {
    /// Wraps bytes that are not base64.
    pub fn new(bytes: impl Into<Vec<u8>>) -> Self {
        Self(SecretSlice::from(bytes.into()))
    }

    /// Decodes base64 as Go does: the standard alphabet, padded; line feeds and carriage returns are ignored wherever
    /// they are, other white space is not; bits after the last byte are dropped.
    ///
    /// # Errors
    /// When the text is anything else. Where it is wrong and why, and nothing of what it holds.
    pub fn from_base64(text: &str) -> Result<Self, Base64Error> {
        let is_break = |byte: &u8| matches!(byte, b'\r' | b'\n');
        // Most are on one line and need no copy.
        let compact = match text.as_bytes() {
            bytes if bytes.iter().any(is_break) => {
                Cow::Owned(bytes.iter().copied().filter(|byte| !is_break(byte)).collect::<Vec<u8>>())
            }
            bytes => Cow::Borrowed(bytes),
        };
        GO_STANDARD.decode(&compact).map(Self::new).map_err(|_| Base64Error::of(&compact))
    }

    /// The bytes. Those of a key may not be printed.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        self.0.expose_secret()
    }

    /// The bytes as padded base64 on one line, as kubectl writes it.
    #[must_use]
    pub fn to_base64(&self) -> String {
        STANDARD.encode(self.expose())
    }

    /// Whether there are no bytes, which client-go treats as an absent field.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.expose().is_empty()
    }
}

impl PartialEq for Data {
    fn eq(&self, other: &Self) -> bool {
        self.expose() == other.expose()
    }
}

impl Eq for Data {}

impl fmt::Debug for Data {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{} bytes]", self.expose().len())
    }
}

/// Why a text is not base64 to Go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Base64Error {
    /// It starts as PEM does.
    Pem,
    /// It has `-` or `_`, which are of the URL-safe alphabet.
    UrlSafe,
    /// It has spaces or tabs.
    Blank,
    /// It lacks characters at its end: its length is not a multiple of four.
    Length,
    /// It has something else that is not of the alphabet.
    Alphabet,
}

impl fmt::Display for Base64Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Problem { message, remedy } = self.problem();
        write!(f, "the text {message}; {remedy}")
    }
}

impl std::error::Error for Base64Error {}

impl Base64Error {
    pub(crate) fn problem(self) -> Problem {
        let standard = "use the standard alphabet with `=` padding";
        match self {
            Self::Pem => Problem::new("is PEM where base64 of it is wanted", "encode the whole PEM text as base64"),
            Self::UrlSafe => Problem::new("is URL-safe base64, which kubectl refuses", standard),
            Self::Blank => {
                Problem::new("is base64 with blanks in it, which kubectl refuses", "remove them; line breaks may stay")
            }
            Self::Length => Problem::new("is base64 that is cut off or lacks its padding", standard),
            Self::Alphabet => Problem::new("is not base64", standard),
        }
    }

    fn of(compact: &[u8]) -> Self {
        let of_alphabet = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=');
        if compact.starts_with(b"-----BEGIN ") {
            Self::Pem
        } else if compact.iter().any(|byte| matches!(byte, b' ' | b'\t')) {
            Self::Blank
        } else if compact.iter().all(|byte| of_alphabet(byte) || matches!(byte, b'-' | b'_')) {
            if compact.iter().any(|byte| matches!(byte, b'-' | b'_')) {
                Self::UrlSafe
            } else if !compact.len().is_multiple_of(4) {
                Self::Length
            } else {
                Self::Alphabet
            }
        } else {
            Self::Alphabet
        }
    }
}
