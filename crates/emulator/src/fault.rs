//! What is done to a connection rather than said in HTTP.

mod armed;
mod source;

use std::fmt;
use std::num::{NonZeroU32, NonZeroU64};

use http::StatusCode;
use serde::{Deserialize, Serialize};

use self::source::FaultSource;
use crate::Calls;
use crate::host::server::Transport;

pub use self::armed::{Armed, Faults};

/// Something that is done to a connection rather than said in HTTP.
///
/// A fault is either of calls or of connections, and each fault counts those since it was armed, so that the same file does the
/// same each time. In a world file, in a case and in the admin API it is written alike:
///
/// ```
/// use kubeproof_emulator::Fault;
///
/// // The second answer of the provider's endpoint is cut off after twelve bytes of its body.
/// let cut: Fault = serde_json::from_str(r#"{"is": "close", "at": {"body": 12}, "calls": [2]}"#).unwrap();
/// // The first connection is shown a certificate that has expired.
/// let expired: Fault = serde_json::from_str(r#"{"is": "tls-expired", "connections": [1]}"#).unwrap();
/// // What cannot be counted is said.
/// let error = serde_json::from_str::<Fault>(r#"{"is": "tls-expired", "calls": [1]}"#).unwrap_err();
/// assert!(error.to_string().contains("write `connections`"));
/// # assert_ne!(cut, expired);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "FaultSource", into = "FaultSource")]
pub enum Fault {
    /// Done when a call is answered.
    Call(CallFault),
    /// Done when a connection is made.
    Connection(ConnectionFault),
}

/// A fault that is done when a call is answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallFault {
    /// Which calls.
    pub calls: Calls,
    /// The operation that is counted, as the emulation calls it; any when absent.
    pub operation: Option<String>,
    /// What is done.
    pub harm: CallHarm,
}

/// A fault that is done when a connection is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectionFault {
    /// Which connections.
    pub connections: Calls,
    /// What is done.
    pub harm: ConnectionHarm,
}

/// What is done to a connection when a call is answered. The emulation has decided by then, and its world has changed, but
/// for [`At::Request`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallHarm {
    /// The connection is reset: the client's system is told, by a TCP segment, that it is gone.
    Reset(At),
    /// The connection is closed as if all had been said.
    Close(At),
    /// On TLS, closed without the `close_notify` that tells an end from a cut. Without TLS, closed.
    CloseWithoutNotify(At),
    /// Nothing more is sent, and the connection stays open until the client gives up.
    Stall(At),
    /// What is no HTTP is sent, and the connection is closed.
    Garbage(At),
    /// From there on, so many bytes are sent each second.
    Trickle(At, NonZeroU32),
    /// The body is sent in chunks, and the connection is closed without the last one.
    ChunkedWithoutEnd,
    /// The body is followed by blanks until it has so many bytes.
    EnormousBody(NonZeroU64),
    /// The body is followed by blanks until it has so many bytes, and sent as gzip.
    GzipBomb(NonZeroU64),
    /// The client is sent to another origin, to the same path.
    Redirect(StatusCode),
}

/// What is done when a connection is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConnectionHarm {
    /// Nobody listens. Such a connection is never seen, and cannot be counted.
    Refuse,
    /// It is reset once it is made.
    Reset,
    /// It is closed once it is made.
    Close,
    /// Nothing is ever said.
    Stall,
    /// What is neither TLS nor HTTP is said, and the connection is closed.
    Garbage,
    /// The TLS handshake goes wrong. Without TLS, the connection is closed.
    Tls(TlsHarm),
}

/// What is wrong with a TLS handshake.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TlsHarm {
    /// The certificate has expired.
    Expired,
    /// The certificate is not valid yet.
    NotYetValid,
    /// The certificate is for another host.
    WrongHost,
    /// The certificate is from an authority that nobody was told of.
    UnknownAuthority,
    /// The server knows no version of TLS that is later than 1.1.
    Tls11Only,
}

impl TlsHarm {
    /// Every one that a certificate can do.
    pub const CERTIFICATES: [Self; 4] = [Self::Expired, Self::NotYetValid, Self::WrongHost, Self::UnknownAuthority];
}

/// Where in an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum At {
    /// As soon as the connection is made.
    Connect,
    /// When the head of the request is read: the emulation never sees it.
    Request,
    /// Before the first byte of the answer.
    BeforeHeaders,
    /// In the middle of the head of the answer.
    InHeaders,
    /// Between the head of the answer and its body.
    AfterHeaders,
    /// After so many bytes of the body. One that is shorter is cut before its last byte.
    Body(u64),
}

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Connect => f.write_str("once it was made"),
            Self::Request => f.write_str("when the request was read"),
            Self::BeforeHeaders => f.write_str("before the answer"),
            Self::InHeaders => f.write_str("within the headers of the answer"),
            Self::AfterHeaders => f.write_str("after the headers of the answer"),
            Self::Body(bytes) => write!(f, "after {bytes} bytes of the body"),
        }
    }
}

/// Why a fault would never be done.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Misfit {
    /// The provider has no such operation.
    #[error("this provider has no operation `{operation}`; there is {}", .known.join(", "))]
    Operation {
        /// The one that is to be counted.
        operation: String,
        /// Those that there are.
        known: &'static [&'static str],
    },
    /// It is done to TLS, which is not spoken.
    #[error("this fault is of TLS, which is not spoken")]
    Tls,
}

impl Fault {
    /// Why it would never be done to a provider that has these operations and is reached like this; `None` when it would.
    pub fn misfit(&self, transport: Transport, operations: &'static [&'static str]) -> Option<Misfit> {
        match self {
            Self::Call(CallFault { operation: Some(operation), .. }) if !operations.contains(&operation.as_str()) => {
                Some(Misfit::Operation { operation: operation.clone(), known: operations })
            }
            Self::Call(CallFault { harm: CallHarm::CloseWithoutNotify(_), .. })
            | Self::Connection(ConnectionFault { harm: ConnectionHarm::Tls(_), .. })
                if transport == Transport::Plain =>
            {
                Some(Misfit::Tls)
            }
            _ => None,
        }
    }

    /// What is done, for people: `the connection is reset before the answer`.
    pub fn explanation(&self) -> String {
        match self {
            Self::Call(fault) => fault.harm.explanation(),
            Self::Connection(fault) => fault.harm.explanation().to_owned(),
        }
    }
}

impl CallHarm {
    /// Whether the emulation never sees the call.
    pub(crate) fn comes_before_the_emulation(self) -> bool {
        match self {
            Self::Reset(at) | Self::Close(at) | Self::CloseWithoutNotify(at) | Self::Stall(at) | Self::Garbage(at) => {
                at == At::Request
            }
            Self::Redirect(_) => true,
            Self::Trickle(..) | Self::ChunkedWithoutEnd | Self::EnormousBody(_) | Self::GzipBomb(_) => false,
        }
    }

    /// What is done, for people.
    pub fn explanation(&self) -> String {
        match self {
            Self::Reset(at) => format!("the connection was reset {at}"),
            Self::Close(at) => format!("the connection was closed {at}"),
            Self::CloseWithoutNotify(at) => format!("the connection was closed without close_notify {at}"),
            Self::Stall(at) => format!("nothing more was sent {at}"),
            Self::Garbage(at) => format!("what is no HTTP was sent {at}"),
            Self::Trickle(at, rate) => format!("{rate} bytes a second were sent, beginning {at}"),
            Self::ChunkedWithoutEnd => "the last chunk of the body was not sent".to_owned(),
            Self::EnormousBody(bytes) => format!("the body was made {bytes} bytes long"),
            Self::GzipBomb(bytes) => format!("the body was made {bytes} bytes long, and sent as gzip"),
            Self::Redirect(status) => format!("the client was sent to another origin with {}", status.as_u16()),
        }
    }
}

impl ConnectionHarm {
    /// What is done, for people.
    pub fn explanation(&self) -> &'static str {
        match self {
            Self::Refuse => "connections were refused",
            Self::Reset => "the connection was reset once it was made",
            Self::Close => "the connection was closed once it was made",
            Self::Stall => "nothing was sent on the connection",
            Self::Garbage => "what is neither TLS nor HTTP was sent on the connection",
            Self::Tls(TlsHarm::Expired) => "the certificate had expired",
            Self::Tls(TlsHarm::NotYetValid) => "the certificate was not valid yet",
            Self::Tls(TlsHarm::WrongHost) => "the certificate was for another host",
            Self::Tls(TlsHarm::UnknownAuthority) => "the certificate was from an unknown authority",
            Self::Tls(TlsHarm::Tls11Only) => "nothing later than TLS 1.1 was spoken",
        }
    }
}
