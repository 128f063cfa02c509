use std::env;

use crate::output::misused;

/// A variable of the environment. An empty one is as good as none.
///
/// # Errors
/// The exit code, after saying that it is no text.
pub(super) fn variable(name: &str) -> Result<Option<String>, u8> {
    match env::var(name) {
        Ok(value) => Ok(Some(value).filter(|value| !value.is_empty())),
        Err(env::VarError::NotPresent) => Ok(None),
        Err(env::VarError::NotUnicode(_)) => Err(misused(format_args!("{name} is not text; set it anew, or unset it"))),
    }
}

/// The first of these variables that is set, and its name.
pub(super) fn first(names: &[&'static str]) -> Result<Option<(&'static str, String)>, u8> {
    for name in names {
        if let Some(value) = variable(name)? {
            return Ok(Some((name, value)));
        }
    }
    Ok(None)
}

/// Names in a sentence: `A`, `A or B`, `A, B or C`.
pub(super) fn alternatives(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [name] => (*name).to_owned(),
        [names @ .., last] => format!("{} or {last}", names.join(", ")),
    }
}
