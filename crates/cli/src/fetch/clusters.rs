//! Which clusters: the ids in the arguments and in a file.

use std::fmt;
use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use clap::Args;
use kubeproof_kubeconfig::shown;
use serde_json::{Map, Value};

use super::client::Error;
use super::environment::{alternatives, first};
use crate::apart::Used;
use crate::config::input::is_standard;
use crate::output::{misused, note};

/// More than a file with ids has.
const MAX_BYTES: u64 = 4 * 1024 * 1024;

/// A cluster that was asked for.
pub(super) struct Named<C> {
    pub(super) ids: Ids,
    pub(super) cluster: C,
}

/// What names a cluster, as the adapter protocol does: `cluster_id`, and whose it is.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Ids(Vec<(String, String)>);

impl Ids {
    /// Those of a cluster that has no other.
    pub(super) fn of(cluster_id: &str) -> Self {
        Self(vec![("cluster_id".to_owned(), cluster_id.to_owned())])
    }

    /// Those of a cluster that is somebody's: of a `project` it is the `project_id` that names whose.
    fn of_owned(owner: &str, owner_id: &str, cluster_id: &str) -> Self {
        let ids = [(format!("{owner}_id"), owner_id), ("cluster_id".to_owned(), cluster_id)];
        Self(ids.into_iter().map(|(name, id)| (name, id.to_owned())).collect())
    }

    /// The id of the cluster alone.
    pub(super) fn cluster_id(&self) -> &str {
        self.0.last().map_or("", |(_, id)| id)
    }

    /// Each id under its name.
    pub(super) fn as_json(&self) -> Value {
        let ids = self.0.iter().map(|(name, id)| (name.clone(), Value::from(id.as_str())));
        Value::Object(ids.collect::<Map<_, _>>())
    }
}

impl fmt::Display for Ids {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ids: Vec<&str> = self.0.iter().map(|(_, id)| id.as_str()).collect();
        f.write_str(&shown(Path::new(&ids.join("/"))))
    }
}

/// A file with ids.
#[derive(Args)]
pub(super) struct From {
    /// Read ids from this file as well, one cluster a line; - is standard input, and # begins a comment
    #[arg(long, value_name = "FILE")]
    from: Option<PathBuf>,
}

/// What was given for one cluster, and where.
pub(super) struct Asked {
    ids: Vec<String>,
    place: Option<String>,
}

impl From {
    /// The clusters of the arguments, and those of the file, where the id of a cluster is all that there is to one.
    ///
    /// # Errors
    /// The exit code, after saying which cannot be one, or that the file cannot be read.
    pub(super) fn clusters<C>(
        &self,
        arguments: &[String],
        parse_id: impl Fn(&str) -> Result<C, Error>,
    ) -> Result<Vec<Named<C>>, u8> {
        parse(&self.asked(arguments)?, |ids| {
            let id = one(ids)?;
            Ok(Named { ids: Ids::of(id), cluster: parse_id(id)? })
        })
    }

    /// The file, which nothing is to be written to.
    pub(super) fn files(&self) -> Vec<Used<'_>> {
        Used::of([("--from", self.from.as_ref())])
    }

    /// Whether it is standard input.
    pub(super) fn is_standard_input(&self) -> bool {
        self.from.as_deref().is_some_and(is_standard)
    }

    /// The clusters of the arguments, and those of the file.
    ///
    /// # Errors
    /// The exit code, after saying that the file cannot be read.
    fn asked(&self, arguments: &[String]) -> Result<Vec<Asked>, u8> {
        let mut asked: Vec<Asked> = arguments.iter().map(|id| Asked { ids: vec![id.clone()], place: None }).collect();
        let Some(path) = &self.from else { return Ok(asked) };
        let name = if is_standard(path) { "standard input".to_owned() } else { shown(path) };
        let text = read(path).map_err(|error| misused(format_args!("--from: {name} cannot be read: {error}")))?;
        // Editors of Windows begin a file with a byte order mark.
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
        for (at, line) in text.lines().enumerate() {
            let line = line.split_once('#').map_or(line, |(line, _)| line);
            let ids: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
            if !ids.is_empty() {
                asked.push(Asked { ids, place: Some(format!("{name}:{}", at + 1)) });
            }
        }
        Ok(asked)
    }
}

fn read(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    // One more than is read, so that what is too large is refused and not cut off.
    let bound = MAX_BYTES.saturating_add(1);
    if is_standard(path) {
        io::stdin().lock().take(bound).read_to_string(&mut text)?;
    } else {
        fs::File::open(path)?.take(bound).read_to_string(&mut text)?;
    }
    if u64::try_from(text.len()).unwrap_or(u64::MAX) > MAX_BYTES {
        return Err(io::Error::other("it is larger than 4 MiB; split it"));
    }
    Ok(text)
}

/// Whose clusters are: a project of cce, an account of fireworks.
pub(super) struct Owner<'a> {
    /// How it is called, such as `project`; its id is `project_id`.
    pub(super) name: &'static str,
    /// The option.
    pub(super) given: Option<&'a str>,
    pub(super) variables: &'static [&'static str],
}

impl Owner<'_> {
    /// The clusters of the arguments, and those of the file.
    ///
    /// # Errors
    /// The exit code, after saying which cannot be one, or that the file or a variable cannot be read.
    pub(super) fn clusters<C>(
        &self,
        from: &From,
        arguments: &[String],
        parse_ids: impl Fn(&str, &str) -> Result<C, Error>,
    ) -> Result<Vec<Named<C>>, u8> {
        let (owner, ids) = self.split(arguments)?;
        parse(&from.asked(ids)?, |ids| {
            let (owner, id) = self.of(owner.as_deref(), ids).map_err(NotACluster::Incomplete)?;
            Ok(Named { ids: Ids::of_owned(self.name, owner, id), cluster: parse_ids(owner, id)? })
        })
    }

    /// Whose the clusters of the arguments are, and their ids. The first of several arguments is the owner, unless the
    /// option names it. One alone is a cluster.
    ///
    /// # Errors
    /// The exit code, after saying that a variable cannot be read.
    fn split<'a>(&self, arguments: &'a [String]) -> Result<(Option<String>, &'a [String]), u8> {
        match (self.given, arguments) {
            (Some(owner), ids) => Ok((Some(owner.to_owned()), ids)),
            (None, [owner, ids @ ..]) if !ids.is_empty() => {
                if let Some((variable, _)) = first(self.variables)?.filter(|(_, other)| other != owner) {
                    let owner = shown(Path::new(owner));
                    note(format_args!("{owner} is taken for the {}; {variable} is not used", self.name));
                }
                Ok((Some(owner.clone()), ids))
            }
            (None, ids) => Ok((first(self.variables)?.map(|(_, owner)| owner), ids)),
        }
    }

    /// The owner and the id of a cluster.
    fn of<'a>(&self, owner: Option<&'a str>, ids: &'a [String]) -> Result<(&'a str, &'a str), String> {
        let name = self.name;
        match (owner, ids) {
            (_, [owner, cluster]) => Ok((owner, cluster)),
            (Some(owner), [cluster]) => Ok((owner, cluster)),
            (None, [_]) => Err(format!(
                "of which {name} is this cluster? give the id of the {name} before it, in --{name}-id or in {}",
                alternatives(self.variables)
            )),
            _ => Err(format!("these are too many ids; give those of the {name} and of the cluster")),
        }
    }
}

/// Why something cannot be the id of a cluster.
enum NotACluster {
    Wrong(Error),
    Incomplete(String),
}

impl std::convert::From<Error> for NotACluster {
    fn from(error: Error) -> Self {
        Self::Wrong(error)
    }
}

impl fmt::Display for NotACluster {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Wrong(error) => error.fmt(f),
            Self::Incomplete(problem) => f.write_str(problem),
        }
    }
}

/// Checks every id before anything is sent.
///
/// # Errors
/// The exit code, after saying which cannot be one.
fn parse<C>(asked: &[Asked], parse: impl Fn(&[String]) -> Result<Named<C>, NotACluster>) -> Result<Vec<Named<C>>, u8> {
    let mut clusters: Vec<Named<C>> = Vec::new();
    for Asked { ids, place } in asked {
        let at = place.as_ref().map_or_else(|| shown(Path::new(&ids.join(" "))), Clone::clone);
        let named = parse(ids).map_err(|problem| misused(format_args!("{at}: {problem}")))?;
        if clusters.iter().any(|other| other.ids == named.ids) {
            return Err(misused(format_args!("{at}: the cluster {} is named twice; name it once", named.ids)));
        }
        clusters.push(named);
    }
    if clusters.is_empty() {
        return Err(misused("which cluster? give its id, as the provider shows it, or a file of ids with --from"));
    }
    Ok(clusters)
}

/// The one id that a line may have.
fn one(ids: &[String]) -> Result<&str, NotACluster> {
    match ids {
        [id] => Ok(id),
        _ => Err(NotACluster::Incomplete("these are several ids; write one a line".to_owned())),
    }
}
