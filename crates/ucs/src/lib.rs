//! Client for `GET /v1/clusters/{clusterid}/accessinfo` of ucs, the service of Huawei Cloud and Open Telekom Cloud that
//! attaches clusters of others.
//!
//! The answer is *not* a kubeconfig. It is the manifests of an agent for the attached cluster, private keys among them,
//! and it is given **once**: every later request is answered `Downloaded`. So this client
//!
//! - never repeats a request that may have reached the server, and follows no redirect;
//! - writes the answer to a private file before it looks at it, when it has a folder for that
//!   ([`ClientBuilder::keep_answers_in`]);
//! - finishes a download that its caller no longer waits for, so that the answer still gets into its file;
//! - gives back what it received, also when that cannot be read ([`Error::answer`]);
//! - says of each error whether this process may have used up the download ([`Error::consumed`]).
//!
//! ```no_run
//! use kubeproof_client::{ClusterAccess as _, Credentials};
//! use kubeproof_ucs::{Client, ClusterId, Options};
//!
//! # async fn example(user_token: String) -> Result<(), kubeproof_client::Error> {
//! let client = Client::builder(Credentials::Token(user_token.into()))
//!     .base_url("https://ucs.example.com")
//!     .keep_answers_in("/var/lib/agents")
//!     .build()?;
//! let cluster = ClusterId::parse("11111111-2222-3333-4444-555555555555")?;
//! let access = client.fetch(&cluster, &Options::default()).await?;
//! println!("{} manifests", access.items().len());
//! # Ok(())
//! # }
//! ```

mod access_info;
mod answer;
mod builder;
mod cluster;
mod dialect;
mod downloads;
mod keep;

pub use access_info::{AccessInfo, Saved};
pub use builder::ClientBuilder;
pub use cluster::{ClusterId, Options, PrivateAccess};

use std::path::PathBuf;

use kubeproof_client::{
    ClusterAccess, Consumed, Credentials, Error, ErrorKind, Repeat, Reply, Request, Transport, TransportOptions,
};

use downloads::Download;
use keep::Keep;

/// Fetches the access information of attached clusters from ucs.
#[derive(Clone, Debug)]
pub struct Client {
    transport: Transport,
    domain_id: Option<String>,
    folder: Option<PathBuf>,
}

impl Client {
    /// Starts a client with these credentials: [`Credentials::Token`] or [`Credentials::AccessKey`].
    #[must_use]
    pub fn builder(credentials: Credentials) -> ClientBuilder {
        ClientBuilder::new(credentials)
    }

    fn request(&self, cluster: &ClusterId, options: &Options) -> Request {
        let mut request = Request::get(format!("/v1/clusters/{cluster}/accessinfo"), Repeat::OneShot)
            .header("accept", "application/json");
        if let Some(domain_id) = &self.domain_id {
            request = request.header("x-domain-id", domain_id);
        }
        if let Some(private) = &options.private_access {
            request = request.query("vpcendpoint", private.vpcendpoint().to_string()).query("region", private.region());
        }
        request
    }
}

impl ClusterAccess for Client {
    type Cluster = ClusterId;
    type Options = Options;
    type Access = AccessInfo;

    /// Downloads the access information of a cluster, once and for all.
    ///
    /// # Errors
    /// - `already-downloaded` when ucs says so, in any of the ways in which it may.
    /// - `malformed` when the answer is neither that nor access information. It may still hold keys that nobody can
    ///   download again: they are in [`Error::answer`], and in the file that the error names.
    /// - `invalid-argument`, before anything is sent, when the folder for answers cannot be written to.
    ///
    /// # Panics
    /// Outside of a tokio runtime, which the transport needs as well.
    async fn fetch(&self, cluster: &ClusterId, options: &Options) -> Result<AccessInfo, Error> {
        // Before sending: a full or missing disk must not cost the download.
        let keep = self.folder.as_deref().map(|folder| Keep::prepare(folder, cluster)).transpose()?;
        let download = Download::begin(self.transport.base_url(), cluster);
        let (transport, request) = (self.transport.clone(), self.request(cluster, options));
        // In a task of its own: a caller that stops waiting must not cost the answer, which then still gets into its file.
        let work = tokio::spawn(async move { finish(transport.send(&request).await, keep, download) });
        work.await.unwrap_or_else(|_| {
            Err(Error::new(ErrorKind::Transport, "the download was interrupted").with_consumed(Consumed::PossiblyHere))
        })
    }
}

/// What came of the one request. Nothing in here waits, so it is done whole once the answer is there.
fn finish(sent: Result<Reply, Error>, keep: Option<Keep>, download: Download) -> Result<AccessInfo, Error> {
    match sent {
        // Only 200 is documented. What came with another success cannot be had again, so it is read as well.
        Ok(reply) if (200..300).contains(&reply.status()) => read(&reply, keep, download),
        Ok(reply) => Err(refused(&reply, download)),
        Err(error) => Err(lost(error, keep, download)),
    }
}

/// An answer that should be access information.
fn read(reply: &Reply, keep: Option<Keep>, download: Download) -> Result<AccessInfo, Error> {
    if reply.body().is_empty() {
        return Err(reply.malformed("the answer is empty").with_consumed(download.consumed()));
    }
    let saved = keep.map_or(Saved::NotAsked, |keep| keep.save(reply.body()));
    match answer::read(reply.body()) {
        Ok(answer::Answer::AccessInfo(items)) => {
            download.consumed();
            Ok(AccessInfo::new(items, reply.body(), saved))
        }
        Ok(answer::Answer::Downloaded) => {
            saved.discard();
            Err(already_downloaded(reply, download))
        }
        Err(what) => {
            let consumed = download.consumed();
            let problem = dialect::problem_in_answer(reply.body());
            let error = reply.error(ErrorKind::Malformed, what, problem).with_consumed(consumed);
            Err(saved.describe(error.with_answer(reply.body())))
        }
    }
}

/// An answer with any other status.
fn refused(reply: &Reply, download: Download) -> Error {
    match reply.status() {
        // `ucs@2026-01`.
        410 => already_downloaded(reply, download),
        status @ 400..=499 => reply
            .refusal(ErrorKind::of_status(status), dialect::problem(reply.body()))
            .with_consumed(download.refused()),
        // The server may have failed after it took the certificate from its store.
        status => reply
            .refusal(ErrorKind::of_status(status), dialect::problem(reply.body()))
            .with_consumed(download.consumed()),
    }
}

fn already_downloaded(reply: &Reply, download: Download) -> Error {
    let problem = dialect::problem(reply.body());
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
        (Some(keep), Some(part)) => keep.save_part(part),
        _ => Saved::NotAsked,
    };
    let error = error.with_consumed(consumed);
    if error.answer().is_some() { saved.describe(error) } else { error }
}
