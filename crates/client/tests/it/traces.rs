use std::fmt::{Debug, Write as _};
use std::sync::{Arc, Mutex};

use kubeproof_client::{Credentials, Repeat, Transport};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};
use wiremock::ResponseTemplate;

use crate::support::{Instant, SECRET, Sequence, TARGET, alone, get, options, serve, token};

/// Writes down everything that is traced, of every crate and level.
#[derive(Clone, Default)]
struct Everything(Arc<Mutex<String>>);

struct Fields<'a>(&'a mut String);

impl Visit for Fields<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        write!(self.0, " {field}={value:?}").unwrap();
    }
}

impl Subscriber for Everything {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let mut text = self.0.lock().unwrap();
        text.push_str(span.metadata().name());
        span.record(&mut Fields(&mut text));
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        values.record(&mut Fields(&mut self.0.lock().unwrap()));
    }

    fn event(&self, event: &Event<'_>) {
        event.record(&mut Fields(&mut self.0.lock().unwrap()));
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

/// Whether anything is traced at a place is decided for the whole process, by the first that comes along; so this is alone
/// in one.
#[tokio::test]
async fn they_hold_what_was_done_and_no_secret() {
    if std::env::var_os(TARGET).is_none() {
        return alone("traces::they_hold_what_was_done_and_no_secret", "", &[]).await;
    }
    let pair = Credentials::AccessKey { access_key: "AKplanted".into(), secret_key: SECRET.to_owned().into() };
    for credentials in [token(), Credentials::Bearer(SECRET.to_owned().into()), pair] {
        let answers = [
            ResponseTemplate::new(503).set_body_string("planted"),
            ResponseTemplate::new(302).insert_header("location", "/next"),
            ResponseTemplate::new(200).set_body_string("planted"),
        ];
        let server = serve(Sequence::new(answers)).await;
        let transport = Transport::new(
            &server.uri(),
            credentials,
            options(&Arc::<Instant>::default()).http_client(|builder| builder.connection_verbose(true)),
        )
        .unwrap();
        let traced = Everything::default();
        let guard = tracing::subscriber::set_default(traced.clone());
        let reply = transport.send(&get(Repeat::Repeatable)).await.unwrap();
        drop(guard);
        let text = traced.0.lock().unwrap().clone();
        assert_eq!(reply.status(), 200);
        for part in [
            "path=/start",
            "status=503",
            "trying again",
            "attempts=1 why=\"status 503\"",
            "number=2 status=302",
            "status=200",
        ] {
            assert!(text.contains(part), "{part} is not in {text}");
        }
        assert!(!text.contains("planted"), "{text}");
    }
    // Nobody is there: each attempt and the end of them.
    let transport = Transport::new("http://127.0.0.1:1", token(), options(&Arc::<Instant>::default())).unwrap();
    let traced = Everything::default();
    let guard = tracing::subscriber::set_default(traced.clone());
    transport.send(&get(Repeat::OneShot)).await.unwrap_err();
    drop(guard);
    let text = traced.0.lock().unwrap().clone();
    for part in ["attempts=1 why=\"transport\"", "attempts=3 why=", "failed", "attempts=4 kind=\"transport\""] {
        assert!(text.contains(part), "{part} is not in {text}");
    }
    assert!(!text.contains("planted"), "{text}");
}
