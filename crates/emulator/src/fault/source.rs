use std::num::{NonZeroU32, NonZeroU64};

use http::StatusCode;
use serde::{Deserialize, Serialize};

use super::{At, CallFault, CallHarm, ConnectionFault, ConnectionHarm, Fault, TlsHarm};
use crate::Calls;

/// How a fault is written.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", expecting = "a fault, as in {\"is\": \"reset\"}")]
pub(super) struct FaultSource {
    is: Kind,
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<At>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bytes: Option<NonZeroU64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bytes_per_second: Option<NonZeroU32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    calls: Option<Calls>,
    #[serde(skip_serializing_if = "Option::is_none")]
    operation: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    connections: Option<Calls>,
}

/// The names of faults.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Kind {
    Refuse,
    Reset,
    Close,
    CloseWithoutNotify,
    Stall,
    Garbage,
    Trickle,
    ChunkedWithoutEnd,
    EnormousBody,
    GzipBomb,
    Redirect,
    TlsExpired,
    TlsNotYetValid,
    TlsWrongHost,
    TlsUnknownAuthority,
    #[serde(rename = "tls-1.1-only")]
    Tls11Only,
}

impl FaultSource {
    fn new(is: Kind) -> Self {
        Self {
            is,
            at: None,
            bytes: None,
            bytes_per_second: None,
            status: None,
            calls: None,
            operation: None,
            connections: None,
        }
    }

    /// What is done, and nothing that is written is left over.
    fn harm(&mut self) -> Result<Result<CallHarm, ConnectionHarm>, &'static str> {
        const REDIRECTS: [u16; 5] = [301, 302, 303, 307, 308];
        let at = |at: &mut Option<At>, usual| at.take().unwrap_or(usual);
        let ended = |harm: fn(At) -> CallHarm, connection: ConnectionHarm, where_: At| match where_ {
            At::Connect => Err(connection),
            other => Ok(harm(other)),
        };
        Ok(match self.is {
            Kind::Refuse => Err(ConnectionHarm::Refuse),
            Kind::Reset => ended(CallHarm::Reset, ConnectionHarm::Reset, at(&mut self.at, At::BeforeHeaders)),
            Kind::Close => ended(CallHarm::Close, ConnectionHarm::Close, at(&mut self.at, At::BeforeHeaders)),
            Kind::CloseWithoutNotify => match at(&mut self.at, At::BeforeHeaders) {
                At::Connect => return Err("before anything was said there is no close_notify to leave out"),
                other => Ok(CallHarm::CloseWithoutNotify(other)),
            },
            Kind::Stall => ended(CallHarm::Stall, ConnectionHarm::Stall, at(&mut self.at, At::BeforeHeaders)),
            Kind::Garbage => ended(CallHarm::Garbage, ConnectionHarm::Garbage, at(&mut self.at, At::BeforeHeaders)),
            Kind::Trickle => match (at(&mut self.at, At::AfterHeaders), self.bytes_per_second.take()) {
                (At::Connect | At::Request, _) => return Err("only an answer can trickle; write `at: before-headers`"),
                (_, None) => return Err("how slowly is missing; write `bytes-per-second`"),
                (at, Some(rate)) => Ok(CallHarm::Trickle(at, rate)),
            },
            Kind::ChunkedWithoutEnd => Ok(CallHarm::ChunkedWithoutEnd),
            Kind::EnormousBody => {
                Ok(CallHarm::EnormousBody(self.bytes.take().ok_or("how long is missing; write `bytes`")?))
            }
            Kind::GzipBomb => Ok(CallHarm::GzipBomb(self.bytes.take().ok_or("how long is missing; write `bytes`")?)),
            Kind::Redirect => {
                let status = self.status.take().unwrap_or(307);
                let known = REDIRECTS.contains(&status).then(|| StatusCode::from_u16(status).ok()).flatten();
                Ok(CallHarm::Redirect(known.ok_or("a redirect has one of the statuses 301, 302, 303, 307, 308")?))
            }
            Kind::TlsExpired => Err(ConnectionHarm::Tls(TlsHarm::Expired)),
            Kind::TlsNotYetValid => Err(ConnectionHarm::Tls(TlsHarm::NotYetValid)),
            Kind::TlsWrongHost => Err(ConnectionHarm::Tls(TlsHarm::WrongHost)),
            Kind::TlsUnknownAuthority => Err(ConnectionHarm::Tls(TlsHarm::UnknownAuthority)),
            Kind::Tls11Only => Err(ConnectionHarm::Tls(TlsHarm::Tls11Only)),
        })
    }
}

impl TryFrom<FaultSource> for Fault {
    type Error = &'static str;

    fn try_from(mut source: FaultSource) -> Result<Self, Self::Error> {
        let harm = source.harm()?;
        let FaultSource { at, bytes, bytes_per_second, status, calls, operation, connections, .. } = source;
        if at.is_some() || bytes.is_some() || bytes_per_second.is_some() || status.is_some() {
            return Err("this fault takes no such key; `at` goes with reset, close, stall, garbage and trickle, \
                        `bytes-per-second` with trickle, `bytes` with enormous-body and gzip-bomb, `status` with redirect");
        }
        match harm {
            Ok(_) if connections.is_some() => {
                Err("this fault is done to calls; write `calls` instead of `connections`")
            }
            Ok(harm) => Ok(Self::Call(CallFault { calls: calls.unwrap_or_default(), operation, harm })),
            Err(_) if calls.is_some() || operation.is_some() => {
                Err("this fault is done before there is a call; write `connections` instead of `calls` and `operation`")
            }
            Err(ConnectionHarm::Refuse) if connections.as_ref().is_some_and(|which| *which != Calls::Every) => {
                Err("a connection that is refused is never seen and cannot be counted; leave `connections` out")
            }
            Err(harm) => Ok(Self::Connection(ConnectionFault { connections: connections.unwrap_or_default(), harm })),
        }
    }
}

impl From<Fault> for FaultSource {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Call(CallFault { calls, operation, harm }) => {
                let mut source = match harm {
                    CallHarm::Reset(at) => Self { at: Some(at), ..Self::new(Kind::Reset) },
                    CallHarm::Close(at) => Self { at: Some(at), ..Self::new(Kind::Close) },
                    CallHarm::CloseWithoutNotify(at) => Self { at: Some(at), ..Self::new(Kind::CloseWithoutNotify) },
                    CallHarm::Stall(at) => Self { at: Some(at), ..Self::new(Kind::Stall) },
                    CallHarm::Garbage(at) => Self { at: Some(at), ..Self::new(Kind::Garbage) },
                    CallHarm::Trickle(at, rate) => {
                        Self { at: Some(at), bytes_per_second: Some(rate), ..Self::new(Kind::Trickle) }
                    }
                    CallHarm::ChunkedWithoutEnd => Self::new(Kind::ChunkedWithoutEnd),
                    CallHarm::EnormousBody(bytes) => Self { bytes: Some(bytes), ..Self::new(Kind::EnormousBody) },
                    CallHarm::GzipBomb(bytes) => Self { bytes: Some(bytes), ..Self::new(Kind::GzipBomb) },
                    CallHarm::Redirect(status) => Self { status: Some(status.as_u16()), ..Self::new(Kind::Redirect) },
                };
                source.calls = Some(calls);
                source.operation = operation;
                source
            }
            Fault::Connection(ConnectionFault { connections, harm }) => {
                let connect = Some(At::Connect);
                let mut source = match harm {
                    ConnectionHarm::Refuse => Self::new(Kind::Refuse),
                    ConnectionHarm::Reset => Self { at: connect, ..Self::new(Kind::Reset) },
                    ConnectionHarm::Close => Self { at: connect, ..Self::new(Kind::Close) },
                    ConnectionHarm::Stall => Self { at: connect, ..Self::new(Kind::Stall) },
                    ConnectionHarm::Garbage => Self { at: connect, ..Self::new(Kind::Garbage) },
                    ConnectionHarm::Tls(TlsHarm::Expired) => Self::new(Kind::TlsExpired),
                    ConnectionHarm::Tls(TlsHarm::NotYetValid) => Self::new(Kind::TlsNotYetValid),
                    ConnectionHarm::Tls(TlsHarm::WrongHost) => Self::new(Kind::TlsWrongHost),
                    ConnectionHarm::Tls(TlsHarm::UnknownAuthority) => Self::new(Kind::TlsUnknownAuthority),
                    ConnectionHarm::Tls(TlsHarm::Tls11Only) => Self::new(Kind::Tls11Only),
                };
                source.connections = Some(connections);
                source
            }
        }
    }
}
