use std::fmt::Display;
use std::io::{self, Write as _};

use clap::ValueEnum;

use crate::exit_code;

/// When to use colors.
#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum Color {
    /// When standard output is a terminal that has them.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

impl Color {
    pub(crate) fn apply(self) {
        let choice = match self {
            Self::Auto => anstream::ColorChoice::Auto,
            Self::Always => anstream::ColorChoice::Always,
            Self::Never => anstream::ColorChoice::Never,
        };
        choice.write_global();
    }
}

/// What is printed, by who reads it.
pub(crate) enum Text {
    /// Styles in it are stripped where they do not belong, and control characters with them.
    ForPeople(String),
    /// To the byte as it is: a program reads it, or it becomes a file.
    ForPrograms(String),
}

/// Prints to standard output.
///
/// # Errors
///
/// When standard output cannot be written to; a reader that went away, such as `head`, is no error.
pub(crate) fn print(text: &Text) -> io::Result<()> {
    let printed = match text {
        Text::ForPeople(text) => write_all(anstream::stdout().lock(), text),
        Text::ForPrograms(text) => write_all(io::stdout().lock(), text),
    };
    match printed {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

fn write_all(mut out: impl io::Write, text: &str) -> io::Result<()> {
    out.write_all(text.as_bytes()).and_then(|()| out.flush())
}

/// Says what is wrong on standard error.
pub(crate) fn complain(message: impl Display) {
    // When standard error is gone there is nowhere left to say so.
    let _ = writeln!(anstream::stderr().lock(), "error: {message}");
}

/// Says something in passing on standard error.
pub(crate) fn note(message: impl Display) {
    let _ = writeln!(anstream::stderr().lock(), "{message}");
}

/// Says why it could not run.
pub(crate) fn failed(message: impl Display) -> u8 {
    complain(message);
    exit_code::COULD_NOT_RUN
}

/// Says what is wrong with how it was called.
pub(crate) fn misused(message: impl Display) -> u8 {
    complain(message);
    exit_code::USAGE
}
