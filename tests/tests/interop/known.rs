//! Every difference that there may be between kubectl and this crate, and what in a document shows that it is this one.

use kubeproof_kubeconfig::{Kubeconfig, Read, ReadError, ReadErrorKind, WarningKind};

use crate::documents::Document;

/// A difference that is known.
pub(crate) struct Known {
    pub(crate) reason: &'static str,
    pub(crate) difference: Difference,
    /// Whether a document has what makes the difference.
    pub(crate) is_in: fn(&Seen<'_>) -> bool,
}

/// How the two differ.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Difference {
    OnlyKubectlRefuses,
    OnlyThisRefuses,
    Read,
    Printed,
}

/// A document and what this crate made of it.
pub(crate) struct Seen<'a> {
    pub(crate) document: &'a Document,
    pub(crate) read: &'a Result<Read, ReadError>,
}

use Difference::{OnlyKubectlRefuses, OnlyThisRefuses, Printed};

pub(crate) const KNOWN: &[Known] = &[
    Known {
        reason: "escapes of JSON that kubectl refuses are read, with a warning",
        difference: OnlyKubectlRefuses,
        is_in: |seen| seen.warns(WarningKind::KubectlRefuses) && seen.text().contains('\\'),
    },
    Known {
        reason: "what follows the document is not looked at, with a warning; kubectl refuses it when its next token is none",
        difference: OnlyKubectlRefuses,
        is_in: |seen| seen.warns(WarningKind::IgnoredRest),
    },
    Known {
        reason: "size, depth and aliases are bounded more tightly",
        difference: OnlyThisRefuses,
        is_in: |seen| seen.refuses(ReadErrorKind::Limit),
    },
    Known {
        reason: "U+2028 or U+2029, which end lines for kubectl, are refused but in quotes and apart from blanks",
        difference: OnlyThisRefuses,
        is_in: |seen| seen.refuses(ReadErrorKind::Syntax) && seen.text().contains(['\u{2028}', '\u{2029}']),
    },
    Known {
        reason: "U+FEFF behind the start is refused: kubectl may skip other characters for it",
        difference: OnlyThisRefuses,
        is_in: |seen| seen.is_refused_at(|_, at| at.starts_with('\u{feff}')),
    },
    Known {
        reason: "a tab indents a line within brackets that are in a block",
        difference: OnlyThisRefuses,
        is_in: |seen| {
            seen.is_refused_at(|before, _| {
                let line = before.rsplit(LINE_ENDS).next().unwrap_or_default();
                line.contains('\t') && line.trim().is_empty() && before.contains(['[', '{'])
            })
        },
    },
    Known {
        reason: "`-` is a value within brackets",
        difference: OnlyThisRefuses,
        is_in: |seen| {
            seen.is_refused_at(|_, at| at.strip_prefix('-').is_some_and(|rest| rest.starts_with(FLOW_INDICATORS)))
        },
    },
    Known {
        reason: "`?` begins a value within brackets, without a blank behind it",
        difference: OnlyThisRefuses,
        is_in: |seen| {
            let text = seen.text();
            let begins = |(at, _): (usize, &str)| {
                text[..at].trim_end().ends_with(['[', '{', ',']) && !text[at + 1..].starts_with([' ', '\t', '\n', '\r'])
            };
            seen.refuses(ReadErrorKind::Syntax) && text.match_indices('?').any(begins)
        },
    },
    Known {
        reason: "a colon is right before a comma or a bracket: kubectl takes it for a part of the text",
        difference: OnlyThisRefuses,
        is_in: |seen| {
            seen.is_refused_at(|_, at| at.split(FLOW_INDICATORS).next().is_some_and(|text| text.ends_with(':')))
        },
    },
    Known {
        reason: "a comma, a bracket or a `!` is right behind a tag: kubectl takes it for a part of the tag",
        difference: OnlyThisRefuses,
        is_in: |seen| {
            seen.is_refused_at(|_, at| {
                // The place may be that of the bracket before it, which then lacks its end.
                let tag = at.trim_start_matches(FLOW_INDICATORS).split_whitespace().next().unwrap_or_default();
                tag.starts_with('!') && tag.trim_start_matches('!').contains([',', '[', ']', '{', '}', '!'])
            })
        },
    },
    Known {
        reason: "`:` begins a text within brackets, behind a tag: kubectl takes it for the end of an empty key",
        difference: OnlyThisRefuses,
        is_in: |seen| {
            seen.is_refused_at(|before, at| {
                at.starts_with(':') && before.split_whitespace().next_back().is_some_and(|word| word.contains('!'))
            })
        },
    },
    Known {
        reason: "a colon is right behind the name of an anchor or alias",
        difference: OnlyThisRefuses,
        is_in: |seen| {
            let text = seen.text();
            let has_colon = |(at, _): (usize, &str)| {
                let name =
                    text[at + 1..].trim_start_matches(|name: char| name.is_ascii_alphanumeric() || "-_".contains(name));
                name.starts_with(':') && name.len() + 1 < text.len() - at
            };
            seen.refuses(ReadErrorKind::Syntax) && text.match_indices(['&', '*']).any(has_colon)
        },
    },
    Known {
        reason: "a comment is right behind a bracket, a quote or a `|`",
        difference: OnlyThisRefuses,
        is_in: |seen| {
            seen.is_refused_at(|before, at| at.starts_with('#') && !before.ends_with([' ', '\t', '\n', '\r']))
        },
    },
    Known {
        reason: "a blank line behind a `|` without a text has more blanks than the comment that follows",
        difference: OnlyThisRefuses,
        is_in: |seen| seen.is_refused_at(|before, at| at.starts_with('#') && before.ends_with([' ', '\n', '\r'])),
    },
    Known {
        reason: "a `|` or `>` is no further to the right than the key or dash that it belongs to",
        difference: OnlyThisRefuses,
        is_in: |seen| {
            seen.is_refused_at(|before, at| {
                let line = before.rsplit(LINE_ENDS).next().unwrap_or_default();
                at.starts_with(['|', '>']) && line.trim().is_empty()
            })
        },
    },
    Known {
        reason: "the text of a `|` or `>` that the document begins with is at the left edge: kubectl takes it for what follows",
        difference: OnlyThisRefuses,
        is_in: |seen| {
            seen.refuses(ReadErrorKind::Type) && {
                let text = seen.text();
                let mut lines = text.split(LINE_ENDS);
                let begins_block =
                    |line: &str| line.starts_with('!') && line.trim_end().ends_with(['|', '>', '-', '+']);
                lines.next().is_some_and(begins_block) && lines.next().is_some_and(|line| !line.starts_with(' '))
            }
        },
    },
    Known {
        reason: "the escape `\\'`, which is none of YAML",
        difference: OnlyThisRefuses,
        is_in: |seen| seen.is_refused_at(|_, at| at.starts_with('"') && at.contains("\\'")),
    },
    Known {
        reason: "`{}` is a key at the start of the document, at which kubectl stops",
        difference: OnlyThisRefuses,
        is_in: |seen| {
            seen.is_refused_at(|_, at| at.strip_prefix('{').is_some_and(|rest| rest.trim_start().starts_with('}')))
        },
    },
    Known {
        reason: "something is on the line of the `...` that ends the document, at which kubectl stops",
        difference: OnlyThisRefuses,
        is_in: |seen| {
            seen.is_refused_at(|before, _| before.rsplit(LINE_ENDS).next().is_some_and(|line| line.starts_with("...")))
        },
    },
    Known {
        reason: "behind a document in brackets there is what is no YAML: kubectl stops before it",
        difference: OnlyThisRefuses,
        is_in: |seen| {
            seen.is_refused_at(|before, at| {
                let ends = before.match_indices('}').map(|(end, _)| end + 1);
                let is_document =
                    |end: usize| is_in_braces(&before[..end]) && Kubeconfig::parse(&before[..end]).is_ok();
                ends.chain([before.len() + usize::from(at.starts_with('}'))]).any(is_document)
            })
        },
    },
    Known {
        reason: "what is no text in `!!binary` becomes U+FFFD, which kubectl prints as an escape",
        difference: Printed,
        is_in: |seen| seen.text().contains("!!binary"),
    },
];

const LINE_ENDS: [char; 2] = ['\n', '\r'];
const FLOW_INDICATORS: [char; 5] = [',', '[', ']', '{', '}'];

impl Seen<'_> {
    /// The text as the reader sees it.
    fn text(&self) -> String {
        let text = self.document.text().unwrap_or_default();
        text.strip_prefix('\u{feff}').unwrap_or(&text).replace("\r\u{85}", "\n\n").replace('\u{85}', "\n")
    }

    fn warns(&self, kind: WarningKind) -> bool {
        self.read.as_ref().is_ok_and(|read| read.warnings.iter().any(|warning| warning.kind == kind))
    }

    fn refuses(&self, kind: ReadErrorKind) -> bool {
        self.read.as_ref().is_err_and(|error| error.kind() == kind)
    }

    /// Whether it is refused as no YAML, at a place that has this before it and this behind.
    fn is_refused_at(&self, is_there: fn(&str, &str) -> bool) -> bool {
        let Some(location) = self.read.as_ref().err().and_then(ReadError::location) else { return false };
        let text = self.text();
        let mut start = 0;
        for _ in 1..location.line {
            let Some(end) = text[start..].find(LINE_ENDS) else { return false };
            start += end + if text[start + end..].starts_with("\r\n") { 2 } else { 1 };
        }
        let column = text[start..].char_indices().nth(location.column - 1).map_or(text.len(), |(at, _)| start + at);
        self.refuses(ReadErrorKind::Syntax) && is_there(&text[..column], &text[column..])
    }
}

/// Whether the document begins with a brace, but for comments and what may be before a document.
fn is_in_braces(text: &str) -> bool {
    let is_before = |line: &&str| line.trim().is_empty() || line.trim_start().starts_with('#') || line.starts_with('%');
    let start = text.split_inclusive(LINE_ENDS).take_while(is_before).map(str::len).sum::<usize>();
    let content = text[start..].trim_start();
    content.strip_prefix("---").unwrap_or(content).trim_start().starts_with(['{', '!', '&'])
}
