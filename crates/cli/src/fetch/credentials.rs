//! Where credentials come from: the environment, a file or standard input; never an argument, which other users see.

use std::path::{Path, PathBuf};

use clap::Args;
use kubeproof_kubeconfig::shown;

use super::client::Credentials;
use super::connection::Whereabouts;
use super::environment::{alternatives, first, variable};
use super::private_file;
use crate::apart::Used;
use crate::config::input::is_standard;
use crate::output::{misused, note};

/// Where credentials come from, unless it is the environment.
#[derive(Args)]
#[command(next_help_heading = "Credentials")]
#[group(multiple = false)]
pub(super) struct Given {
    /// Read the token from this file, which nobody else may be able to read; - is standard input
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,

    /// Read the token from standard input
    #[arg(long)]
    token_stdin: bool,

    /// Read the credentials, and where the provider is, from NAME=value lines of this file instead of the variables below;
    /// the rest of them is not read from it
    #[arg(long, value_name = "FILE")]
    credentials_file: Option<PathBuf>,
}

/// What a provider takes.
pub(super) struct Accepted {
    pub(super) provider: &'static str,
    /// Variables with a token, first ones first.
    pub(super) tokens: &'static [&'static str],
    /// Makes credentials of a token.
    pub(super) token: fn(String) -> Credentials,
    /// Variables with an access key and its secret key.
    pub(super) pairs: &'static [(&'static str, &'static str)],
    /// A variable that says that the keys are temporary ones, which need a token besides.
    pub(super) temporary: &'static [&'static str],
    /// Other variables, which come from the environment alone.
    pub(super) others: &'static [&'static str],
    /// How to get them.
    pub(super) how: &'static str,
    /// The arguments of an example.
    pub(super) example: &'static str,
}

impl Given {
    /// The files, which nothing is to be written to.
    pub(super) fn files(&self) -> Vec<Used<'_>> {
        Used::of([("--token-file", self.token_file.as_ref()), ("--credentials-file", self.credentials_file.as_ref())])
    }

    /// Whether they are on standard input.
    pub(super) fn is_on_standard_input(&self) -> bool {
        let files = [&self.token_file, &self.credentials_file];
        self.token_stdin || files.into_iter().flatten().any(|path| is_standard(path))
    }

    /// The credentials, and where the file that they are in says that the provider is.
    ///
    /// # Errors
    /// The exit code, after saying what is missing and how to get it.
    pub(super) fn read(
        &self,
        accepted: &Accepted,
        whereabouts: &Whereabouts,
    ) -> Result<(Credentials, Option<String>), u8> {
        let token_file = if self.token_stdin { Some(Path::new("-")) } else { self.token_file.as_deref() };
        if let Some(path) = token_file {
            let token = private_file::read(path, "the token")?.trim().to_owned();
            return Ok(((accepted.token)(token), None));
        }
        if let Some(path) = &self.credentials_file {
            let text = private_file::read(path, "credentials")?;
            let name = shown(path);
            let lines = Lines::parse(&text).map_err(|problem| misused(format_args!("{name}:{problem}")))?;
            let found = accepted.find(&|name| Ok(lines.get(name)))?.ok_or_else(|| {
                misused(format_args!("{name}: sets none of what {} takes: {}", accepted.provider, accepted.names()))
            })?;
            for other in accepted.others {
                if lines.get(other).is_some_and(|value| variable(other).ok().flatten() != Some(value)) {
                    note(format_args!("{name}: {other} is not read from it; set it in the environment"));
                }
            }
            return Ok((found, whereabouts.variables.iter().find_map(|name| lines.get(name))));
        }
        let found = accepted.find(&variable)?.ok_or_else(|| misused(accepted.missing()))?;
        Ok((found, None))
    }
}

type Lookup<'a> = &'a dyn Fn(&str) -> Result<Option<String>, u8>;

impl Accepted {
    fn find(&self, lookup: Lookup<'_>) -> Result<Option<Credentials>, u8> {
        let of_first = |names: &[&'static str]| -> Result<Option<(&'static str, String)>, u8> {
            for name in names {
                if let Some(value) = lookup(name)? {
                    return Ok(Some((name, value)));
                }
            }
            Ok(None)
        };
        let token = of_first(self.tokens)?;
        for (access, secret) in self.pairs {
            match (lookup(access)?, lookup(secret)?) {
                (None, None) => {}
                (Some(access_key), Some(secret_key)) => {
                    if let Some((temporary, _)) = of_first(self.temporary)? {
                        return Err(misused(format_args!(
                            "{temporary} says that {access} is a temporary key, which cannot be used here; take a lasting one, \
                             or a token in {}",
                            alternatives(self.tokens)
                        )));
                    }
                    if let Some((token, _)) = token {
                        note(format_args!("{access} and {secret} are used; {token} is not"));
                    }
                    return Ok(Some(Credentials::AccessKey { access_key, secret_key: secret_key.into() }));
                }
                (Some(_), None) => return Err(misused(format_args!("{access} is set and {secret} is not; set both"))),
                (None, Some(_)) => return Err(misused(format_args!("{secret} is set and {access} is not; set both"))),
            }
        }
        Ok(token.map(|(_, token)| (self.token)(token)))
    }

    /// Every variable, in a sentence.
    fn names(&self) -> String {
        let pairs = self.pairs.iter().map(|(access, secret)| format!("{access} with {secret}, or "));
        pairs.collect::<String>() + &alternatives(self.tokens)
    }

    fn missing(&self) -> String {
        let Self { provider, how, example, .. } = self;
        let names = self.names();
        format!(
            "there are no credentials for {provider}: set {names}
  {how}
  They can be in a file as well, or come on standard input:
    kubeproof fetch {provider} {example} --token-file ~/.config/{provider}-token
    pass show {provider} | kubeproof fetch {provider} {example} --token-stdin"
        )
    }
}

/// `NAME=value` lines, as a shell reads them and `kubeproof serve --env-file` writes them.
struct Lines(Vec<(String, String)>);

impl Lines {
    /// Reads such lines. Nothing of a value is in what is said of a problem.
    fn parse(text: &str) -> Result<Self, String> {
        let mut lines = Vec::new();
        for (at, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let line = line.strip_prefix("export ").unwrap_or(line);
            let (name, value) = line
                .split_once('=')
                .filter(|(name, _)| name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'))
                .ok_or_else(|| format!("{}: is no NAME=value line; a token alone goes to --token-file", at + 1))?;
            let unquoted = |quote: char| value.strip_prefix(quote).and_then(|value| value.strip_suffix(quote));
            lines.push((name.to_owned(), unquoted('\'').or(unquoted('"')).unwrap_or(value).to_owned()));
        }
        Ok(Self(lines))
    }

    /// The last value of a name, as in a shell; an empty one is as good as none.
    fn get(&self, name: &str) -> Option<String> {
        let found = self.0.iter().rev().find(|(other, _)| other == name);
        found.map(|(_, value)| value.clone()).filter(|value| !value.is_empty())
    }
}

/// A secret that is neither the provider's token nor its keys.
pub(super) fn secret(file: Option<&Path>, variables: &[&'static str], what: &str) -> Result<Option<String>, u8> {
    match file {
        Some(path) => Ok(Some(private_file::read(path, what)?.trim().to_owned())),
        None => Ok(first(variables)?.map(|(_, value)| value)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_as_a_shell_reads_them() {
        let lines = Lines::parse("# a comment\n\nA=1\nexport B='two words'\nC=\"3\"\nA=4\nD=\n").unwrap();
        for (name, value) in [("A", Some("4")), ("B", Some("two words")), ("C", Some("3")), ("D", None), ("E", None)] {
            assert_eq!(lines.get(name).as_deref(), value, "{name}");
        }
        for (text, line) in [("A=1\n\nplanted", "3: "), ("a planted=x", "1: "), ("planted-token=x", "1: ")] {
            let problem = Lines::parse(text).err().unwrap();
            assert!(problem.starts_with(line) && !problem.contains("planted"), "{problem}");
        }
    }
}
