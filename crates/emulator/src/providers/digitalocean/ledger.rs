use std::fmt;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};

use crate::{Admission, Presented};

/// What a world issued and how much of its quota is used.
///
/// Entries are shared between the worlds before and after a call: a world that issued much is still cheap to clone.
#[derive(Clone, Default)]
pub struct Ledger {
    issued: Vec<Arc<Issued>>,
    calls: u64,
    hour: Option<Hour>,
}

/// A credential of a kubeconfig.
struct Issued {
    credential: Presented,
    /// What may not be printed: the token, or the key as the kubeconfig holds it.
    secret: String,
    expires: Timestamp,
}

/// The hour that requests are counted in. It starts with its first request.
#[derive(Clone, Copy)]
struct Hour {
    began: Timestamp,
    used: u64,
}

/// What the rate-limit headers say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Quota {
    pub(super) limit: u64,
    pub(super) remaining: u64,
    /// When `remaining` is `limit` again.
    pub(super) reset: Timestamp,
    /// Whether the last counted request was one too many.
    pub(super) exceeded: bool,
}

/// Requests an hour, as openapi's description says.
const LIMIT: u64 = 5000;

const HOUR: SignedDuration = SignedDuration::from_hours(1);

impl Ledger {
    /// Counts a request.
    pub(super) fn count(&mut self, now: Timestamp) {
        self.calls = self.calls.saturating_add(1);
        let used = self.hour(now).used.saturating_add(1);
        self.hour = Some(Hour { began: self.hour(now).began, used });
    }

    /// What is left after the requests counted so far.
    pub(super) fn quota(&self, now: Timestamp) -> Quota {
        let Hour { began, used } = self.hour(now);
        Quota { limit: LIMIT, remaining: LIMIT.saturating_sub(used), reset: after(began, HOUR), exceeded: used > LIMIT }
    }

    fn hour(&self, now: Timestamp) -> Hour {
        self.hour.filter(|hour| now < after(hour.began, HOUR)).unwrap_or(Hour { began: now, used: 0 })
    }

    /// How many requests were counted.
    pub(super) fn calls(&self) -> u64 {
        self.calls
    }

    /// How many credentials were issued: the number of the next one.
    pub(super) fn issued(&self) -> u64 {
        u64::try_from(self.issued.len()).unwrap_or(u64::MAX)
    }

    /// Makes a token of 64 hexadecimal digits that no other call of this world gets.
    pub(super) fn issue_token(&mut self, seed: u64, cluster_id: &str, expires: Timestamp) -> String {
        let token = hex(&Sha256::digest(format!("token/{seed}/{cluster_id}/{}", self.issued())));
        let credential = Presented::Token(token.clone());
        self.issued.push(Arc::new(Issued { credential, secret: token.clone(), expires }));
        token
    }

    /// Remembers a client certificate, by its DER, and its key as the kubeconfig holds it.
    pub(super) fn enter_certificate(&mut self, der: Vec<u8>, key: String, expires: Timestamp) {
        let credential = Presented::ClientCertificate(der);
        self.issued.push(Arc::new(Issued { credential, secret: key, expires }));
    }

    /// Whether the cluster accepts a credential at `at`.
    pub(super) fn admits(&self, at: Timestamp, presented: &Presented) -> Admission {
        match self.issued.iter().find(|issued| issued.credential == *presented) {
            Some(issued) if at < issued.expires => Admission::Admitted,
            Some(_) => Admission::Refused("the credential has expired"),
            None => Admission::Refused("the credential was not issued by this world"),
        }
    }

    /// Every secret that was issued.
    pub(super) fn secrets(&self) -> impl Iterator<Item = String> {
        self.issued.iter().map(|issued| issued.secret.clone())
    }
}

/// Counts, and shows no credential.
impl fmt::Debug for Ledger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ledger").field("issued", &self.issued.len()).field("calls", &self.calls).finish_non_exhaustive()
    }
}

/// `at` plus `span`, or the end of time.
pub(super) fn after(at: Timestamp, span: SignedDuration) -> Timestamp {
    at.checked_add(span).unwrap_or(Timestamp::MAX)
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::EPOCH;

    #[test]
    fn the_quota_counts_down_and_is_full_again_after_an_hour() {
        let mut ledger = Ledger::default();
        assert_eq!(ledger.quota(EPOCH).remaining, LIMIT);
        ledger.count(EPOCH);
        let later = EPOCH + SignedDuration::from_mins(59);
        ledger.count(later);
        let quota = ledger.quota(later);
        assert_eq!((quota.remaining, quota.reset, quota.exceeded), (LIMIT - 2, EPOCH + HOUR, false));
        ledger.count(EPOCH + HOUR);
        let quota = ledger.quota(EPOCH + HOUR);
        assert_eq!((quota.remaining, quota.reset), (LIMIT - 1, EPOCH + HOUR + HOUR));
    }

    #[test]
    fn the_request_after_the_last_one_is_one_too_many() {
        let mut ledger = Ledger::default();
        for _ in 0..LIMIT {
            ledger.count(EPOCH);
        }
        assert_eq!((ledger.quota(EPOCH).remaining, ledger.quota(EPOCH).exceeded), (0, false));
        ledger.count(EPOCH);
        assert_eq!((ledger.quota(EPOCH).remaining, ledger.quota(EPOCH).exceeded), (0, true));
    }

    #[test]
    fn the_clock_may_stand_at_its_end() {
        let mut ledger = Ledger::default();
        ledger.count(Timestamp::MAX);
        assert!(!ledger.quota(Timestamp::MAX).exceeded);
    }
}
