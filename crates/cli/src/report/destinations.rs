use std::path::Path;

use kubeproof::conformance::report::{Destination, Format, Wanted};

use crate::apart::{Used, real};
use crate::exit_code;
use crate::output::{Text, complain, print};
use crate::replace::{obstacle, replace};

/// Whether each report has a place of its own to go, which is none of the files that are used besides; or the exit code after
/// saying which has none.
pub(crate) fn distinct(reports: &[Wanted], used: &[Used<'_>]) -> Result<(), u8> {
    for path in files(reports) {
        used.iter().try_for_each(|used| used.check("--report", path))?;
    }
    for (at, wanted) in reports.iter().enumerate() {
        let is_shared = reports.iter().take(at).any(|other| is_same(&other.destination, &wanted.destination));
        match &wanted.destination {
            Destination::Stdout if is_shared => {
                complain("two reports cannot share standard output; give all but one a file");
                return Err(exit_code::USAGE);
            }
            Destination::File(path) if is_shared => {
                complain(format_args!("two reports cannot share {}; give each a file of its own", path.display()));
                return Err(exit_code::USAGE);
            }
            Destination::Stdout => {}
            Destination::File(path) => {
                if let Some(obstacle) = obstacle(path) {
                    complain(format_args!("the report {} cannot be written: {obstacle}", path.display()));
                    return Err(exit_code::USAGE);
                }
            }
        }
    }
    Ok(())
}

/// Whether two are one place, by whatever path.
fn is_same(one: &Destination, other: &Destination) -> bool {
    match (one, other) {
        (Destination::Stdout, Destination::Stdout) => true,
        (Destination::File(one), Destination::File(other)) => real(one) == real(other),
        (Destination::Stdout, Destination::File(_)) | (Destination::File(_), Destination::Stdout) => false,
    }
}

/// The files that reports are written to.
pub(crate) fn files(reports: &[Wanted]) -> impl Iterator<Item = &Path> {
    reports.iter().filter_map(|wanted| match &wanted.destination {
        Destination::File(path) => Some(path.as_path()),
        Destination::Stdout => None,
    })
}

/// Writes a report to where it is wanted, or the exit code after saying why it could not be.
pub(crate) fn write(wanted: &Wanted, text: String) -> Result<(), u8> {
    let is_for_people = wanted.format == Format::Human;
    let written = match &wanted.destination {
        Destination::Stdout if is_for_people => print(&Text::ForPeople(text)),
        Destination::Stdout => print(&Text::ForPrograms(text)),
        Destination::File(path) if is_for_people => replace(path, &anstream::adapter::strip_str(&text).to_string()),
        Destination::File(path) => replace(path, &text),
    };
    written.map_err(|error| {
        complain(format_args!("the report cannot be written to {}: {error}", wanted.destination));
        exit_code::COULD_NOT_RUN
    })
}
