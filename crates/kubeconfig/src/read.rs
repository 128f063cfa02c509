//! Reading, with the rules of `kubectl` 1.37 (go-yaml v2, then Go's JSON decoder).
//!
//! The text becomes a tree of located nodes ([`compose`]), scalars get the type that YAML 1.1 gives them ([`scalar`]),
//! and the tree becomes the model ([`decode`]). Nothing on the way coerces: `token: 123` is an error, as it is to
//! kubectl.

mod compose;
mod decode;
mod entries;
mod error;
mod fields;
mod known;
mod scalar;
mod syntax;
mod tabs;
mod text;
mod tree;
mod warning;

pub use error::{Location, ReadError, ReadErrorKind};
pub use warning::{Warning, WarningKind};

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
    /// Where this differs from kubectl 1.37:
    /// - It is bounded: at most [`MAX_BYTES`], 128 levels (kubectl: 10,000), 500,000 values and 100,000 more through
    ///   aliases (kubectl bounds their share). No kubeconfig comes near.
    /// - The escapes `\/` and `\ud83d\ude00` of JSON are understood, since providers' answers have them; there is a
    ///   [`Warning`] of it, because kubectl refuses the file.
    /// - Refused, since it means one thing to kubectl and another to other readers: U+FEFF behind the start, for which
    ///   kubectl may skip other characters; U+2028 or U+2029 outside of quotes or beside a blank; in brackets, a colon
    ///   right before `,` or a bracket (`{a:}`), `,`, a bracket or `!` right behind a tag (`[!x, a]`), and `?` or `:`
    ///   right before a text.
    /// - Refused, since it is no YAML 1.2: a comment right behind a bracket, a quote or `|`; `-` as a value in brackets; a
    ///   tab that indents within brackets in a block; `|` at the left of what it belongs to, or before a comment that is
    ///   further to the left than a blank line; its text at the left edge, where a tag says that it is none; a colon right
    ///   behind an anchor or alias; the escape `\'`; something on the line of `...`; `{}` as the key that a document begins
    ///   with.
    /// - What follows the first value is not looked at; kubectl refuses the file when its next token is none. There is a
    ///   [`Warning`] of it. Behind a document in brackets, what is no YAML is refused, unless it is a bracket or a comment.
    ///
    /// Otherwise the rules of YAML 1.1 as go-yaml v2 has them count, since a text that means one thing here and another
    /// to kubectl could hide what is dangerous in it: U+0085 ends a line, also that of a comment.
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
        Ok(Read::of_text(text, Profile::Kubectl)?.kubeconfig)
    }

    /// Reads a kubeconfig from the bytes of a file: UTF-8, or UTF-16 with a byte-order mark.
    ///
    /// # Errors
    /// As [`Kubeconfig::parse`], and when the bytes are not text.
    pub fn parse_bytes(bytes: &[u8]) -> Result<Self, ReadError> {
        Ok(Self::read(bytes, Profile::Kubectl)?.kubeconfig)
    }

    /// Reads a kubeconfig from the bytes of a file, and says what is to be known of them.
    ///
    /// ```
    /// use kubeproof_kubeconfig::{Kubeconfig, Profile};
    ///
    /// let text = b"current-context: a\ncurrent-context: b\n";
    /// let read = Kubeconfig::read(text, Profile::Kubectl)?;
    /// assert_eq!(read.kubeconfig.current_context, "b");
    /// assert_eq!(
    ///     read.warnings[0].to_string(),
    ///     "line 2, column 1: a key is there twice, and the last one counts; remove one"
    /// );
    /// assert!(Kubeconfig::read(text, Profile::Strict).is_err());
    /// # Ok::<(), kubeproof_kubeconfig::ReadError>(())
    /// ```
    ///
    /// # Errors
    /// As [`Kubeconfig::parse`], when the bytes are not text, and with [`Profile::Strict`] for the first thing that there
    /// would be a warning of.
    pub fn read(bytes: &[u8], profile: Profile) -> Result<Read, ReadError> {
        text::check_size(bytes.len())?;
        Read::of_text(&text::decode(bytes)?, profile)
    }
}

/// How much is accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Profile {
    /// What kubectl accepts, with warnings.
    #[default]
    Kubectl,
    /// What leaves no doubt: no key twice, no field that client-go does not know, nothing after the first document,
    /// nothing that kubectl refuses. For what a program wrote.
    Strict,
}

/// A kubeconfig, and what there is to know of the document that it was read from.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Read {
    /// The kubeconfig.
    pub kubeconfig: Kubeconfig,
    /// What kubectl does not say, in the order of the document; a hundred at most.
    pub warnings: Vec<Warning>,
}

impl Read {
    fn of_text(text: &str, profile: Profile) -> Result<Self, ReadError> {
        let read = || {
            text::check_size(text.len())?;
            let text = text.strip_prefix('\u{feff}').unwrap_or(text);
            let characters = text::check_characters(text)?;
            let text = &text::with_line_feeds(text, characters);
            let (root, mut warnings) = compose::first_document(text, characters)?;
            if let Some(root) = &root {
                known::check(root, &mut warnings);
            }
            let kubeconfig = decode::kubeconfig(root)?;
            let warnings = warnings.sorted();
            match (profile, warnings.first()) {
                (Profile::Strict, Some(warning)) => Err(ReadError::strict(warning)),
                _ => Ok(Self { kubeconfig, warnings }),
            }
        };
        read().map_err(|error: ReadError| error.in_text(text))
    }
}

/// Whether a scalar without quotes is a text to go-yaml v2, a date being one.
pub(crate) fn is_text_when_plain(text: &str) -> bool {
    matches!(scalar::plain(std::borrow::Cow::Borrowed(text)), scalar::Resolved::Value(tree::Value::Text(_)))
}
