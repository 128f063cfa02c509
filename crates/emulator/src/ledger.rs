mod user_token;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Admission, Journal, Presented, Rejection};

pub use self::user_token::{TooManyTokens, UserToken};

/// The credentials that the clusters of a world accept.
///
/// Entries are shared between the worlds before and after a call: a world that issued much is as cheap to clone as one that
/// issued nothing. The oldest give way when it is full, and are admitted no longer. In a world file it is a list of
/// [`UserToken`]s.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(try_from = "Vec<UserToken>", into = "Vec<UserToken>")]
pub struct Ledger {
    /// Up to [`CAPACITY`](Ledger::CAPACITY) entries.
    recent: Entries,
    /// The entries before the recent ones. As many of them count as fit.
    earlier: Entries,
    count: u64,
    /// Every credential up to this number is revoked.
    revoked_up_to: u64,
    /// The numbers of those that are revoked beside.
    revoked: Arc<BTreeSet<u64>>,
}

/// Entries, of which several ledgers may hold the older ones in common.
#[derive(Clone, Default)]
struct Entries {
    newest: Option<Arc<Entry>>,
    number: usize,
}

struct Entry {
    issued: Issued,
    before: Option<Arc<Entry>>,
}

/// A credential that a world handed out.
pub(crate) struct Issued {
    /// The ids of the cluster that it is for, as a caller names them; none when it is for all.
    pub(crate) cluster: Arc<BTreeMap<String, String>>,
    /// Whom the cluster takes the bearer for.
    pub(crate) user: String,
    pub(crate) credential: Presented,
    /// What may not be printed beside a token, in every form in which it may turn up.
    pub(crate) secrets: Vec<String>,
    /// From when until when the cluster accepts it.
    pub(crate) valid: Range<Timestamp>,
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
        self.count = self.count.saturating_add(1);
        if self.recent.number >= Self::CAPACITY {
            self.earlier = std::mem::take(&mut self.recent);
        }
        let before = self.recent.newest.take();
        self.recent.newest = Some(Arc::new(Entry { issued, before }));
        self.recent.number += 1;
    }

    /// These ids of a cluster, for an entry: those of the newest entry, where it is of the same cluster.
    pub(crate) fn cluster(&self, ids: &[(&str, &str)]) -> Arc<BTreeMap<String, String>> {
        let newest = self.issued().next().map(|issued| &issued.cluster);
        let is_same = |cluster: &&Arc<BTreeMap<String, String>>| {
            cluster.len() == ids.len()
                && ids.iter().all(|(name, id)| cluster.get(*name).is_some_and(|known| known == id))
        };
        newest.filter(is_same).map_or_else(
            || Arc::new(ids.iter().map(|(name, id)| ((*name).to_owned(), (*id).to_owned())).collect()),
            Arc::clone,
        )
    }

    /// What is remembered, newest first.
    fn issued(&self) -> impl Iterator<Item = &Issued> {
        self.recent.iter().chain(self.earlier.iter()).take(Self::CAPACITY)
    }

    /// The same with their numbers.
    fn numbered(&self) -> impl Iterator<Item = (u64, &Issued)> {
        (1..=self.count).rev().zip(self.issued())
    }

    /// How many credentials were ever issued.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Whether the cluster with these ids accepts a credential at `at`.
    pub(crate) fn admits(&self, at: Timestamp, cluster: &BTreeMap<String, String>, presented: &Presented) -> Admission {
        let Some((number, issued)) = self.find(presented) else {
            return Admission::Refused(Rejection::Unknown);
        };
        if !issued.cluster.iter().all(|(name, id)| cluster.get(name) == Some(id)) {
            Admission::Refused(Rejection::AnotherCluster)
        } else if self.is_revoked(number) {
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
        self.find(presented).map(|(_, issued)| issued.user.as_str())
    }

    fn find(&self, presented: &Presented) -> Option<(u64, &Issued)> {
        self.numbered().find(|(_, issued)| issued.credential == *presented)
    }

    fn is_revoked(&self, number: u64) -> bool {
        number <= self.revoked_up_to || self.revoked.contains(&number)
    }

    /// Revokes the credential with this number. `false` when none that is remembered has it.
    pub(crate) fn revoke(&mut self, number: u64) -> bool {
        let Some(oldest) = self.numbered().map(|(number, _)| number).last() else { return false };
        if !(oldest..=self.count).contains(&number) {
            return false;
        }
        let revoked = Arc::make_mut(&mut self.revoked);
        revoked.insert(number);
        // What is forgotten needs no revocation.
        *revoked = revoked.split_off(&oldest);
        true
    }

    /// Revokes every credential handed out so far, and says how many that are remembered were not revoked before.
    pub(crate) fn revoke_all(&mut self) -> usize {
        let revoked = self.numbered().filter(|(number, _)| !self.is_revoked(*number)).count();
        self.revoked_up_to = self.count;
        self.revoked = Arc::default();
        revoked
    }

    /// The credentials that are remembered, newest first.
    pub(crate) fn credentials(&self) -> impl Iterator<Item = Credential> {
        self.numbered().map(|(number, issued)| issued.shown(number, self.is_revoked(number)))
    }

    /// The tokens that every cluster accepts, newest first.
    pub(crate) fn user_tokens(&self) -> impl Iterator<Item = UserToken> {
        self.issued().filter_map(Issued::user_token)
    }

    /// Everything that may not be printed of what is remembered.
    pub(crate) fn secrets(&self) -> impl Iterator<Item = String> {
        self.issued().flat_map(Issued::secrets).cloned()
    }
}

impl Issued {
    /// Everything that may not be printed of it.
    fn secrets(&self) -> impl Iterator<Item = &String> {
        let token = match &self.credential {
            Presented::Token(token) => Some(token),
            Presented::ClientCertificate(_) => None,
        };
        token.into_iter().chain(&self.secrets)
    }

    fn shown(&self, number: u64, revoked: bool) -> Credential {
        let Self { cluster, user, credential, valid, .. } = self;
        Credential {
            number,
            cluster: BTreeMap::clone(cluster),
            user: user.clone(),
            kind: match credential {
                Presented::Token(_) => CredentialKind::Token,
                Presented::ClientCertificate(_) => CredentialKind::ClientCertificate,
            },
            valid_from: (valid.start != Timestamp::MIN).then_some(valid.start),
            expires_at: (valid.end != Timestamp::MAX).then_some(valid.end),
            revoked,
        }
    }

    /// The token that it is; `None` when it is for one cluster only.
    fn user_token(&self) -> Option<UserToken> {
        match &self.credential {
            Presented::Token(token) if self.cluster.is_empty() => Some(UserToken {
                token: token.clone(),
                user: self.user.clone(),
                expires_at: (self.valid.end != Timestamp::MAX).then_some(self.valid.end),
            }),
            Presented::Token(_) | Presented::ClientCertificate(_) => None,
        }
    }
}

impl Entries {
    fn iter(&self) -> impl Iterator<Item = &Issued> {
        std::iter::successors(self.newest.as_deref(), |entry| entry.before.as_deref()).map(|entry| &entry.issued)
    }
}

/// One after the other: a chain that drops itself would use as much stack as it is long.
impl Drop for Entry {
    fn drop(&mut self) {
        let mut next = self.before.take();
        while let Some(mut entry) = next.and_then(Arc::into_inner) {
            next = entry.before.take();
        }
    }
}

/// Counts, and shows no credential.
impl fmt::Debug for Ledger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ledger")
            .field("remembered", &self.issued().count())
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
                cluster: ledger.cluster(&[("cluster_id", "one")]),
                user: "somebody".to_owned(),
                credential: token(number),
                secrets: Vec::new(),
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
        for issued in [Ledger::CAPACITY + 2, 2 * Ledger::CAPACITY, 2 * Ledger::CAPACITY + 3] {
            let ledger = ledger(issued);
            assert_eq!(ledger.issued().count(), Ledger::CAPACITY);
            assert_eq!(ledger.count(), u64::try_from(issued).unwrap());
            let secrets: Vec<String> = ledger.secrets().collect();
            let oldest = issued - Ledger::CAPACITY;
            let expected: Vec<String> = (oldest..issued).rev().map(|number| format!("token-{number}")).collect();
            assert_eq!(secrets, expected);
            assert!(matches!(ledger.admits(EPOCH, &ids("one"), &token(oldest - 1)), Admission::Refused(_)));
            assert_eq!(ledger.admits(EPOCH, &ids("one"), &token(oldest)), Admission::Admitted);
        }
    }

    #[test]
    fn no_more_is_kept_than_counts_and_as_much_again() {
        let ledger = ledger(3 * Ledger::CAPACITY + 1);
        let kept = ledger.recent.iter().chain(ledger.earlier.iter()).count();
        assert_eq!(kept, Ledger::CAPACITY + 1);
    }

    #[test]
    fn ids_are_shared_with_the_newest_entry_where_they_are_the_same() {
        let ledger = ledger(1);
        let newest = &ledger.issued().next().unwrap().cluster;
        for (ids, is_shared) in [
            (&[("cluster_id", "one")][..], true),
            (&[("cluster_id", "two")], false),
            (&[("cluster_id", "one"), ("project_id", "p")], false),
            (&[], false),
        ] {
            let cluster = ledger.cluster(ids);
            assert_eq!(Arc::ptr_eq(&cluster, newest), is_shared, "{ids:?}");
            assert!(cluster.iter().map(|(name, id)| (name.as_str(), id.as_str())).eq(ids.iter().copied()), "{ids:?}");
        }
    }

    #[test]
    fn what_is_shown_holds_no_secret() {
        let mut ledger = ledger(1);
        ledger.enter(UserToken::new("planted").into());
        let shown: Vec<_> = ledger
            .credentials()
            .map(|credential| (credential.cluster.len(), credential.valid_from, credential.expires_at))
            .collect();
        assert_eq!(shown, [(0, None, None), (1, Some(EPOCH), Some(EPOCH + SignedDuration::from_hours(1)))]);
        // What is for one cluster is no token of the world.
        let tokens: Vec<UserToken> = ledger.user_tokens().collect();
        assert_eq!(format!("{tokens:?}"), r#"[UserToken { user: "demo-user", expires_at: None, .. }]"#);
        assert_eq!(format!("{ledger:?}"), "Ledger { remembered: 2, count: 2, .. }");
    }

    #[test]
    fn a_long_chain_is_dropped_without_a_long_stack() {
        let mut entries = Entries::default();
        for number in 0..100_000 {
            let issued = UserToken::new(number.to_string()).into();
            entries.newest = Some(Arc::new(Entry { issued, before: entries.newest.take() }));
        }
        drop(entries);
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
        assert_eq!(ledger.user_tokens().map(|user| user.token).collect::<Vec<_>>(), ["b", "a"]);
        assert!(serde_json::from_str::<Ledger>(r#"[{"token": "a", "until": 1}]"#).is_err());
        let written =
            r#"[{"token":"a","user":"demo-user"},{"token":"b","user":"c","expires_at":"2026-01-02T00:00:00Z"}]"#;
        assert_eq!(serde_json::to_string(&ledger).unwrap(), written);
    }

    #[test]
    fn a_list_that_cannot_be_remembered_is_refused() {
        let tokens = vec![UserToken::new("a"); Ledger::CAPACITY + 1];
        let error = Ledger::try_from(tokens).unwrap_err().to_string();
        assert_eq!(error, "1025 tokens are too many; give 1024 at the most");
        assert!(Ledger::try_from(vec![UserToken::new("a"); Ledger::CAPACITY]).is_ok());
    }

    #[test]
    fn what_is_forgotten_can_be_neither_admitted_nor_revoked() {
        let mut ledger = ledger(Ledger::CAPACITY + 2);
        assert!(!ledger.revoke(2));
        assert!(ledger.revoke(3) && ledger.revoke(4));
        assert_eq!(ledger.admits(EPOCH, &ids("one"), &token(2)), Admission::Refused(Rejection::Revoked));
        ledger.enter(UserToken::new("new").into());
        assert!(ledger.revoke(5));
        assert_eq!(ledger.revoked.iter().copied().collect::<Vec<_>>(), [4, 5]);
        assert_eq!(ledger.revoke_all(), Ledger::CAPACITY - 2);
        assert!(ledger.credentials().all(|credential| credential.revoked));
        ledger.enter(UserToken::new("newer").into());
        assert!(!ledger.credentials().next().unwrap().revoked);
    }

    #[test]
    fn a_clone_shares_its_entries_and_goes_its_own_way() {
        let one = ledger(3);
        let mut other = one.clone();
        assert!(one.issued().zip(other.issued()).all(|(one, other)| std::ptr::eq(one, other)));
        other.enter(Issued {
            cluster: other.cluster(&[("cluster_id", "one")]),
            user: "somebody".to_owned(),
            credential: token(3),
            secrets: Vec::new(),
            valid: EPOCH..EPOCH + SignedDuration::from_hours(1),
        });
        assert_eq!((one.issued().count(), other.issued().count()), (3, 4));
        assert_eq!(other.admits(EPOCH, &ids("one"), &token(0)), Admission::Admitted);
        assert!(matches!(one.admits(EPOCH, &ids("one"), &token(3)), Admission::Refused(_)));
    }
}
