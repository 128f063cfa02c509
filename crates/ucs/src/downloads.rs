//! What this process has downloaded.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use kubeproof_client::{BaseUrl, Consumed};

use crate::ClusterId;

/// How many requests of this process may have used up a download. One count for the process, not for a client: that is
/// what "this process" means in an error.
static REQUESTS: Mutex<BTreeMap<Key, u32>> = Mutex::new(BTreeMap::new());

/// Where, and the id of the cluster in lower case: a UUID in upper case is the same.
type Key = (String, String);

/// One download under way. It counts as used up from the start, so that a cancelled one does, until an answer shows
/// that it is not.
#[derive(Debug)]
pub(crate) struct Download {
    key: Key,
}

impl Download {
    pub(crate) fn begin(base: &BaseUrl, cluster: &ClusterId) -> Self {
        let key = (base.as_str().to_owned(), cluster.to_string().to_ascii_lowercase());
        let mut requests = requests();
        let count = requests.entry(key.clone()).or_default();
        *count = count.saturating_add(1);
        Self { key }
    }

    /// This request may have used up the download.
    pub(crate) fn consumed(self) -> Consumed {
        Consumed::PossiblyHere
    }

    /// This request has not used up the download; another one may have.
    pub(crate) fn refused(self) -> Consumed {
        let mut requests = requests();
        match requests.get_mut(&self.key) {
            Some(count) if *count > 1 => {
                *count -= 1;
                Consumed::PossiblyHere
            }
            _ => {
                requests.remove(&self.key);
                Consumed::NotHere
            }
        }
    }
}

fn requests() -> MutexGuard<'static, BTreeMap<Key, u32>> {
    // Each change is one step, so a panic elsewhere leaves nothing half changed.
    REQUESTS.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use kubeproof_client::PlainHttp;

    #[test]
    fn downloads_are_remembered_until_refused() {
        let base = BaseUrl::parse("https://ucs.example.com", PlainHttp::OnlyLoopback).unwrap();
        let other = BaseUrl::parse("https://other.example.com", PlainHttp::OnlyLoopback).unwrap();
        let cluster = ClusterId::parse("d0000000-0000-0000-0000-000000000001").unwrap();
        let begin = |base| Download::begin(base, &cluster);

        assert_eq!(begin(&base).refused(), Consumed::NotHere);
        assert_eq!(begin(&base).refused(), Consumed::NotHere);
        assert_eq!(begin(&base).consumed(), Consumed::PossiblyHere);
        assert_eq!(begin(&base).refused(), Consumed::PossiblyHere);
        assert_eq!(begin(&base).refused(), Consumed::PossiblyHere);
        assert_eq!(begin(&other).refused(), Consumed::NotHere);
        // A cancelled one counts, and a refused one takes nothing from another that is under way.
        drop(begin(&other));
        assert_eq!(begin(&other).refused(), Consumed::PossiblyHere);
    }

    #[test]
    fn a_cluster_is_the_same_in_either_case() {
        let base = BaseUrl::parse("https://ucs.example.com", PlainHttp::OnlyLoopback).unwrap();
        let cluster = |id| ClusterId::parse(id).unwrap();
        let (lower, upper) =
            (cluster("d0000000-0000-0000-0000-00000000abcd"), cluster("D0000000-0000-0000-0000-00000000ABCD"));
        assert_eq!(Download::begin(&base, &upper).consumed(), Consumed::PossiblyHere);
        assert_eq!(Download::begin(&base, &lower).refused(), Consumed::PossiblyHere);
    }
}
