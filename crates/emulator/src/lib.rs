//! Emulations of documented endpoints that hand out access to a Kubernetes cluster.
//!
//! An [`Emulation`] is a pure function over a world. A [`Session`] lets one work: it keeps the world, the clock and the
//! journal. A [host] puts a session on a socket, here a `wiremock` server inside a test.
//!
//! Everything that an emulation refuses names the clause of the provider's document that it is refused by, in the
//! journal and in the response header `kubeproof-clause`.

pub mod fault;
pub mod host;
pub mod kubernetes;
pub mod pki;
pub mod providers;

mod duration;
mod emulation;
mod hex;
mod iam;
mod incident;
mod journal;
mod ledger;
mod redact;
mod reply;
mod request;
mod session;

pub use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};

pub use duration::{DURATION_FORMS, parse_duration};
pub use emulation::{Admission, Caller, CallerCredentials, Edition, Emulation, Presented, Rejection};
pub use fault::{Fault, Faults, Misfit};
pub use iam::AccessKey;
pub use incident::{Calls, ELSEWHERE, ELSEWHERE_HTTP, Happening, Incident, SCRIPTED, ScriptedReply};
pub use journal::{Exchange, Journal, Lengths, Numbers};
pub use ledger::{Credential, CredentialKind, Ledger, TooManyTokens, UserToken};
pub use redact::{PLACEHOLDER, Redactor};
pub use reply::{CLAUSE_HEADER, Complaint, Decision, FAULT, Reply, Verdict};
pub use request::{Request, decoded};
pub use session::{EPOCH, Secrets, Served, Session, Setting, WorldProblem};
