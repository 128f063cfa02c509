//! What the client of every provider shares.
//!
//! A provider's crate says what to ask for and how to read the answer; this crate asks. It holds the rules that keep
//! a credential and a one-time answer safe, so that no provider's crate can forget one:
//!
//! - HTTPS, unless the server is on this machine or plain HTTP was asked for ([`PlainHttp`]);
//! - redirects never lead to another origin, because a credential header would go along ([`Transport`]);
//! - the size of an answer, the time and the number of redirects are bounded;
//! - a request is repeated only as far as that is safe for it ([`Repeat`]);
//! - identifiers cannot change the path of a request ([`Identifier`]);
//! - no [`Error`] shows a credential, also when the server echoes it.
//!
//! Over the client of any provider, [`Wait`] asks again until a cluster is ready, and [`Batch`] asks for many clusters at
//! once. Examples that run against emulations are in the documentation of `kubeproof-tests`, because no client may know one.

mod access;
mod batch;
mod body;
mod credentials;
mod error;
mod error_kind;
mod identifier;
mod problem;
mod read;
mod reply;
mod request;
mod retry;
mod scrub;
pub mod signing;
mod spelling;
mod time;
mod tls;
mod transport;
mod wait;

pub use access::{ClusterAccess, ClusterKubeconfig};
pub use batch::{Batch, BatchReport, Fetched};
pub use body::{content, json};
pub use credentials::Credentials;
pub use error::{Consumed, Error};
pub use error_kind::{ErrorKind, UnknownErrorKind};
pub use identifier::Identifier;
pub use problem::Problem;
/// The HTTP client whose builder [`TransportOptions::http_client`] hands out, in the version that it wants.
pub use reqwest;

pub use read::{AcceptedHazards, Reading, read_carried_kubeconfig, read_kubeconfig};
pub use reply::Reply;
pub use request::{Repeat, Request};
pub use retry::{Retry, RetryAfter};
pub use time::{Clock, NoWait, Sleeper, SystemClock, TokioSleeper};
pub use transport::{Arrival, BaseUrl, PlainHttp, Timeouts, Transport, TransportOptions};
pub use wait::{Progress, Wait, Waited};
