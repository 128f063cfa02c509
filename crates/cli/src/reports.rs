//! Where reports go.

use kubeproof::conformance::report::{Destination, Wanted};

use crate::exit_code;
use crate::output::{Text, complain, print};
use crate::replace::replace;

/// Finds out whether each report has a place of its own to go to, before there is anything to report.
pub(crate) fn check(wanted: &[Wanted]) -> Result<(), u8> {
    if wanted.iter().filter(|wanted| wanted.destination == Destination::Stdout).count() > 1 {
        complain("two reports cannot share standard output; give all but one a file");
        return Err(exit_code::USAGE);
    }
    for (at, one) in wanted.iter().enumerate() {
        if let Destination::File(path) = &one.destination
            && wanted.iter().take(at).any(|other| other.destination == one.destination)
        {
            complain(format_args!("two reports cannot share {}; give each a file of its own", path.display()));
            return Err(exit_code::USAGE);
        }
        if let Destination::File(path) = &one.destination
            && let Some(folder) = path.parent()
            && !folder.as_os_str().is_empty()
            && !folder.is_dir()
        {
            complain(format_args!(
                "the report {} cannot be written: there is no folder {}; make it first",
                path.display(),
                folder.display()
            ));
            return Err(exit_code::USAGE);
        }
    }
    Ok(())
}

/// Writes a report.
pub(crate) fn write(text: Text, destination: &Destination) -> Result<(), u8> {
    let (written, place) = match destination {
        Destination::Stdout => (print(&text), "standard output".to_owned()),
        Destination::File(path) => {
            let text = match text {
                Text::ForPeople(text) => anstream::adapter::strip_str(&text).to_string(),
                Text::ForPrograms(text) => text,
            };
            (replace(path, &text), path.display().to_string())
        }
    };
    written.map_err(|error| {
        complain(format_args!("the report cannot be written to {place}: {error}"));
        exit_code::COULD_NOT_RUN
    })
}
