//! What is received.

use std::fmt;
use std::path::{Path, PathBuf};

use kubeproof_client::Error;
use secrecy::{ExposeSecret, SecretSlice};
use serde_json::Value;

/// The access information of an attached cluster: the manifests of an agent, private keys among them.
pub struct AccessInfo {
    items: Vec<Value>,
    raw: SecretSlice<u8>,
    saved: Saved,
}

impl AccessInfo {
    pub(crate) fn new(items: Vec<Value>, raw: &[u8], saved: Saved) -> Self {
        Self { items, raw: raw.to_vec().into(), saved }
    }

    /// The elements of the answer: Kubernetes objects, or texts that hold one each, as they were sent.
    #[must_use]
    pub fn items(&self) -> &[Value] {
        &self.items
    }

    /// The whole answer, byte for byte.
    #[must_use]
    pub fn raw(&self) -> &[u8] {
        self.raw.expose_secret()
    }

    /// Whether the answer is in a file as well.
    #[must_use]
    pub fn saved(&self) -> &Saved {
        &self.saved
    }
}

impl fmt::Debug for AccessInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessInfo")
            .field("items", &self.items.len())
            .field("saved", &self.saved)
            .finish_non_exhaustive()
    }
}

/// Whether an answer is in a file.
#[derive(Debug)]
pub enum Saved {
    /// The client keeps answers [nowhere](crate::KeepAnswers::Nowhere), or there was nothing to keep.
    NotAsked,
    /// It is in this file, which only its owner can read.
    At(PathBuf),
    /// It could not be written. This is not an error of the fetch: the answer itself is there, and there is no other.
    Failed(std::io::Error),
}

impl Saved {
    /// The file.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        match self {
            Self::At(path) => Some(path),
            Self::NotAsked | Self::Failed(_) => None,
        }
    }

    /// The error, saying where the answer is that could not be read.
    pub(crate) fn describe(&self, error: Error) -> Error {
        match self {
            Self::NotAsked => {
                error.with_remedy("keep what was received, it is with this error and cannot be had again")
            }
            Self::At(path) => error
                .with_remedy(format!("keep what was received, it is in {} and cannot be had again", path.display()))
                .with_stored(path),
            Self::Failed(cause) => error.with_remedy(format!(
                "keep what was received, it is with this error and could not be written to a file ({cause})"
            )),
        }
    }

    /// Removes a file that holds nothing of worth. A file that stays does no harm.
    pub(crate) fn discard(&self) {
        if let Self::At(path) = self {
            let _stays = fs_err::remove_file(path);
        }
    }
}
