use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use jiff::Timestamp;

use crate::{Admission, Journal, Presented};

/// The credentials that a world issued.
///
/// Entries are shared between the worlds before and after a call: a world that issued much is as cheap to clone as one that
/// issued nothing. The oldest give way when it is full, and are admitted no longer.
#[derive(Clone, Default)]
pub struct Ledger {
    /// Up to [`CAPACITY`](Ledger::CAPACITY) entries.
    recent: Entries,
    /// The entries before the recent ones. As many of them count as fit.
    earlier: Entries,
    count: u64,
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
    /// The ids of the cluster that it is for, as a caller names them.
    pub(crate) cluster: BTreeMap<String, String>,
    pub(crate) credential: Presented,
    /// What may not be printed, in every form in which it may turn up.
    pub(crate) secrets: Vec<String>,
    /// From when until when the cluster accepts it.
    pub(crate) valid: Range<Timestamp>,
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

    /// What is remembered, newest first.
    fn issued(&self) -> impl Iterator<Item = &Issued> {
        self.recent.iter().chain(self.earlier.iter()).take(Self::CAPACITY)
    }

    /// How many credentials were ever issued.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Whether the cluster with these ids accepts a credential at `at`.
    pub(crate) fn admits(&self, at: Timestamp, cluster: &BTreeMap<String, String>, presented: &Presented) -> Admission {
        let Some(issued) = self.issued().find(|issued| issued.credential == *presented) else {
            return Admission::Refused("the credential was not issued by this world");
        };
        if !issued.cluster.iter().all(|(name, id)| cluster.get(name) == Some(id)) {
            Admission::Refused("the credential was issued for another cluster")
        } else if at < issued.valid.start {
            Admission::Refused("the credential is not valid yet")
        } else if at >= issued.valid.end {
            Admission::Refused("the credential has expired")
        } else {
            Admission::Admitted
        }
    }

    /// Everything that may not be printed of what is remembered.
    pub(crate) fn secrets(&self) -> impl Iterator<Item = String> {
        self.issued().flat_map(|issued| issued.secrets.iter().cloned())
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
                cluster: ids("one"),
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
            (EPOCH + hour, "one", token(0), refused("the credential has expired")),
            (EPOCH - second, "one", token(0), refused("the credential is not valid yet")),
            (EPOCH, "another", token(0), refused("the credential was issued for another cluster")),
            (EPOCH, "one", token(1), refused("the credential was not issued by this world")),
        ] {
            assert_eq!(ledger.admits(at, &ids(cluster), &presented), expected);
        }
        assert_eq!(
            ledger.admits(EPOCH, &BTreeMap::new(), &token(0)),
            refused("the credential was issued for another cluster")
        );
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
    fn a_clone_shares_its_entries_and_goes_its_own_way() {
        let one = ledger(3);
        let mut other = one.clone();
        assert!(one.issued().zip(other.issued()).all(|(one, other)| std::ptr::eq(one, other)));
        other.enter(Issued {
            cluster: ids("one"),
            credential: token(3),
            secrets: Vec::new(),
            valid: EPOCH..EPOCH + SignedDuration::from_hours(1),
        });
        assert_eq!((one.issued().count(), other.issued().count()), (3, 4));
        assert_eq!(other.admits(EPOCH, &ids("one"), &token(0)), Admission::Admitted);
        assert!(matches!(one.admits(EPOCH, &ids("one"), &token(3)), Admission::Refused(_)));
    }
}
