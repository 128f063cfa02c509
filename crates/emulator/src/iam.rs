//! The identity and access management of Huawei Cloud and Open Telekom Cloud, as the gateway before CCE and UCS asks it.

mod access_key;
mod authorization;
mod canonical;
mod gateway;
mod service;
mod signature;
#[cfg(test)]
mod vectors;

pub use access_key::AccessKey;

pub(crate) use gateway::{Fault, request_id};
pub(crate) use service::{ErrorKeys, ServiceError};

use http::StatusCode;

use crate::{CallerCredentials, Complaint, Redactor, Reply, Request};

/// Who may ask, and the clauses that decide it.
pub(crate) struct Iam<'a> {
    /// User tokens whose user may read the clusters.
    pub(crate) tokens: &'a [String],
    /// User tokens whose user may not.
    pub(crate) forbidden_tokens: &'a [String],
    /// Key pairs whose user may read the clusters.
    pub(crate) access_keys: &'a [AccessKey],
    /// Key pairs whose user may not.
    pub(crate) forbidden_access_keys: &'a [AccessKey],
    /// Whether a token may also come in `Authorization`.
    pub(crate) bearer: Bearer,
    /// What decides, in the provider's clause file.
    pub(crate) clauses: &'static Clauses,
}

/// Whether a token may also come as `Authorization: Bearer`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bearer {
    /// It may, as in `X-Auth-Token`.
    Taken,
    /// It may not.
    Refused,
}

/// The ids of a provider's clauses about authentication.
pub(crate) struct Clauses {
    pub(crate) token: &'static str,
    pub(crate) token_once: &'static str,
    /// What newer pages say of a token in `Authorization: Bearer`, where they do.
    pub(crate) bearer: Option<&'static str>,
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
    /// What the users who may read the clusters ask with, most usual first.
    pub(crate) fn credentials(&self) -> Vec<CallerCredentials> {
        let tokens = self.tokens.iter().cloned().map(CallerCredentials::Token);
        let keys = self.access_keys.iter().map(|key| CallerCredentials::AccessKey {
            access_key: key.access_key.clone(),
            secret_key: key.secret_key.clone(),
        });
        tokens.chain(keys).collect()
    }

    /// What may not be printed of every user's credentials.
    pub(crate) fn secrets(&self) -> impl Iterator<Item = String> {
        let tokens = self.tokens.iter().chain(self.forbidden_tokens).cloned();
        tokens.chain(self.keys().map(|key| key.secret_key.clone()))
    }

    fn keys(&self) -> impl Iterator<Item = &AccessKey> {
        self.access_keys.iter().chain(self.forbidden_access_keys)
    }

    /// Finds out what the sender of `request` may do, and complains of what is wrong with how the request says who that is.
    pub(crate) fn authenticate(&self, request: &Request, complaints: &mut Vec<Complaint>) -> Result<Rights, Denied> {
        let authorization = request.headers.get(http::header::AUTHORIZATION);
        match (self.token(request)?, authorization) {
            (Some(token), authorization) => {
                complaints.extend(authorization.map(|_| Complaint {
                    clause: self.clauses.token_and_signature,
                    explanation: "leave out either `X-Auth-Token` or `Authorization`: the token decided, the other was not looked at".to_owned(),
                }));
                self.user_of(token.as_bytes())
            }
            (None, Some(authorization)) => self.verify(authorization, request),
            (None, None) => Err(Denied {
                clause: self.clauses.missing,
                reason: "x-auth-token not found",
                explanation: "send a user token as `X-Auth-Token`, or sign the request with AK/SK".to_owned(),
            }),
        }
    }

    /// The token of a request, when it has one.
    fn token<'r>(&self, request: &'r Request) -> Result<Option<&'r http::HeaderValue>, Denied> {
        let mut tokens = request.headers.get_all("x-auth-token").iter();
        let token = tokens.next();
        match tokens.next() {
            None => Ok(token.filter(|token| !token.is_empty())),
            Some(_) => Err(Denied {
                clause: self.clauses.token_once,
                reason: "decrypt token fail",
                explanation: "send `X-Auth-Token` once: which of its values counts cannot be told".to_owned(),
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

    fn verify(&self, authorization: &http::HeaderValue, request: &Request) -> Result<Rights, Denied> {
        let token =
            authorization.as_bytes().split_at_checked(7).filter(|(scheme, _)| scheme.eq_ignore_ascii_case(b"bearer "));
        if token.is_some() && self.bearer == Bearer::Refused {
            let newer = self.clauses.bearer.map(|clause| {
                format!("; newer pages take it there too (`{clause}`), those of this edition do not name it")
            });
            return Err(Denied {
                clause: self.clauses.token,
                reason: "x-auth-token not found",
                explanation: format!(
                    "send the token as `X-Auth-Token`, not as `Authorization: Bearer`{}",
                    newer.unwrap_or_default()
                ),
            });
        }
        if request.headers.get_all(http::header::AUTHORIZATION).iter().nth(1).is_some() {
            return Err(Denied {
                clause: self.clauses.header_form,
                reason: "verify aksk signature fail, authorization format error",
                explanation: "send `Authorization` once: which of its values counts cannot be told".to_owned(),
            });
        }
        if let Some((_, token)) = token {
            return self.user_of(token.trim_ascii());
        }
        let signer = signature::verify(authorization, request, self.keys());
        signer.map(|key| if self.access_keys.contains(key) { Rights::Read } else { Rights::None }).map_err(|failure| {
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
        Redactor::new(self.secrets())
    }
}
