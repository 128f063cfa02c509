use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use jiff::Timestamp;

use crate::{Admission, Journal, Presented};

/// The credentials that a world issued.
///
/// Entries are shared between the worlds before and after a call: a world that issued much is still cheap to clone.
/// The oldest give way when it is full, and are admitted no longer.
#[derive(Clone, Default)]
pub struct Ledger {
    issued: VecDeque<Arc<Issued>>,
    count: u64,
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
        while self.issued.len() >= Self::CAPACITY {
            self.issued.pop_front();
        }
        self.issued.push_back(Arc::new(issued));
    }

    /// How many credentials were ever issued.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Whether the cluster with these ids accepts a credential at `at`.
    pub(crate) fn admits(&self, at: Timestamp, cluster: &BTreeMap<String, String>, presented: &Presented) -> Admission {
        let Some(issued) = self.issued.iter().find(|issued| issued.credential == *presented) else {
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
        self.issued.iter().flat_map(|issued| issued.secrets.iter().cloned())
    }
}

/// Counts, and shows no credential.
impl fmt::Debug for Ledger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ledger")
            .field("remembered", &self.issued.len())
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
        let ledger = ledger(Ledger::CAPACITY + 2);
        assert_eq!(ledger.issued.len(), Ledger::CAPACITY);
        assert_eq!(ledger.count(), u64::try_from(Ledger::CAPACITY).unwrap() + 2);
        assert_eq!(ledger.secrets().count(), Ledger::CAPACITY);
        assert!(matches!(ledger.admits(EPOCH, &ids("one"), &token(1)), Admission::Refused(_)));
        assert_eq!(ledger.admits(EPOCH, &ids("one"), &token(2)), Admission::Admitted);
    }

    #[test]
    fn a_clone_shares_its_entries() {
        let one = ledger(3);
        let other = one.clone();
        assert!(one.issued.iter().zip(&other.issued).all(|(one, other)| Arc::ptr_eq(one, other)));
    }
}
