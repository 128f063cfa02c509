//! Clusters that are not ready yet, and become so.

use std::sync::Arc;
use std::time::Duration;

use kubeproof::emulator::host::server::{Server, Transport};
use kubeproof::emulator::providers::{self, PROVIDERS, Visitor};
use kubeproof::emulator::{Emulation, Session, Setting};
use kubeproof_client::{Error, ErrorKind, NoWait, Wait};
use serde_json::json;

use crate::support::{Epoch, Fetched, fetch_when_ready, serve_all};

/// A server whose clusters are ready after so many calls.
async fn serve(calls: u64) -> Server {
    let sessions = PROVIDERS.iter().filter_map(|name| providers::visit(name, Creating { calls })).collect();
    serve_all(sessions, Transport::Plain).await
}

/// A session whose cluster is ready after so many calls.
struct Creating {
    calls: u64,
}

impl Visitor for Creating {
    type Output = Session;

    fn visit<E: Emulation>(self) -> Session {
        let world = serde_json::from_value(json!({"clusters": [{"ready_after_calls": self.calls}]})).unwrap();
        Session::new::<E>(Setting { world, ..Setting::default() })
    }
}

fn wait(budget: u64) -> Wait {
    Wait::of(Duration::from_secs(budget)).sleeper(Arc::new(NoWait)).clock(Arc::new(Epoch)).seed(7)
}

/// What came, how often was asked, and the kinds that were waited for.
async fn outcome(provider: &str, calls: u64, wait: Wait) -> (Result<Fetched, Error>, usize, Vec<ErrorKind>) {
    let (server, folder) = (serve(calls).await, tempfile::tempdir().unwrap());
    let mut waited_for = Vec::new();
    let fetched =
        fetch_when_ready(&server, provider, folder.path(), &wait, |progress| waited_for.push(progress.error.kind()))
            .await;
    let asked = server.session(provider).unwrap().journal().exchanges().count();
    (fetched, asked, waited_for)
}

#[tokio::test]
async fn every_client_waits_until_its_cluster_is_ready() {
    use ErrorKind::{NotFound, NotReady};
    for &provider in PROVIDERS {
        // CCE says of a cluster that it is creating what it says of one that there is not.
        let kind = if provider == "cce" { NotFound } else { NotReady };
        let (fetched, asked, waited_for) = outcome(provider, 3, wait(600).while_provisioning()).await;
        let fetched = fetched.unwrap_or_else(|error| panic!("{provider}: {error}"));
        assert!(!matches!(fetched, Fetched::Access(items) if items.is_empty()), "{provider}");
        assert_eq!((asked, waited_for), (4, vec![kind; 3]), "{provider}");
    }
}

#[tokio::test]
async fn no_client_waits_longer_than_it_is_told() {
    for &provider in PROVIDERS {
        let (fetched, asked, waited_for) = outcome(provider, 1000, wait(60).while_provisioning()).await;
        let error = fetched.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::NotReady | ErrorKind::NotFound), "{provider}: {error}");
        let waited = error.waited().unwrap();
        assert_eq!((usize::try_from(waited.asked).unwrap(), waited.duration), (asked, Duration::from_secs(60)));
        assert_eq!(waited_for.len() + 1, asked, "{provider}");
    }
}

/// A cluster that does not exist is not waited for, unless the caller knows better.
#[tokio::test]
async fn not_found_is_final_unless_told() {
    let (fetched, asked, _) = outcome("cce", 3, wait(600)).await;
    assert_eq!((fetched.unwrap_err().kind(), asked), (ErrorKind::NotFound, 1));
}
