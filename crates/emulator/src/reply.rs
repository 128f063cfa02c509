use std::fmt;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

use crate::incident::{ELSEWHERE, ELSEWHERE_HTTP};

/// The response header that names the clause of a refusal.
pub const CLAUSE_HEADER: &str = "kubeproof-clause";

/// The clause of what a [fault](crate::Fault) does.
pub const FAULT: &str = "kubeproof.fault";

/// What an emulation answers, and why.
#[derive(Clone)]
pub struct Reply {
    /// The status.
    pub status: StatusCode,
    /// The header fields of the provider's own dialect. The session adds [`CLAUSE_HEADER`] to a refusal.
    pub headers: HeaderMap,
    /// The body, in the provider's own dialect.
    pub body: Bytes,
    /// The clause that decided, for the journal.
    pub decision: Decision,
    /// What was wrong with a request that was answered all the same. A harness reports these out of band.
    pub complaints: Vec<Complaint>,
}

/// The clause that decided a reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// Whether the request got what it asked for.
    pub verdict: Verdict,
    /// The id of the clause in `fixtures/<provider>/clauses.yaml`.
    pub clause: &'static str,
    /// What was decided and, for a refusal, what to change. Holds no secret.
    pub explanation: String,
}

/// Whether a request got what it asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It did.
    Answered,
    /// It did not, and the explanation says what to change.
    Refused,
    /// The answer was ordered by an [incident](crate::Incident), whatever the request said.
    Incident,
    /// It was not looked at: a [fault](crate::Fault) came first.
    Unanswered,
    /// The emulation itself failed: a bug of this crate, never of the caller.
    HarnessError,
}

impl Verdict {
    /// Every verdict.
    pub const ALL: [Self; 5] = [Self::Answered, Self::Refused, Self::Incident, Self::Unanswered, Self::HarnessError];

    /// Its name, in output.
    pub fn name(self) -> &'static str {
        match self {
            Self::Answered => "answered",
            Self::Refused => "refused",
            Self::Incident => "incident",
            Self::Unanswered => "unanswered",
            Self::HarnessError => "harness-error",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Something wrong with a request that the provider, by its document, answers all the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Complaint {
    /// The id of the clause that the request does not follow.
    pub clause: &'static str,
    /// What to change. Holds no secret.
    pub explanation: String,
}

impl Reply {
    /// A reply that gives what was asked for, by `clause`.
    pub fn answer(clause: &'static str, status: StatusCode, explanation: impl Into<String>) -> Self {
        Self::new(Verdict::Answered, clause, status, explanation.into())
    }

    /// A refusal by `clause`; the explanation says what to change.
    pub fn refuse(clause: &'static str, status: StatusCode, explanation: impl Into<String>) -> Self {
        Self::new(Verdict::Refused, clause, status, explanation.into())
    }

    /// What an incident of the world orders, by `clause`.
    pub fn incident(clause: &'static str, status: StatusCode, explanation: impl Into<String>) -> Self {
        Self::new(Verdict::Incident, clause, status, explanation.into())
    }

    /// What stands in the journal for a request that a fault came before.
    pub fn unanswered(explanation: impl Into<String>) -> Self {
        // No client sees this status.
        Self::new(Verdict::Unanswered, FAULT, StatusCode::SERVICE_UNAVAILABLE, explanation.into())
    }

    /// What a host answers when the emulation itself failed: a bug of this crate, never of the caller.
    pub fn harness_error(explanation: impl Into<String>) -> Self {
        // 599 is no status of any provider, so that nobody takes it for emulated behaviour.
        let status = StatusCode::from_u16(599).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Self::new(Verdict::HarnessError, "kubeproof.harness-error", status, explanation.into())
    }

    fn new(verdict: Verdict, clause: &'static str, status: StatusCode, explanation: String) -> Self {
        Self {
            status,
            headers: HeaderMap::new(),
            body: Bytes::new(),
            decision: Decision { verdict, clause, explanation },
            complaints: Vec::new(),
        }
    }

    /// The same reply with a header field set. Bytes that HTTP does not allow in a value are dropped.
    #[must_use]
    pub fn with_header(mut self, name: &'static str, value: impl AsRef<str>) -> Self {
        let is_printable = |byte: &u8| (b' '..=b'~').contains(byte);
        let value = value.as_ref();
        let value = if value.as_bytes().iter().all(is_printable) {
            HeaderValue::from_str(value)
        } else {
            HeaderValue::from_bytes(&value.bytes().filter(is_printable).collect::<Vec<u8>>())
        };
        if let Ok(value) = value {
            self.headers.insert(HeaderName::from_static(name), value);
        }
        self
    }

    /// The same reply with a JSON body and `application/json`.
    #[must_use]
    pub fn with_json(self, body: &serde_json::Value) -> Self {
        self.with_body("application/json", body.to_string())
    }

    /// The same reply with a body of the given media type.
    #[must_use]
    pub fn with_body(mut self, content_type: &'static str, body: impl Into<Vec<u8>>) -> Self {
        self.body = Bytes::from(body.into().into_boxed_slice());
        if let Ok(content_type) = HeaderValue::from_maybe_shared(Bytes::from_static(content_type.as_bytes())) {
            self.headers.insert(CONTENT_TYPE, content_type);
        }
        self
    }

    /// The same reply with a header field set that is a number.
    #[must_use]
    pub(crate) fn with_number(mut self, name: &'static str, number: impl Into<HeaderValue>) -> Self {
        self.headers.insert(HeaderName::from_static(name), number.into());
        self
    }

    /// The same reply with a complaint about the request.
    #[must_use]
    pub fn with_complaint(mut self, clause: &'static str, explanation: impl Into<String>) -> Self {
        self.complaints.push(Complaint { clause, explanation: explanation.into() });
        self
    }

    /// The same reply as it goes onto the wire: with the clause of a refusal as a header, and with the address of the
    /// second origin wherever a scripted reply points at it.
    #[must_use]
    pub(crate) fn ready_for_the_wire(self, elsewhere: Option<&str>) -> Self {
        let clause = self.is_refusal().then_some(self.decision.clause);
        let mut reply = match clause {
            Some(clause) => self.with_header(CLAUSE_HEADER, clause),
            None => self,
        };
        // Only what a file spells out points there; to look for it in every body would cost more than the answer.
        let is_spelled_out = matches!(reply.decision.verdict, Verdict::Incident | Verdict::Unanswered);
        if let Some(elsewhere) = elsewhere.filter(|_| is_spelled_out) {
            let authority = elsewhere.split_once("://").map_or(elsewhere, |(_, authority)| authority);
            let fill =
                |text: &str| text.replace(ELSEWHERE, elsewhere).replace(ELSEWHERE_HTTP, &format!("http://{authority}"));
            for value in reply.headers.values_mut() {
                let Ok(text) = value.to_str() else { continue };
                if let Ok(text) = HeaderValue::try_from(fill(text)) {
                    *value = text;
                }
            }
            if let Ok(body) = std::str::from_utf8(&reply.body) {
                reply.body = fill(body).into();
            }
        }
        reply
    }

    /// Whether the request was refused.
    pub fn is_refusal(&self) -> bool {
        self.decision.verdict == Verdict::Refused
    }
}

/// Shows status and decision, never the body.
impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reply")
            .field("status", &self.status)
            .field("decision", &self.decision)
            .field("complaints", &self.complaints)
            .field("body_bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}
