use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Admission, Journal, Presented, Rejection};

/// The credentials that the clusters of a world accept.
///
/// Entries are shared between the worlds before and after a call: a world that issued much is still cheap to clone.
/// The oldest give way when it is full, and are admitted no longer. In a world file it is a list of [`UserToken`]s.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(from = "Vec<UserToken>", into = "Vec<UserToken>")]
pub struct Ledger {
    entries: VecDeque<Arc<Entry>>,
    count: u64,
}

/// A credential that a world handed out.
#[derive(Clone)]
pub(crate) struct Issued {
    /// The ids of the cluster that it is for, as a caller names them; none when it is for all.
    pub(crate) cluster: BTreeMap<String, String>,
    /// Whom the cluster takes the bearer for.
    pub(crate) user: String,
    pub(crate) credential: Presented,
    /// What may not be printed, in every form in which it may turn up.
    pub(crate) secrets: Vec<String>,
    /// From when until when the cluster accepts it.
    pub(crate) valid: Range<Timestamp>,
}

#[derive(Clone)]
struct Entry {
    number: u64,
    issued: Issued,
    revoked: bool,
}

/// A token that every cluster of a world accepts, without having issued it.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UserToken {
    /// The token.
    pub token: String,
    /// Whom the clusters take the bearer for.
    #[serde(default = "UserToken::user")]
    pub user: String,
    /// The first instant at which it is no longer accepted; it is accepted for ever when there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
}

/// A credential that a world handed out, without anything secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Credential {
    /// Its place among all that were handed out, from 1.
    pub number: u64,
    /// The ids of the cluster that it is for; none when it is for all.
    pub cluster: BTreeMap<String, String>,
    /// Whom the cluster takes the bearer for.
    pub user: String,
    /// What it is.
    pub kind: CredentialKind,
    /// From when the cluster accepts it; `None` when it always did.
    pub valid_from: Option<Timestamp>,
    /// The first instant at which the cluster accepts it no longer; `None` when there is none.
    pub expires_at: Option<Timestamp>,
    /// Whether it was revoked.
    pub revoked: bool,
}

/// What a [`Credential`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum CredentialKind {
    /// A bearer token.
    Token,
    /// A client certificate.
    ClientCertificate,
}

impl Ledger {
    /// How many credentials are remembered: as many as a [`Journal`] keeps exchanges, so that whatever a journal can still
    /// show is known to the redactor.
    pub const CAPACITY: usize = Journal::DEFAULT_CAPACITY;

    /// Remembers a credential.
    pub(crate) fn enter(&mut self, issued: Issued) {
        while self.entries.len() >= Self::CAPACITY {
            self.entries.pop_front();
        }
        self.push(issued);
    }

    fn push(&mut self, issued: Issued) {
        self.count = self.count.saturating_add(1);
        self.entries.push_back(Arc::new(Entry { number: self.count, issued, revoked: false }));
    }

    /// How many credentials were ever issued.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Whether the cluster with these ids accepts a credential at `at`.
    pub(crate) fn admits(&self, at: Timestamp, cluster: &BTreeMap<String, String>, presented: &Presented) -> Admission {
        let Some(Entry { issued, revoked, .. }) = self.find(presented) else {
            return Admission::Refused(Rejection::Unknown);
        };
        if !issued.cluster.iter().all(|(name, id)| cluster.get(name) == Some(id)) {
            Admission::Refused(Rejection::AnotherCluster)
        } else if *revoked {
            Admission::Refused(Rejection::Revoked)
        } else if at < issued.valid.start {
            Admission::Refused(Rejection::NotYetValid)
        } else if at >= issued.valid.end {
            Admission::Refused(Rejection::Expired)
        } else {
            Admission::Admitted
        }
    }

    /// Whom a cluster takes the bearer of a credential for.
    pub(crate) fn user(&self, presented: &Presented) -> Option<&str> {
        self.find(presented).map(|entry| entry.issued.user.as_str())
    }

    fn find(&self, presented: &Presented) -> Option<&Entry> {
        self.entries.iter().map(Arc::as_ref).find(|entry| entry.issued.credential == *presented)
    }

    /// Revokes the credential with this number. `false` when none that is remembered has it.
    pub(crate) fn revoke(&mut self, number: u64) -> bool {
        let Some(entry) = self.entries.iter_mut().find(|entry| entry.number == number) else { return false };
        Arc::make_mut(entry).revoked = true;
        true
    }

    /// Revokes every credential handed out so far, and says how many that were not revoked before.
    pub(crate) fn revoke_all(&mut self) -> usize {
        let mut revoked = 0;
        for entry in self.entries.iter_mut().filter(|entry| !entry.revoked) {
            Arc::make_mut(entry).revoked = true;
            revoked += 1;
        }
        revoked
    }

    /// The credentials that are remembered, oldest first.
    pub(crate) fn credentials(&self) -> impl Iterator<Item = Credential> {
        self.entries.iter().map(|entry| entry.shown())
    }

    /// The tokens that every cluster accepts.
    pub(crate) fn user_tokens(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().filter(|entry| entry.issued.cluster.is_empty()).filter_map(|entry| {
            match &entry.issued.credential {
                Presented::Token(token) => Some(token.as_str()),
                Presented::ClientCertificate(_) => None,
            }
        })
    }

    /// Everything that may not be printed of what is remembered.
    pub(crate) fn secrets(&self) -> impl Iterator<Item = String> {
        self.entries.iter().flat_map(|entry| entry.issued.secrets.iter().cloned())
    }
}

impl Entry {
    fn shown(&self) -> Credential {
        let Issued { cluster, user, credential, valid, .. } = &self.issued;
        Credential {
            number: self.number,
            cluster: cluster.clone(),
            user: user.clone(),
            kind: match credential {
                Presented::Token(_) => CredentialKind::Token,
                Presented::ClientCertificate(_) => CredentialKind::ClientCertificate,
            },
            valid_from: (valid.start != Timestamp::MIN).then_some(valid.start),
            expires_at: (valid.end != Timestamp::MAX).then_some(valid.end),
            revoked: self.revoked,
        }
    }
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

impl From<Vec<UserToken>> for Ledger {
    fn from(tokens: Vec<UserToken>) -> Self {
        let mut ledger = Self::default();
        for UserToken { token, user, expires_at } in tokens {
            ledger.push(Issued {
                cluster: BTreeMap::new(),
                user,
                credential: Presented::Token(token.clone()),
                secrets: vec![token],
                valid: Timestamp::MIN..expires_at.unwrap_or(Timestamp::MAX),
            });
        }
        ledger
    }
}

/// What was issued to one cluster is no part of a world file.
impl From<Ledger> for Vec<UserToken> {
    fn from(ledger: Ledger) -> Self {
        let user_token = |entry: &Arc<Entry>| {
            let (Issued { cluster, user, credential, .. }, Credential { expires_at, .. }) =
                (&entry.issued, entry.shown());
            match credential {
                Presented::Token(token) if cluster.is_empty() => {
                    Some(UserToken { token: token.clone(), user: user.clone(), expires_at })
                }
                Presented::Token(_) | Presented::ClientCertificate(_) => None,
            }
        };
        ledger.entries.iter().filter_map(user_token).collect()
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

/// Counts, and shows no credential.
impl fmt::Debug for Ledger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ledger")
            .field("remembered", &self.entries.len())
            .field("count", &self.count)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;
    use crate::EPOCH;

    fn ids(id: &str) -> BTreeMap<String, String> {
        BTreeMap::from([("cluster_id".to_owned(), id.to_owned())])
    }

    fn token(number: usize) -> Presented {
        Presented::Token(format!("token-{number}"))
    }

    fn ledger(tokens: usize) -> Ledger {
        let mut ledger = Ledger::default();
        for number in 0..tokens {
            ledger.enter(Issued {
                cluster: ids("one"),
                user: "somebody".to_owned(),
                credential: token(number),
                secrets: vec![format!("token-{number}")],
                valid: EPOCH..EPOCH + SignedDuration::from_hours(1),
            });
        }
        ledger
    }

    #[test]
    fn a_credential_is_good_for_its_cluster_and_its_time() {
        let ledger = ledger(1);
        let (second, hour) = (SignedDuration::from_secs(1), SignedDuration::from_hours(1));
        let refused = Admission::Refused;
        for (at, cluster, presented, expected) in [
            (EPOCH, "one", token(0), Admission::Admitted),
            (EPOCH + hour - second, "one", token(0), Admission::Admitted),
            (EPOCH + hour, "one", token(0), refused(Rejection::Expired)),
            (EPOCH - second, "one", token(0), refused(Rejection::NotYetValid)),
            (EPOCH, "another", token(0), refused(Rejection::AnotherCluster)),
            (EPOCH, "one", token(1), refused(Rejection::Unknown)),
        ] {
            assert_eq!(ledger.admits(at, &ids(cluster), &presented), expected);
        }
        assert_eq!(ledger.admits(EPOCH, &BTreeMap::new(), &token(0)), refused(Rejection::AnotherCluster));
    }

    #[test]
    fn the_oldest_give_way_and_the_count_goes_on() {
        let ledger = ledger(Ledger::CAPACITY + 2);
        assert_eq!(ledger.entries.len(), Ledger::CAPACITY);
        assert_eq!(ledger.count(), u64::try_from(Ledger::CAPACITY).unwrap() + 2);
        assert_eq!(ledger.secrets().count(), Ledger::CAPACITY);
        assert!(matches!(ledger.admits(EPOCH, &ids("one"), &token(1)), Admission::Refused(_)));
        assert_eq!(ledger.admits(EPOCH, &ids("one"), &token(2)), Admission::Admitted);
    }

    #[test]
    fn what_is_revoked_is_refused_from_then_on_and_in_no_world_before() {
        let before = ledger(3);
        let mut after = before.clone();
        assert!(after.revoke(2));
        assert!(!after.revoke(4));
        assert_eq!(after.admits(EPOCH, &ids("one"), &token(1)), Admission::Refused(Rejection::Revoked));
        assert_eq!(after.admits(EPOCH, &ids("one"), &token(2)), Admission::Admitted);
        assert_eq!(before.admits(EPOCH, &ids("one"), &token(1)), Admission::Admitted);
        assert_eq!(after.credentials().map(|credential| credential.revoked).collect::<Vec<_>>(), [false, true, false]);
        assert_eq!(after.revoke_all(), 2);
        assert_eq!(after.admits(EPOCH, &ids("one"), &token(0)), Admission::Refused(Rejection::Revoked));
        // Another cluster says nothing of what becomes of a credential.
        assert_eq!(after.admits(EPOCH, &ids("two"), &token(0)), Admission::Refused(Rejection::AnotherCluster));
    }

    #[test]
    fn a_list_of_tokens_is_good_for_every_cluster() {
        let ledger: Ledger = serde_json::from_str(
            r#"[{"token": "a"}, {"token": "b", "user": "c", "expires_at": "2026-01-02T00:00:00Z"}]"#,
        )
        .unwrap();
        let admits = |at, token: &str| ledger.admits(at, &ids("any"), &Presented::Token(token.to_owned()));
        assert_eq!(admits(Timestamp::MAX - SignedDuration::from_secs(1), "a"), Admission::Admitted);
        let day = SignedDuration::from_hours(24);
        assert_eq!(admits(EPOCH + day - SignedDuration::from_secs(1), "b"), Admission::Admitted);
        assert_eq!(admits(EPOCH + day, "b"), Admission::Refused(Rejection::Expired));
        assert_eq!(ledger.user(&Presented::Token("b".to_owned())), Some("c"));
        assert_eq!(ledger.user_tokens().collect::<Vec<_>>(), ["a", "b"]);
        assert!(serde_json::from_str::<Ledger>(r#"[{"token": "a", "until": 1}]"#).is_err());
        let written =
            r#"[{"token":"a","user":"demo-user"},{"token":"b","user":"c","expires_at":"2026-01-02T00:00:00Z"}]"#;
        assert_eq!(serde_json::to_string(&ledger).unwrap(), written);
    }

    #[test]
    fn a_clone_shares_its_entries() {
        let one = ledger(3);
        let other = one.clone();
        assert!(one.entries.iter().zip(&other.entries).all(|(one, other)| Arc::ptr_eq(one, other)));
    }
}
