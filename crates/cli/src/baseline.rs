use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use kubeproof::conformance::{Baseline, Run, Suite, Update, UpdateError};

use crate::exit_code;
use crate::output::{complain, note};
use crate::replace::replace;

/// A file of what an adapter is known to fail.
pub(crate) struct Known<'a> {
    path: &'a Path,
    text: String,
    /// `None` when it is to be brought up to date.
    baseline: Option<Baseline>,
}

impl<'a> Known<'a> {
    /// Reads it, or gives the exit code after saying what is wrong with it. One that is to be updated need not be there.
    pub(crate) fn read(path: &'a Path, suite: &Suite, is_updated: bool) -> Result<Self, u8> {
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound && is_updated => String::new(),
            Err(error) => {
                complain(format_args!(
                    "the baseline {} cannot be read: {error}; make one with --update-baseline",
                    path.display()
                ));
                return Err(exit_code::USAGE);
            }
        };
        let baseline = if is_updated {
            None
        } else {
            let parsed = Baseline::parse(&text, &path.display().to_string(), suite);
            Some(parsed.map_err(|error| {
                complain(error);
                exit_code::USAGE
            })?)
        };
        Ok(Self { path, text, baseline })
    }

    /// Judges a run by it, after bringing it up to date where that is asked for.
    pub(crate) fn judge(self, run: &mut Run, suite: &Suite) -> Result<(), u8> {
        let baseline = match self.baseline {
            Some(baseline) => baseline,
            None => self.update(run, suite)?,
        };
        baseline.judge(run);
        Ok(())
    }

    fn update(&self, run: &Run, suite: &Suite) -> Result<Baseline, u8> {
        let file = self.path.display().to_string();
        let text = if self.text.is_empty() { heading(run) } else { self.text.clone() };
        let update = Update::of(&text, &file, suite, run).map_err(|error| {
            match &error {
                UpdateError::Wrong(_) => complain(&error),
                UpdateError::Layout { .. } | UpdateError::Filtered { .. } => {
                    complain(format_args!("the baseline {file} is left as it is: {error}"));
                }
            }
            exit_code::USAGE
        })?;
        if update.text != self.text {
            replace(self.path, &update.text).map_err(|error| {
                complain(format_args!("the baseline cannot be written to {file}: {error}"));
                exit_code::COULD_NOT_RUN
            })?;
        }
        for line in update.summary(&file) {
            note(line);
        }
        Ok(update.baseline)
    }
}

fn heading(run: &Run) -> String {
    format!(
        "# What {} {} is known to fail. `kubeproof check --baseline FILE` fails when it fails anything else, fails\n\
         # otherwise, or passes. In a failure, [..] stands for any text.\n",
        run.adapter.name, run.adapter.version
    )
}
