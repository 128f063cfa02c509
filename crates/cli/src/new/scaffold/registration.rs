//! The lines by which what is there already knows of a provider.

use std::fmt;
use std::io;

use super::changes::Changes;
use super::checkout::Checkout;
use super::files::Draft;

/// A line that a file gains, or a few that belong together.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    file: &'static str,
    line: String,
    place: Place,
}

/// Where a line goes.
#[derive(Clone, Copy, Debug)]
enum Place {
    /// Among the first lines in a row that begin like this, in their order.
    Among(&'static str),
    /// The last after this line, within what it opens, before the line that closes it.
    LastWithin(&'static str, &'static str),
    /// Before the first line that begins like this.
    Before(&'static str),
    /// After the last line that begins like this.
    After(&'static str),
}

/// Whether a line was added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Inserted {
    /// It was.
    Now,
    /// It was there.
    Before,
}

/// The place for a line cannot be found.
#[derive(Debug)]
pub(super) struct NoPlace {
    entry: Entry,
    why: Why,
}

#[derive(Debug)]
enum Why {
    /// The file cannot be read.
    Unreadable(io::Error),
    /// It holds nothing by which the place is known.
    Unknown,
}

/// Every line for a provider that is asked at this path.
pub(super) fn entries(draft: &Draft<'_>) -> Vec<Entry> {
    let name = draft.name;
    let entry = |file, line: String, place| Entry { file, line, place };
    let page =
        |before: &'static str, rest: String| entry("docs/SUMMARY.md", before.to_owned() + &rest, Place::After(before));
    let emulation = format!("    {name}::{},", name.type_name());
    let dependency = format!("kubeproof-{name}.workspace = true");
    vec![
        entry("Cargo.toml", format!("kubeproof-{name} = {{ path = \"crates/{name}\" }}"), Place::Among("kubeproof")),
        entry("crates/emulator/src/providers.rs", format!("pub mod {name};"), Place::Among("pub mod ")),
        entry("crates/emulator/src/providers.rs", emulation.clone(), Place::LastWithin("registry! {", "}")),
        entry("crates/reference/Cargo.toml", dependency.clone(), Place::Among("kubeproof-")),
        entry("crates/reference/src/lib.rs", format!("mod {name};"), Place::Among("mod ")),
        entry("crates/reference/src/lib.rs", format!("    {name},"), Place::LastWithin("registry! {", "}")),
        entry("crates/cli/Cargo.toml", dependency.clone(), Place::Among("kubeproof-")),
        entry("crates/cli/src/fetch.rs", format!("mod {name};"), Place::Among("mod ")),
        entry("crates/cli/src/fetch.rs", emulation, Place::LastWithin("registry! {", "}")),
        entry("tests/Cargo.toml", dependency, Place::Among("kubeproof-")),
        entry("tests/tests/clients/support.rs", draft.client_under_test(), Place::Before("        other => panic!(")),
        entry(
            "crates/cli/tests/it/new.rs",
            draft.adapter_under_test(),
            Place::LastWithin("    let asked = [", "    ];"),
        ),
        page("- [The emulation of ", format!("{name}](emulations/{name}.md)")),
        page("- [Clauses of ", format!("{name}](reference/clauses/{name}.md)")),
        page("- [Cases of ", format!("{name}](reference/cases/{name}.md)")),
    ]
}

impl Entry {
    /// Adds the line to the file, as it is after the changes made so far.
    ///
    /// # Errors
    ///
    /// When the place cannot be found, or the file cannot be read: which line to add by hand.
    pub(super) fn insert(&self, checkout: &Checkout, changes: &mut Changes) -> Result<Inserted, NoPlace> {
        let path = checkout.path(self.file);
        let no_place = |why: Why| NoPlace { entry: self.clone(), why };
        let text = changes.text(&path).map_err(|error| no_place(Why::Unreadable(error)))?;
        if text.replace("\r\n", "\n").contains(&format!("\n{}\n", self.line)) {
            return Ok(Inserted::Before);
        }
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        let at = self.place.find(&lines, &self.line).ok_or_else(|| no_place(Why::Unknown))?;
        let end = if text.contains("\r\n") { "\r\n" } else { "\n" };
        let own = self.line.lines().map(|line| format!("{line}{end}")).collect::<String>();
        let (before, after) = lines.split_at_checked(at).unwrap_or((&lines, &[]));
        let with = before.iter().copied().chain([own.as_str()]).chain(after.iter().copied()).collect();
        changes.change(path, text, with);
        Ok(Inserted::Now)
    }
}

impl Place {
    /// Before which of the lines it is.
    fn find(self, lines: &[&str], line: &str) -> Option<usize> {
        match self {
            Self::Among(prefix) => {
                let first = lines.iter().position(|other| other.starts_with(prefix))?;
                let before = |other: &&&str| other.starts_with(prefix) && **other < line;
                Some(first + lines.iter().skip(first).take_while(before).count())
            }
            Self::LastWithin(opening, closing) => {
                let opening = lines.iter().position(|other| other.trim_end() == opening)?;
                let closing = lines.iter().skip(opening).position(|other| other.trim_end() == closing)?;
                Some(opening + closing)
            }
            Self::Before(prefix) => lines.iter().position(|other| other.starts_with(prefix)),
            Self::After(prefix) => lines.iter().rposition(|other| other.starts_with(prefix)).map(|last| last + 1),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Among(prefix) | Self::Before(prefix) | Self::After(prefix) => {
                write!(f, "no line begins with `{}`", prefix.trim_start())
            }
            Self::LastWithin(opening, closing) => {
                write!(f, "there is no line `{}` with a line `{}` after it", opening.trim_start(), closing.trim_start())
            }
        }
    }
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.file, self.line.lines().next().unwrap_or_default().trim_start())
    }
}

impl fmt::Display for NoPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { entry: Entry { file, line, place }, why } = self;
        match why {
            Why::Unreadable(error) => write!(
                f,
                "{file} cannot be read ({error}), and nothing was written; restore it, or make it readable, and run this again"
            ),
            Why::Unknown => write!(
                f,
                "{file} has no known place for a provider ({place}), and nothing was written; add this line where the other \
                 providers are, and run this again:\n{line}"
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(place: Place, line: &str, text: &str, expected: Option<&str>) {
        let folder = tempfile::tempdir().unwrap();
        for (file, text) in [("Cargo.toml", text), ("crates/emulator/src/providers.rs", "")] {
            let path = folder.path().join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        std::fs::create_dir(folder.path().join("fixtures")).unwrap();
        let checkout = Checkout::find(Some(folder.path())).unwrap();
        let mut changes = Changes::default();
        let entry = Entry { file: "Cargo.toml", line: line.to_owned(), place };
        let inserted = entry.insert(&checkout, &mut changes);
        match expected {
            Some(expected) => {
                assert_eq!(inserted.unwrap(), if text == expected { Inserted::Before } else { Inserted::Now });
                assert_eq!(changes.text(&checkout.path("Cargo.toml")).unwrap(), expected);
            }
            None => {
                let error = inserted.unwrap_err().to_string();
                for part in ["Cargo.toml has no known place", "nothing was written", "run this again", line] {
                    assert!(error.contains(part), "{part}: {error}");
                }
            }
        }
    }

    #[test]
    fn a_line_goes_among_its_like_in_their_order() {
        let among = Place::Among("mod ");
        check(
            among,
            "mod c;",
            "//! a\n\nmod b;\nmod d;\n\nmod z;\n",
            Some("//! a\n\nmod b;\nmod c;\nmod d;\n\nmod z;\n"),
        );
        check(among, "mod a;", "mod b;\n", Some("mod a;\nmod b;\n"));
        check(among, "mod c;", "mod b;\nuse x;\n", Some("mod b;\nmod c;\nuse x;\n"));
        check(among, "mod c;", "mod b;\r\nuse x;\r\n", Some("mod b;\r\nmod c;\r\nuse x;\r\n"));
        check(among, "mod b;", "//! a\nmod b;\n", Some("//! a\nmod b;\n"));
        check(among, "mod b;", "pub mod a;\n", None);
    }

    #[test]
    fn a_line_goes_last_within_braces() {
        let last = Place::LastWithin("registry! {", "}");
        check(
            last,
            "    b,",
            "macro_rules! registry {\n}\nregistry! {\n    a,\n}\nfn f() {\n}\n",
            Some("macro_rules! registry {\n}\nregistry! {\n    a,\n    b,\n}\nfn f() {\n}\n"),
        );
        check(last, "    b,", "registry! {\n}\n", Some("registry! {\n    b,\n}\n"));
        check(last, "    b,", "registry! { a }\n", None);
        check(last, "    b,", "registry! {\n    a,\n", None);
    }

    #[test]
    fn lines_go_before_another_or_after_it() {
        let before = Place::Before("    other => ");
        check(
            before,
            "    a => {\n    }",
            "{\n    other => 1,\n}\n",
            Some("{\n    a => {\n    }\n    other => 1,\n}\n"),
        );
        check(
            before,
            "    a => 1,",
            "{\n    a => 1,\n    other => 2,\n}\n",
            Some("{\n    a => 1,\n    other => 2,\n}\n"),
        );
        check(before, "    a => 1,", "{\n    _ => 2,\n}\n", None);
        let after = Place::After("- a");
        check(after, "- a3", "- a1\n- b1\n- a2\n- b2\n", Some("- a1\n- b1\n- a2\n- a3\n- b2\n"));
        check(after, "- a3", "- b1\n", None);
    }
}
