use std::path::{Path, PathBuf};

use kubeproof::conformance::report::{Destination, Format, Wanted};

use crate::exit_code;
use crate::output::{Text, complain, print};
use crate::replace::replace;

/// Whether each report has a place of its own to go, or the exit code after saying which has none.
pub(crate) fn distinct(reports: &[Wanted]) -> Result<(), u8> {
    for (at, wanted) in reports.iter().enumerate() {
        let is_shared = reports.iter().take(at).any(|other| other.destination == wanted.destination);
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
                let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
                if let Some(folder) = folder.filter(|folder| !folder.is_dir()) {
                    complain(format_args!(
                        "the report {} cannot be written: there is no folder {}; make it first",
                        path.display(),
                        folder.display()
                    ));
                    return Err(exit_code::USAGE);
                }
            }
        }
    }
    Ok(())
}

/// Whether no report goes to a file that is read or kept, or the exit code after saying which does. `files` are called what
/// they are.
pub(crate) fn apart_from<'a>(
    reports: &[Wanted],
    files: impl IntoIterator<Item = (&'a str, &'a Path)>,
) -> Result<(), u8> {
    let destinations = reports.iter().filter_map(|wanted| match &wanted.destination {
        Destination::File(path) => Some((path, resolved(path))),
        Destination::Stdout => None,
    });
    let destinations: Vec<_> = destinations.collect();
    for (what, file) in files {
        let file = resolved(file);
        if let Some((path, _)) = destinations.iter().find(|(_, destination)| *destination == file) {
            complain(format_args!(
                "the report {} would be written over {what}; give it a file of its own",
                path.display()
            ));
            return Err(exit_code::USAGE);
        }
    }
    Ok(())
}

/// Where a path leads, also when there is nothing yet.
fn resolved(path: &Path) -> PathBuf {
    let of_folder = || {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        Some(folder.canonicalize().ok()?.join(path.file_name()?))
    };
    path.canonicalize().ok().or_else(of_folder).unwrap_or_else(|| path.to_owned())
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
