//! Reading, with the rules of `kubectl` 1.37 (go-yaml v2, then Go's JSON decoder).
//!
//! The text becomes a tree of located nodes ([`compose`]), scalars get the type that YAML 1.1 gives them ([`scalar`]),
//! and the tree becomes the model ([`decode`]). Nothing on the way coerces: `token: 123` is an error, as it is to
//! kubectl.

mod compose;
mod decode;
mod error;
mod fields;
mod scalar;
mod text;
mod tree;

pub use error::{Location, ReadError, ReadErrorKind};

use crate::Kubeconfig;

/// The size of the largest document that is read, in bytes. A kubeconfig of a thousand contexts has four million.
pub const MAX_BYTES: usize = 8 * 1024 * 1024;

impl Kubeconfig {
    /// Reads a kubeconfig from YAML or JSON as kubectl does.
    ///
    /// Accepted: an empty document, a missing `apiVersion` or `kind`, `null` for a list, unknown fields (kept), the
    /// first of several documents, anchors and merge keys, a key given twice (the last counts). Refused: a number or a
    /// YAML 1.1 boolean (`yes`, `on`, `y`) where a text is wanted, a name given twice in a list, another `kind`.
    ///
    /// Where this differs from kubectl 1.37: at most [`MAX_BYTES`], 128 levels, 500,000 values and 100,000 more through
    /// aliases; the escapes `\/` and `\ud83d\ude00` of JSON are understood; where YAML 1.1 and 1.2 differ in
    /// syntax, 1.2 is read (U+0085, U+2028 and U+2029 break no lines; a key in braces may span lines); a list of numbers
    /// is no `*-data`.
    ///
    /// ```
    /// use kubeproof_kubeconfig::{Kubeconfig, ReadErrorKind};
    ///
    /// let error = Kubeconfig::parse("users:\n- name: dev\n  user:\n    token: 12345\n").unwrap_err();
    /// assert_eq!(error.kind(), ReadErrorKind::Type);
    /// assert_eq!(
    ///     error.to_string(),
    ///     "line 4, column 12: users[0].user.token is a number where a text is wanted; put it in quotes"
    /// );
    /// ```
    ///
    /// # Errors
    /// [`ReadError`] says where the document is wrong and shows nothing of its values.
    pub fn parse(text: &str) -> Result<Self, ReadError> {
        read(text).map_err(|error| error.in_text(text))
    }

    /// Reads a kubeconfig from the bytes of a file: UTF-8, or UTF-16 with a byte-order mark.
    ///
    /// # Errors
    /// As [`Kubeconfig::parse`], and when the bytes are not text.
    pub fn parse_bytes(bytes: &[u8]) -> Result<Self, ReadError> {
        text::check_size(bytes.len())?;
        Self::parse(&text::decode(bytes)?)
    }
}

fn read(text: &str) -> Result<Kubeconfig, ReadError> {
    text::check_size(text.len())?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    text::check_characters(text)?;
    decode::kubeconfig(compose::first_document(text)?)
}
