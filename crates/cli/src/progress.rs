use std::io::{self, IsTerminal as _, Write as _};
use std::sync::Mutex;

use crate::output::note;

/// Begins a terminal's line anew.
const ANEW: &str = "\r\u{1b}[2K";

/// Cuts a line off at the edge of a terminal, or lets it go on below: a second line would stay.
const CUT_OFF: &str = "\u{1b}[?7l";
const GO_ON: &str = "\u{1b}[?7h";

/// How long work stands, on standard error: one line that changes where that is a terminal, and a line each elsewhere.
pub(crate) struct Progress {
    place: Place,
}

enum Place {
    /// Holds whether a line is shown.
    Terminal(Mutex<bool>),
    Elsewhere,
}

impl Progress {
    pub(crate) fn new() -> Self {
        let is_terminal = io::stderr().is_terminal();
        Self { place: if is_terminal { Place::Terminal(Mutex::new(false)) } else { Place::Elsewhere } }
    }

    /// Shows how it stands.
    pub(crate) fn show(&self, text: &str) {
        match &self.place {
            Place::Terminal(is_shown) => {
                let mut is_shown = is_shown.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                let mut out = io::stderr().lock();
                // When standard error is gone there is nowhere left to say so.
                let _ = write!(out, "{ANEW}{CUT_OFF}{}{GO_ON}", without_controls(text)).and_then(|()| out.flush());
                *is_shown = true;
            }
            Place::Elsewhere => note(text),
        }
    }

    /// Whether what is shown takes the place of what was shown before.
    pub(crate) fn is_live(&self) -> bool {
        matches!(self.place, Place::Terminal(_))
    }

    /// Says something that stays.
    pub(crate) fn say(&self, text: &str) {
        self.end();
        note(text);
    }

    /// Takes away what is shown.
    pub(crate) fn end(&self) {
        if let Place::Terminal(is_shown) = &self.place {
            let mut is_shown = is_shown.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            if *is_shown {
                let _ = write!(io::stderr().lock(), "{ANEW}");
                *is_shown = false;
            }
        }
    }
}

/// What a server says does not steer a terminal.
fn without_controls(text: &str) -> String {
    text.chars().filter(|character| !character.is_control()).collect()
}
