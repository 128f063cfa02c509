//! The identity and access management of Huawei Cloud and Open Telekom Cloud, as the gateway before CCE and UCS asks it.

mod access_key;
mod authorization;
mod canonical;
mod gateway;
mod signature;
#[cfg(test)]
mod vectors;

pub use access_key::AccessKey;

pub(crate) use gateway::{Fault, request_id};

use http::StatusCode;

use crate::{Complaint, Redactor, Reply, Request};

/// Who may ask, and the clauses that decide it.
pub(crate) struct Iam<'a> {
    /// User tokens whose user may read the clusters.
    pub(crate) tokens: &'a [String],
    /// User tokens whose user may not.
    pub(crate) forbidden_tokens: &'a [String],
    /// Key pairs whose user may read the clusters.
    pub(crate) access_keys: &'a [AccessKey],
    /// What decides, in the provider's clause file.
    pub(crate) clauses: &'static Clauses,
}

/// The ids of a provider's clauses about authentication.
pub(crate) struct Clauses {
    pub(crate) token: &'static str,
    pub(crate) missing: &'static str,
    pub(crate) token_invalid: &'static str,
    pub(crate) token_and_signature: &'static str,
    pub(crate) header_form: &'static str,
    pub(crate) date: &'static str,
    pub(crate) scope: &'static str,
    pub(crate) signed_headers: &'static str,
    pub(crate) unknown_key: &'static str,
    pub(crate) signature: &'static str,
}

/// A request that was authenticated.
pub(crate) struct Authenticated {
    /// What its user may do.
    pub(crate) rights: Rights,
    /// What was wrong with how it was authenticated, though it was.
    pub(crate) complaint: Option<Complaint>,
}

/// What an authenticated user may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rights {
    /// Read the clusters.
    Read,
    /// Nothing here.
    None,
}

/// Why a request was not authenticated.
pub(crate) struct Denied {
    clause: &'static str,
    /// What the gateway adds to its message.
    reason: &'static str,
    explanation: String,
}

impl Denied {
    /// The gateway's answer.
    pub(crate) fn reply(self, request_id: &str) -> Reply {
        let reply = Reply::refuse(self.clause, StatusCode::UNAUTHORIZED, self.explanation);
        let message = format!("Incorrect IAM authentication information: {}", self.reason);
        Fault { code: "APIGW.0301", message: &message }.write(reply, request_id)
    }
}

impl Iam<'_> {
    /// Finds out who sent `request`.
    pub(crate) fn authenticate(&self, request: &Request) -> Result<Authenticated, Denied> {
        let token = request.headers.get("x-auth-token").filter(|value| !value.is_empty());
        let authorization = request.headers.get(http::header::AUTHORIZATION);
        match (token, authorization) {
            (Some(token), authorization) => {
                let rights = self.user_of(token.as_bytes())?;
                let complaint = authorization.map(|_| Complaint {
                    clause: self.clauses.token_and_signature,
                    explanation: "leave out either `X-Auth-Token` or `Authorization`: the token decided, the other was not looked at".to_owned(),
                });
                Ok(Authenticated { rights, complaint })
            }
            (None, Some(authorization)) => {
                self.verify(authorization, request)?;
                Ok(Authenticated { rights: Rights::Read, complaint: None })
            }
            (None, None) => Err(Denied {
                clause: self.clauses.missing,
                reason: "x-auth-token not found",
                explanation: "send a user token as `X-Auth-Token`, or sign the request with AK/SK".to_owned(),
            }),
        }
    }

    fn user_of(&self, token: &[u8]) -> Result<Rights, Denied> {
        let is_token = |known: &String| known.as_bytes() == token;
        if self.tokens.iter().any(is_token) {
            Ok(Rights::Read)
        } else if self.forbidden_tokens.iter().any(is_token) {
            Ok(Rights::None)
        } else {
            Err(Denied {
                clause: self.clauses.token_invalid,
                reason: "decrypt token fail",
                explanation: "send a token of the world's `tokens` as `X-Auth-Token`: this one is unknown".to_owned(),
            })
        }
    }

    fn verify(&self, authorization: &http::HeaderValue, request: &Request) -> Result<(), Denied> {
        if authorization.as_bytes().get(..7).is_some_and(|scheme| scheme.eq_ignore_ascii_case(b"bearer ")) {
            return Err(Denied {
                clause: self.clauses.token,
                reason: "x-auth-token not found",
                explanation: "send the token as `X-Auth-Token`, not as `Authorization: Bearer`".to_owned(),
            });
        }
        signature::verify(authorization, request, self.access_keys).map_err(|failure| {
            use signature::Rule;
            let fail = "verify aksk signature fail";
            let (clause, reason) = match failure.rule {
                Rule::HeaderForm => {
                    (self.clauses.header_form, "verify aksk signature fail, authorization format error")
                }
                Rule::Date => (self.clauses.date, "verify aksk signature fail, x-sdk-date error"),
                Rule::Scope => (self.clauses.scope, fail),
                Rule::SignedHeaders => {
                    (self.clauses.signed_headers, "verify aksk signature fail, signed headers error")
                }
                Rule::UnknownKey => (self.clauses.unknown_key, "Get secretKey failed,ak:******,err:ak not exist"),
                Rule::Signature => (self.clauses.signature, fail),
            };
            Denied { clause, reason, explanation: self.redactor().text(&failure.explanation) }
        })
    }

    /// The canonical request of a wrong signature is shown, and may hold anything that was sent.
    fn redactor(&self) -> Redactor {
        let tokens = self.tokens.iter().chain(self.forbidden_tokens).cloned();
        Redactor::new(tokens.chain(self.access_keys.iter().map(|key| key.secret_key.clone())))
    }
}
