use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use tempfile::TempPath;

use super::{failed, misused};
use crate::replace::{obstacle, replace};

/// Where to write what tells others where a server is.
#[derive(Args)]
pub(super) struct Paths {
    /// Write the certificate authority to this file [default: one among the temporary files, removed at the end]
    #[arg(long, value_name = "PATH")]
    pub(super) ca_file: Option<PathBuf>,

    /// Write the environment that points a client here to this file, as NAME=value lines; removed at the end
    #[arg(long, value_name = "PATH")]
    pub(super) env_file: Option<PathBuf>,

    /// Write the port of each provider to this file, as provider=port lines, once it is listened at; removed at the end
    #[arg(long, value_name = "PATH")]
    pub(super) port_file: Option<PathBuf>,
}

/// What was written to tell others where a server is.
#[derive(Default)]
pub(super) struct Files {
    /// What is removed at the end.
    written: Vec<Written>,
    authority: Option<Authority>,
}

struct Written {
    path: PathBuf,
    text: String,
}

enum Authority {
    /// Removed with it.
    Temporary(TempPath),
    /// Kept: who asked for it knows that a server makes a new one each time.
    AskedFor(PathBuf),
}

impl Files {
    /// The file that holds the certificate authority.
    pub(super) fn authority(&self) -> Option<&Path> {
        Some(match self.authority.as_ref()? {
            Authority::Temporary(path) => path,
            Authority::AskedFor(path) => path,
        })
    }

    /// Writes the certificate authority to a file, or to one among the temporary files.
    pub(super) fn write_authority(&mut self, path: Option<&Path>, pem: &str) -> Result<(), u8> {
        self.authority = Some(match path {
            Some(path) => {
                write(path, "the certificate authority", pem)?;
                Authority::AskedFor(std::path::absolute(path).unwrap_or_else(|_| path.to_owned()))
            }
            None => {
                let mut builder = tempfile::Builder::new();
                builder.prefix("kubeproof-ca-").suffix(".pem");
                // Programs of other users are pointed here, too.
                #[cfg(unix)]
                builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644));
                let written = builder.tempfile().and_then(|file| fs::write(file.path(), pem).map(|()| file));
                let file = written.map_err(|error| {
                    failed(format_args!(
                        "the certificate authority cannot be written: {error}; name a file with --ca-file"
                    ))
                })?;
                Authority::Temporary(file.into_temp_path())
            }
        });
        Ok(())
    }

    /// Writes a file that is removed at the end. One that is there already has to be what an earlier server has left.
    pub(super) fn write(&mut self, path: &Path, what: &str, text: &str, is_ours: fn(&str) -> bool) -> Result<(), u8> {
        let is_taken = match (path.metadata(), fs::read(path)) {
            (Ok(metadata), _) if !metadata.is_file() => true,
            (_, Ok(found)) => !std::str::from_utf8(&found).is_ok_and(is_ours),
            (_, Err(_)) => false,
        };
        if is_taken || self.written.iter().any(|written| written.path == path) {
            return Err(misused(format_args!(
                "{what} cannot be written to {}: something else is there; remove it, or name another file",
                path.display()
            )));
        }
        write(path, what, text)?;
        self.written.push(Written { path: path.to_owned(), text: text.to_owned() });
        Ok(())
    }

    /// Removes what says where the server was, but for what another one has written there since.
    pub(super) fn remove(self) -> Vec<String> {
        let mut problems = Vec::new();
        for Written { path, text } in self.written {
            if fs::read_to_string(&path).is_ok_and(|found| found == text)
                && let Err(error) = fs::remove_file(&path)
            {
                problems.push(format!("{} cannot be removed: {error}", path.display()));
            }
        }
        if let Some(Authority::Temporary(path)) = self.authority
            && let Err(error) = path.close()
        {
            problems.push(format!("the certificate authority cannot be removed: {error}"));
        }
        problems
    }
}

fn write(path: &Path, what: &str, text: &str) -> Result<(), u8> {
    if let Some(obstacle) = obstacle(path) {
        return Err(misused(format_args!("{what} cannot be written to {}: {obstacle}", path.display())));
    }
    replace(path, text).map_err(|error| failed(format_args!("{what} cannot be written to {}: {error}", path.display())))
}
