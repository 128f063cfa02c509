//! Client for `GET /v1/clusters/{clusterid}/accessinfo` of ucs, the service of Huawei Cloud and Open Telekom Cloud that
//! attaches clusters of others.
//!
//! The answer is *not* a kubeconfig. It is the manifests of an agent for the attached cluster, private keys among them,
//! and it is given **once**: every later request is answered `Downloaded`. So this client
//!
//! - never repeats a request that may have reached the server, and follows no redirect;
//! - writes the answer to a private file while it comes, and syncs it before it looks at it, unless its caller gives that
//!   up ([`KeepAnswers`]). A process that is killed at whatever moment leaves what it had received, and [`StoredAnswer`]
//!   finds it;
//! - finishes a download that its caller no longer waits for, so that the answer still gets into its file;
//! - gives back what it received, also when that cannot be read ([`Error::answer`]);
//! - says of each error whether this process may have used up the download ([`Error::consumed`]), and whether an answer
//!   is stored on this machine ([`Error::stored`]).
//!
//! ```no_run
//! use kubeproof_client::{ClusterAccess as _, Credentials};
//! use kubeproof_ucs::{Client, ClusterId, KeepAnswers, Options};
//!
//! # async fn example(user_token: String) -> Result<(), kubeproof_client::Error> {
//! let client = Client::builder(Credentials::Token(user_token.into()), KeepAnswers::InFolder("/var/lib/agents".into()))
//!     .base_url("https://ucs.example.com")
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
mod disk;
mod downloads;
mod keep;
mod names;
mod receive;
mod stored;

#[cfg(test)]
mod kills;

pub use access_info::{AccessInfo, Saved};
pub use builder::{ClientBuilder, KeepAnswers};
pub use cluster::{ClusterId, Options, PrivateAccess};
/// What the clients of all providers share, for who names its types: credentials, errors, options of the transport.
pub use kubeproof_client as client;
pub use names::Form;
pub use stored::StoredAnswer;

use kubeproof_client::{
    ClusterAccess, Consumed, Credentials, Error, ErrorKind, Repeat, Request, Transport, TransportOptions,
};

use downloads::Download;
use keep::Keep;
use receive::receive;

/// Fetches the access information of attached clusters from ucs.
#[derive(Clone, Debug)]
pub struct Client {
    transport: Transport,
    domain_id: Option<String>,
    answers: KeepAnswers,
}

impl Client {
    /// Starts a client with these credentials, [`Credentials::Token`] or [`Credentials::AccessKey`], that keeps answers
    /// there. There is no default for that: an answer cannot be had again.
    #[must_use]
    pub fn builder(credentials: Credentials, answers: KeepAnswers) -> ClientBuilder {
        ClientBuilder::new(credentials, answers)
    }

    /// The one request, whose answer is written to `keep` while it comes.
    async fn download(&self, cluster: &ClusterId, options: &Options, keep: Option<Keep>) -> Result<AccessInfo, Error> {
        let download = Download::begin(self.transport.base_url(), cluster);
        let (transport, request) = (self.transport.clone(), self.request(cluster, options));
        // In a task of its own: a caller that stops waiting must not cost the answer, which then still gets into its file.
        let work = tokio::spawn(async move {
            let sent = match &keep {
                Some(keep) => transport.send_to(&request, keep).await,
                None => transport.send(&request).await,
            };
            receive(sent, keep, download)
        });
        work.await.unwrap_or_else(|_| {
            Err(Error::new(ErrorKind::Transport, "the download was interrupted").with_consumed(Consumed::PossiblyHere))
        })
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
    /// - `already-downloaded` when ucs says so, in any of the ways in which it may. Where the folder for answers holds one
    ///   of this cluster, the error names it ([`Error::stored`]).
    /// - `not-ready` when ucs says `UCS.01030002`; that this is a cluster which is still being registered is our judgement.
    /// - `malformed` when the answer is neither that nor access information. It may still hold keys that nobody can
    ///   download again: they are in [`Error::answer`], and in the file that the error names.
    /// - `invalid-argument`, before anything is sent, when the folder for answers cannot be written to.
    ///
    /// # Panics
    /// Outside of a tokio runtime, which the transport needs as well.
    async fn fetch(&self, cluster: &ClusterId, options: &Options) -> Result<AccessInfo, Error> {
        // Before sending: a folder in which no file can be made must not cost the download. Whether the answer will have
        // room in that file is not known before it is there.
        let keep = match &self.answers {
            KeepAnswers::InFolder(folder) => Some(Keep::prepare(folder, cluster)?),
            KeepAnswers::Nowhere => None,
        };
        let result = self.download(cluster, options, keep).await;
        result.map_err(|error| match &self.answers {
            KeepAnswers::InFolder(folder) if error.kind() == ErrorKind::AlreadyDownloaded => {
                StoredAnswer::point_to(error, folder, cluster)
            }
            _ => error,
        })
    }
}
