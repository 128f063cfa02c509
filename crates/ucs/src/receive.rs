//! What came of the one request. Nothing in here waits, so it is done whole once the answer is there.

use kubeproof_client::{Consumed, Error, ErrorKind, Reply};

use crate::answer::{self, Answer};
use crate::downloads::Download;
use crate::keep::Keep;
use crate::{AccessInfo, Saved, dialect};

/// Reads a body; `answer::read`, and in tests what watches it.
type Reader<'a> = &'a dyn Fn(&[u8]) -> Result<Answer, &'static str>;

/// Keeps and judges what came. Of an answer to be kept, the bytes are in the file already.
pub(crate) fn receive(sent: Result<Reply, Error>, keep: Option<Keep>, download: Download) -> Result<AccessInfo, Error> {
    match sent {
        // Only 200 is documented. What came with another success cannot be had again, so it is read as well.
        Ok(reply) if (200..300).contains(&reply.status()) => keep_and_read(&reply, keep, download, &answer::read),
        Ok(reply) => Err(refused(&reply, download)),
        Err(error) => Err(lost(error, keep, download)),
    }
}

/// An answer that should be access information: in a file first, and only then looked at.
fn keep_and_read(reply: &Reply, keep: Option<Keep>, download: Download, read: Reader<'_>) -> Result<AccessInfo, Error> {
    if reply.body().is_empty() {
        return Err(reply.malformed("the answer is empty").with_consumed(download.consumed()));
    }
    let saved = keep.map_or(Saved::NotAsked, Keep::save);
    match read(reply.body()) {
        Ok(Answer::AccessInfo(items)) => {
            download.consumed();
            Ok(AccessInfo::new(items, reply.body(), saved))
        }
        Ok(Answer::Downloaded) => {
            saved.discard();
            Err(already_downloaded(reply, download))
        }
        Err(what) => {
            let error = reply
                .error(ErrorKind::Malformed, what, reply.problem(dialect::problem))
                .with_consumed(download.consumed())
                .with_answer(reply.body());
            Err(saved.describe(error))
        }
    }
}

/// An answer with any other status.
fn refused(reply: &Reply, download: Download) -> Error {
    let refusal = |status| {
        let problem = reply.problem(dialect::problem);
        reply.refusal(dialect::kind(status, &problem), problem)
    };
    match reply.status() {
        // `ucs@2026-01`.
        410 => already_downloaded(reply, download),
        400..=499 if says_downloaded(reply) => already_downloaded(reply, download),
        // The server may have failed after it took the certificate from its store; 499 was cancelled on the way.
        status @ (499 | 500..) => refusal(status).with_consumed(download.consumed()),
        status => refusal(status).with_consumed(download.refused()),
    }
}

/// Whether a refusal is the note, in any of the forms in which a refusal speaks.
fn says_downloaded(reply: &Reply) -> bool {
    reply.problem(dialect::problem).message.is_some_and(|message| answer::is_note(&message))
}

fn already_downloaded(reply: &Reply, download: Download) -> Error {
    let problem = reply.problem(dialect::problem);
    reply
        .error(ErrorKind::AlreadyDownloaded, "the access information was downloaded before", problem)
        .with_consumed(download.refused())
}

/// No answer, or not the whole of one.
fn lost(error: Error, keep: Option<Keep>, download: Download) -> Error {
    let consumed = match error.consumed() {
        Some(Consumed::PossiblyHere) => download.consumed(),
        Some(Consumed::NotHere) | None => download.refused(),
    };
    let saved = match (keep, error.answer()) {
        (Some(keep), Some(_)) => keep.save_part(),
        _ => Saved::NotAsked,
    };
    let error = error.with_consumed(consumed);
    if error.answer().is_some() { saved.describe(error) } else { error }
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::io;
    use std::path::Path;
    use std::sync::{Arc, Mutex};

    use kubeproof_client::{Credentials, Repeat, Request, Transport, TransportOptions};
    use tempfile::{NamedTempFile, PersistError};
    use wiremock::matchers::any;
    use wiremock::{Mock, MockServer, ResponseTemplate};

    use super::*;
    use crate::ClusterId;
    use crate::disk::{Disk, OwnDisk};

    /// The disk, and what was done in which order.
    #[derive(Clone, Debug, Default)]
    struct Watched {
        steps: Arc<Mutex<Vec<&'static str>>>,
        fails_at: Option<&'static str>,
    }

    impl Watched {
        fn step(&self, name: &'static str) -> io::Result<()> {
            self.steps.lock().unwrap().push(name);
            if self.fails_at == Some(name) { Err(io::Error::other("the disk is full")) } else { Ok(()) }
        }
    }

    impl Disk for Watched {
        fn write(&self, file: &mut NamedTempFile, bytes: &[u8]) -> io::Result<()> {
            self.step("write")?;
            OwnDisk.write(file, bytes)
        }

        fn sync(&self, file: &File) -> io::Result<()> {
            self.step("sync")?;
            OwnDisk.sync(file)
        }

        fn name(&self, file: NamedTempFile, path: &Path) -> Result<File, PersistError> {
            match self.step("name") {
                Ok(()) => OwnDisk.name(file, path),
                Err(error) => Err(PersistError { error, file }),
            }
        }

        fn sync_folder(&self, folder: &Path) -> io::Result<()> {
            self.step("sync folder")?;
            OwnDisk.sync_folder(folder)
        }
    }

    /// The steps, and whether the answer is in a file after them.
    async fn steps(body: &str, fails_at: Option<&'static str>) -> (Vec<&'static str>, Option<bool>) {
        let server = MockServer::start().await;
        Mock::given(any()).respond_with(ResponseTemplate::new(200).set_body_string(body)).mount(&server).await;
        let token = Credentials::Token("not-a-real-token".to_owned().into());
        let transport = Transport::new(&server.uri(), token, TransportOptions::default()).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let cluster = ClusterId::parse("e0000000-0000-0000-0000-000000000001").unwrap();
        let watched = Watched { fails_at, ..Watched::default() };
        let keep = Keep::prepare_on(Box::new(watched.clone()), folder.path(), &cluster).unwrap();
        let reply = transport.send_to(&Request::get("/", Repeat::OneShot), &keep).await.unwrap();
        let download = Download::begin(transport.base_url(), &cluster);
        let result = keep_and_read(&reply, Some(keep), download, &|body| {
            watched.step("read").unwrap();
            answer::read(body)
        });
        let steps = watched.steps.lock().unwrap().clone();
        let in_a_file = result.ok().map(|access| {
            assert_eq!(access.raw(), body.as_bytes());
            access.saved().path().is_some_and(|path| std::fs::read(path).unwrap() == body.as_bytes())
        });
        (steps, in_a_file)
    }

    #[tokio::test]
    async fn an_answer_is_safe_before_it_is_looked_at() {
        let access = r#"[{"kind":"Secret"}]"#;
        let all = ["write", "sync", "name", "sync folder", "read"];
        assert_eq!(steps(access, None).await, (all.to_vec(), Some(true)));
        // The same when it turns out to be nothing of worth, or nothing that can be read.
        for body in ["[\"Downloaded\"]", "no json"] {
            assert_eq!(steps(body, None).await, (all.to_vec(), None), "{body}");
        }
    }

    #[tokio::test]
    async fn a_step_that_fails_does_not_cost_the_answer() {
        let access = r#"[{"kind":"Secret"}]"#;
        for (fails_at, steps_, in_a_file) in [
            ("write", &["write", "read"][..], false),
            ("sync", &["write", "sync", "read"], false),
            // It keeps the name that it has.
            ("name", &["write", "sync", "name", "read"], true),
            ("sync folder", &["write", "sync", "name", "sync folder", "read"], true),
        ] {
            assert_eq!(steps(access, Some(fails_at)).await, (steps_.to_vec(), Some(in_a_file)), "{fails_at}");
        }
    }
}
