//! Tokens that a world has from elsewhere.

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Issued, Ledger};
use crate::Presented;
use crate::providers::sense;

/// A token that every cluster of a world accepts, without having issued it.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UserToken {
    /// The token.
    #[serde(deserialize_with = "sense::credential")]
    pub token: String,
    /// Whom the clusters take the bearer for.
    #[serde(default = "UserToken::user")]
    pub user: String,
    /// The first instant at which it is no longer accepted; it is accepted for ever when there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
}

impl UserToken {
    /// A token of the usual user that does not expire.
    pub fn new(token: impl Into<String>) -> Self {
        Self { token: token.into(), user: Self::user(), expires_at: None }
    }

    fn user() -> String {
        "demo-user".to_owned()
    }
}

impl From<UserToken> for Issued {
    fn from(UserToken { token, user, expires_at }: UserToken) -> Self {
        Self {
            cluster: Arc::default(),
            user,
            credential: Presented::Token(token),
            secrets: Vec::new(),
            valid: Timestamp::MIN..expires_at.unwrap_or(Timestamp::MAX),
        }
    }
}

impl From<UserToken> for Ledger {
    fn from(token: UserToken) -> Self {
        let mut ledger = Self::default();
        ledger.enter(token.into());
        ledger
    }
}

impl TryFrom<Vec<UserToken>> for Ledger {
    type Error = TooManyTokens;

    fn try_from(tokens: Vec<UserToken>) -> Result<Self, TooManyTokens> {
        if tokens.len() > Self::CAPACITY {
            return Err(TooManyTokens(tokens.len()));
        }
        let mut ledger = Self::default();
        tokens.into_iter().for_each(|token| ledger.enter(token.into()));
        Ok(ledger)
    }
}

/// More tokens than a [`Ledger`] remembers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} tokens are too many; give {max} at the most", max = Ledger::CAPACITY)]
pub struct TooManyTokens(usize);

/// What was issued to one cluster is no part of a world file.
impl From<Ledger> for Vec<UserToken> {
    fn from(ledger: Ledger) -> Self {
        let mut tokens: Self = ledger.user_tokens().collect();
        tokens.reverse();
        tokens
    }
}

/// Shows no token.
impl fmt::Debug for UserToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UserToken")
            .field("user", &self.user)
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}
