use std::fmt;
use std::str::FromStr;

/// A program and its arguments. No shell reads them.
///
/// ```
/// use kubeproof_conformance::process::Command;
///
/// let command: Command = "python3 'my adapter.py' --quiet".parse()?;
/// assert_eq!(command.program(), "python3");
/// assert_eq!(command.arguments(), ["my adapter.py", "--quiet"]);
/// # Ok::<(), kubeproof_conformance::process::CommandError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    program: String,
    arguments: Vec<String>,
}

/// Why a text is no [`Command`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CommandError {
    /// There is nothing in it.
    #[error("no program is named: write one with its arguments, as in 'python3 adapter.py'")]
    Empty,
    /// A quote has no end.
    #[error("a quote or a backslash has no end: quote as in a shell, 'python3 \"my adapter.py\"'")]
    Quote,
}

impl Command {
    /// This program with these arguments.
    pub fn new(program: impl Into<String>, arguments: impl IntoIterator<Item = String>) -> Self {
        Self { program: program.into(), arguments: arguments.into_iter().collect() }
    }

    /// The program.
    pub fn program(&self) -> &str {
        &self.program
    }

    /// Its arguments.
    pub fn arguments(&self) -> &[String] {
        &self.arguments
    }
}

impl FromStr for Command {
    type Err = CommandError;

    /// Reads words as a POSIX shell splits and quotes them, without anything else that a shell does.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut words = shlex::split(text).ok_or(CommandError::Quote)?.into_iter();
        let program = words.next().filter(|program| !program.is_empty()).ok_or(CommandError::Empty)?;
        Ok(Self::new(program, words))
    }
}

impl fmt::Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.program)?;
        self.arguments.iter().try_for_each(|argument| write!(f, " {argument}"))
    }
}
