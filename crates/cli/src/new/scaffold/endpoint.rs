//! The endpoint of a provider, as the templates spell it out.

use std::str::FromStr;

use super::name::ProviderName;
use crate::fetch::client::{BaseUrl, PlainHttp};

/// A path with ids in it, such as `/v1/clusters/{cluster_id}/kubeconfig`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Path {
    segments: Vec<Segment>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Segment {
    Word(String),
    Cluster,
    Owner(Owner),
}

/// Whose a cluster is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Owner {
    Project,
    Account,
}

impl Owner {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Project => "project",
            Self::Account => "account",
        }
    }

    /// The article before the word.
    pub(super) fn article(self) -> &'static str {
        match self {
            Self::Project => "a",
            Self::Account => "an",
        }
    }
}

impl Segment {
    /// What the id in it is called; `None` for a word.
    fn id(&self) -> Option<String> {
        match self {
            Self::Word(_) => None,
            Self::Cluster => Some("cluster_id".to_owned()),
            Self::Owner(owner) => Some(format!("{}_id", owner.word())),
        }
    }
}

impl Path {
    /// One that no other provider has.
    pub(super) fn usual(name: &ProviderName) -> Self {
        let words = [name.as_str(), "v1", "clusters"].map(|word| Segment::Word(word.to_owned()));
        let last = [Segment::Cluster, Segment::Word("kubeconfig".to_owned())];
        Self { segments: words.into_iter().chain(last).collect() }
    }

    pub(super) fn owner(&self) -> Option<Owner> {
        self.segments.iter().find_map(|segment| match segment {
            Segment::Owner(owner) => Some(*owner),
            Segment::Word(_) | Segment::Cluster => None,
        })
    }

    /// The path with each id written by `id`.
    pub(super) fn written(&self, id: impl Fn(&str) -> String) -> String {
        let written = self.segments.iter().map(|segment| match (segment, segment.id()) {
            (Segment::Word(word), _) => format!("/{word}"),
            (_, name) => format!("/{}", id(&name.unwrap_or_default())),
        });
        written.collect()
    }

    /// The segments as an expression or a pattern of Rust, each id written by `id`.
    pub(super) fn elements(&self, id: impl Fn(&str) -> String) -> String {
        let elements = self.segments.iter().map(|segment| match (segment, segment.id()) {
            (Segment::Word(word), _) => format!("\"{word}\""),
            (_, name) => id(&name.unwrap_or_default()),
        });
        elements.collect::<Vec<_>>().join(", ")
    }

    /// Something of each id, in the order of the path.
    pub(super) fn ids(&self, of: impl Fn(&str) -> String) -> String {
        self.segments.iter().filter_map(Segment::id).map(|id| of(&id)).collect::<Vec<_>>().join(", ")
    }

    /// What stands before the first id: what tells the provider from others at the same port.
    pub(super) fn beginning(&self) -> String {
        let words = self.segments.iter().map_while(|segment| match segment {
            Segment::Word(word) => Some(format!("/{word}")),
            Segment::Cluster | Segment::Owner(_) => None,
        });
        words.collect::<String>() + "/"
    }

    /// The name of the operation: the last word.
    pub(super) fn operation(&self) -> &str {
        let last = self.segments.iter().rev().find_map(|segment| match segment {
            Segment::Word(word) => Some(word.as_str()),
            Segment::Cluster | Segment::Owner(_) => None,
        });
        last.unwrap_or_default()
    }
}

impl FromStr for Path {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let rest = text.strip_prefix('/').ok_or("begin it with a slash, as in /v1/clusters/{cluster_id}/kubeconfig")?;
        let segments: Vec<Segment> = rest.split('/').map(segment).collect::<Result<_, _>>()?;
        if !matches!(segments.first(), Some(Segment::Word(_))) {
            return Err("begin it with a word, by which it is told from other providers' paths".to_owned());
        }
        if segments.first() == Some(&Segment::Word("_kubeproof".to_owned())) {
            return Err("begin it with another word: /_kubeproof/ is of the admin API".to_owned());
        }
        if segments.iter().filter(|segment| **segment == Segment::Cluster).count() != 1 {
            return Err("name {cluster_id} in it, once".to_owned());
        }
        let owners = segments.iter().filter(|segment| matches!(segment, Segment::Owner(_))).count();
        let cluster_is_last = segments.iter().rev().find_map(Segment::id).is_some_and(|id| id == "cluster_id");
        if owners > 1 || !cluster_is_last {
            return Err("name one of {project_id} and {account_id} at most, before {cluster_id}".to_owned());
        }
        Ok(Self { segments })
    }
}

fn segment(text: &str) -> Result<Segment, String> {
    match text {
        "{cluster_id}" => return Ok(Segment::Cluster),
        "{project_id}" => return Ok(Segment::Owner(Owner::Project)),
        "{account_id}" => return Ok(Segment::Owner(Owner::Account)),
        _ => {}
    }
    let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_' | '~');
    if text.contains(['{', '}']) {
        Err(format!(
            "`{text}` is no segment: an id stands alone in one, as {{cluster_id}}, {{project_id}} or {{account_id}}"
        ))
    } else if text.is_empty() || text == "." || text == ".." || !text.chars().all(is_word) {
        Err(format!("`{text}` is no segment: write letters, digits and any of -._~ in each"))
    } else {
        Ok(Segment::Word(text.to_owned()))
    }
}

/// An address over HTTPS, written as clients send it and with nothing that would have to be escaped in the code.
pub(super) fn checked_base_url(text: &str) -> Result<String, String> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_' | '~' | ':' | '/' | '[' | ']');
    let url = BaseUrl::parse(text, PlainHttp::OnlyLoopback).ok().filter(|_| text.chars().all(is_plain));
    let Some(url) = url.filter(|_| text.starts_with("https://")) else {
        return Err(format!(
            "--base-url: `{text}` is no address over https: write one such as https://api.cirrus.example"
        ));
    };
    match (url.as_str().trim_end_matches('/'), text.trim_end_matches('/')) {
        (sent, written) if sent == written => Ok(written.to_owned()),
        (sent, _) => Err(format!("--base-url: `{text}` is sent to {sent}: write that, if it is meant")),
    }
}
