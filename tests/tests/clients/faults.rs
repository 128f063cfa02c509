//! Every fault, done to every client: each fetch ends as it should, in time, and leaves and shows nothing that it should not.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fmt::{Debug, Write as _};
use std::path::Path;
use std::sync::Once;
use std::time::Duration;

use kubeproof::emulator::Fault;
use kubeproof::emulator::host::server::{Server, Transport};
use kubeproof::emulator::providers::PROVIDERS;
use kubeproof_client::{Error, ErrorKind};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use crate::support::{Fetched, fetch, serve};

/// Nothing that answers takes so long, not even on a machine that has other things to do.
const PATIENCE: Duration = Duration::from_secs(30);
/// What is waited for an answer that does not come.
const IMPATIENCE: Duration = Duration::from_millis(150);

/// A fault, and how a fetch may end that meets it each time; none means well.
struct Row {
    fault: String,
    ends: &'static [ErrorKind],
    limit: Duration,
}

/// Every fault that there is, at every place.
fn rows(transport: Transport) -> Vec<Row> {
    use ErrorKind::{Malformed, Timeout, Tls, Transport as Lost, Unsafe};
    let mut rows = Vec::new();
    let mut add = |fault: String, ends: &'static [ErrorKind]| {
        let limit = if ends == [Timeout] { IMPATIENCE } else { PATIENCE };
        rows.push(Row { fault, ends, limit });
    };
    let places = [
        r#""request""#,
        r#""before-headers""#,
        r#""in-headers""#,
        r#""after-headers""#,
        r#"{"body": 0}"#,
        r#"{"body": 12}"#,
        r#"{"body": 99999999}"#,
    ];
    for at in places {
        for is in ["reset", "close", "close-without-notify"] {
            if is != "close-without-notify" || transport == Transport::Tls {
                add(format!(r#"{{"is": "{is}", "at": {at}}}"#), &[Lost]);
            }
        }
        add(format!(r#"{{"is": "stall", "at": {at}}}"#), &[Timeout]);
        // Within a body it is what the body says, up to its length.
        add(format!(r#"{{"is": "garbage", "at": {at}}}"#), &[Lost, Malformed]);
        if at != places[0] {
            add(format!(r#"{{"is": "trickle", "bytes-per-second": 500, "at": {at}}}"#), &[]);
        }
    }
    add(r#"{"is": "chunked-without-end"}"#.to_owned(), &[Lost]);
    add(r#"{"is": "enormous-body", "bytes": 67108864}"#.to_owned(), &[Malformed]);
    add(r#"{"is": "gzip-bomb", "bytes": 67108864}"#.to_owned(), &[Malformed]);
    for status in [301, 302, 303, 307, 308] {
        add(format!(r#"{{"is": "redirect", "status": {status}}}"#), &[Unsafe]);
    }
    add(r#"{"is": "refuse"}"#.to_owned(), &[Lost]);
    let tls_too: &[ErrorKind] = if transport == Transport::Tls { &[Lost, Tls] } else { &[Lost] };
    for is in ["reset", "close", "garbage"] {
        add(format!(r#"{{"is": "{is}", "at": "connect"}}"#), tls_too);
    }
    add(r#"{"is": "stall", "at": "connect"}"#.to_owned(), &[Timeout]);
    if transport == Transport::Tls {
        for is in ["tls-expired", "tls-not-yet-valid", "tls-wrong-host", "tls-unknown-authority", "tls-1.1-only"] {
            add(format!(r#"{{"is": "{is}"}}"#), if is == "tls-1.1-only" { tls_too } else { &[Tls] });
        }
        // Before the handshake is done nothing can have been sent, so even a download is asked for again.
        for is in ["reset", "close"] {
            add(format!(r#"{{"is": "{is}", "at": "connect", "connections": [1]}}"#), &[]);
        }
    }
    rows
}

/// A fault that is new to the emulator is new here.
#[test]
fn none_is_left_out() {
    let error = serde_json::from_str::<Fault>(r#"{"is": "?"}"#).unwrap_err().to_string();
    let known: BTreeSet<&str> = error.split('`').skip(3).step_by(2).collect();
    assert!(known.len() > 10 && known.contains("stall"), "{error}");
    let rows = rows(Transport::Tls);
    let done = |is: &&str| rows.iter().any(|row| row.fault.contains(&format!(r#""is": "{is}""#)));
    assert_eq!(known.into_iter().filter(|is| !done(is)).collect::<Vec<_>>(), [""; 0]);
}

#[test]
fn over_plain_http() {
    check(Transport::Plain);
}

#[test]
fn over_tls() {
    check(Transport::Tls);
}

fn check(transport: Transport) {
    trace();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let folder = tempfile::tempdir().unwrap();
        let undisturbed = serve(transport, &[]).await;
        let mut right = Vec::new();
        for provider in PROVIDERS {
            right.push(fetch(&undisturbed, provider, PATIENCE, folder.path()).await.unwrap());
        }
        for row in rows(transport) {
            let fault: Fault = serde_json::from_str(&row.fault).unwrap();
            let server = serve(transport, &[fault]).await;
            for (provider, right) in PROVIDERS.iter().zip(&right) {
                let context = format!("{provider}: {} over {transport:?}", row.fault);
                meet(&server, provider, &row, right, &context).await;
            }
            assert_eq!(server.panics(), 0);
            server.stop(Duration::ZERO).await;
        }
    });
}

/// One fetch that meets a fault.
async fn meet(server: &Server, provider: &str, row: &Row, right: &Fetched, context: &str) {
    let folder = tempfile::tempdir().unwrap();
    TRACED.take();
    // Whatever a fetch may take, this is more: eight attempts of the longest kind.
    let fetched = tokio::time::timeout(16 * PATIENCE, fetch(server, provider, row.limit, folder.path()))
        .await
        .unwrap_or_else(|_| panic!("{context}: it hangs"));
    match &fetched {
        Ok(fetched) => {
            assert!(row.ends.is_empty(), "{context}: {fetched:?}");
            assert_eq!(fetched, right, "{context}");
        }
        Err(error) => {
            assert!(row.ends.contains(&error.kind()), "{context}: {error:?}");
            assert!(error.attempts() > 0, "{context}: {error:?}");
        }
    }
    // Nobody knows what became of it, so none of them was made again.
    let (calls, redactor) = {
        let session = server.session(provider).unwrap();
        (session.journal().exchanges().count(), session.redactor())
    };
    assert!(calls <= 1, "{context}: {calls} calls");
    assert!(server.elsewhere().is_empty(), "{context}");
    for (place, text) in [("error", format!("{fetched:?}")), ("trace", TRACED.take())] {
        let text = if fetched.is_ok() && place == "error" { continue } else { text };
        assert!(!text.is_empty(), "{context}: no {place}");
        assert!(!redactor.finds_secret(&text), "{context}: the {place} shows a secret: {text}");
        assert!(!text.contains("PRIVATE KEY"), "{context}: {text}");
    }
    if let Err(error) = &fetched {
        let text = format!("{error} {error:#?}");
        assert!(!redactor.finds_secret(&text), "{context}: {text}");
    }
    left_behind(folder.path(), fetched.as_ref().err(), context);
}

/// Nothing is left but a whole answer, or a part that the error names.
fn left_behind(folder: &Path, error: Option<&Error>, context: &str) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let extension = path.extension().and_then(|extension| extension.to_str());
        match error {
            None => {
                assert_eq!(extension, Some("json"), "{context}: {path:?}");
                assert!(serde_json::from_slice::<Vec<serde_json::Value>>(&std::fs::read(&path).unwrap()).is_ok());
            }
            Some(error) => {
                assert!(matches!(extension, Some("json" | "part")), "{context}: {path:?}");
                assert_eq!(error.stored(), Some(path.as_path()), "{context}");
                assert_eq!(error.answer(), Some(std::fs::read(&path).unwrap().as_slice()), "{context}");
            }
        }
    }
}

thread_local! {
    /// What is traced on this thread.
    static TRACED: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Writes down everything that is traced, of every crate and level, each thread for itself.
struct Everything;

struct Fields;

/// Has everything be traced, from now on and in the whole process.
fn trace() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| tracing::subscriber::set_global_default(Everything).unwrap());
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        TRACED.with_borrow_mut(|text| write!(text, " {field}={value:?}").unwrap());
    }
}

impl Subscriber for Everything {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        span.record(&mut Fields);
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        values.record(&mut Fields);
    }

    fn event(&self, event: &Event<'_>) {
        event.record(&mut Fields);
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}
