use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;

use super::Setting;
use crate::emulation::{Admission, Caller, Edition, Emulation, Presented};
use crate::fault::Faults;
use crate::incident::Happening;
use crate::kubernetes::{self, ApiServer, Asked};
use crate::ledger::Ledger;
use crate::pki::Authority;
use crate::{Redactor, Reply, Request};

/// What a session needs of an emulation, whatever its world.
pub(super) trait Scene: Send {
    fn provider(&self) -> &'static str;
    fn edition(&self) -> Edition;
    fn claims(&self, request: &Request) -> bool;
    fn operation(&self, request: &Request) -> Option<&'static str>;
    fn answer(&mut self, now: Timestamp, request: &Request) -> Reply;
    fn document<'a>(&self, body: &'a [u8]) -> Cow<'a, [u8]>;
    fn caller(&self) -> Caller;
    fn request(&self, cluster: &BTreeMap<String, String>, options: &BTreeMap<String, String>) -> Request;
    fn admits(&self, at: Timestamp, cluster: &BTreeMap<String, String>, presented: &Presented) -> Admission;
    fn issues_credentials(&self) -> bool;
    fn certificate_authority(&self) -> String;
    fn authority(&self) -> Result<Arc<Authority>, rcgen::Error>;
    fn answer_api(&self, now: Timestamp, request: &Request, presented: &[Presented]) -> Reply;
    fn ledger(&self) -> Option<&Ledger>;
    fn ledger_mut(&mut self) -> Option<&mut Ledger>;
    fn point_api(&mut self, api: ApiServer);
    fn secrets(&self) -> Vec<String>;
    fn points_elsewhere(&self) -> bool;
    fn operations(&self) -> &'static [&'static str];
    fn world(&self) -> serde_json::Result<serde_json::Value>;
    fn put_world(&mut self, json: &[u8]) -> serde_json::Result<()>;
    /// Goes back to the beginning, and gives the faults of then.
    fn reset(&mut self) -> Faults;
}

/// An emulation at work.
pub(super) struct Stage<E: Emulation> {
    setting: Setting<E>,
    initial: Setting<E>,
    calls: u64,
}

impl<E: Emulation> Stage<E> {
    pub(super) fn new(setting: Setting<E>) -> Self {
        Self { initial: setting.clone(), setting, calls: 0 }
    }
}

impl<E: Emulation> Scene for Stage<E> {
    fn provider(&self) -> &'static str {
        E::PROVIDER
    }

    fn edition(&self) -> Edition {
        self.setting.edition
    }

    fn claims(&self, request: &Request) -> bool {
        E::PATHS.iter().any(|path| request.path.starts_with(path))
    }

    fn operation(&self, request: &Request) -> Option<&'static str> {
        E::operation(request)
    }

    fn answer(&mut self, now: Timestamp, request: &Request) -> Reply {
        self.calls = self.calls.saturating_add(1);
        let Setting { edition, world, incidents, .. } = &mut self.setting;
        if let Some(incident) = incidents.iter().find(|incident| incident.calls.include(self.calls)) {
            return match &incident.happening {
                Happening::Named(named) => {
                    let (reply, next) = E::incident(*edition, named, world, now, request);
                    *world = next;
                    reply
                }
                Happening::Scripted(scripted) => scripted.reply(),
            };
        }
        let (mut reply, next) = E::answer(*edition, world, now, request);
        *world = next;
        // A refusal or a complaint may quote the request, and a caller may have put a credential anywhere in it. An answer
        // quotes nothing: to look for every secret in it would make a long session slow.
        if reply.is_refusal() || !reply.complaints.is_empty() {
            let redactor = Redactor::new(E::secrets(world));
            reply.decision.explanation = redactor.text(&reply.decision.explanation);
            for complaint in &mut reply.complaints {
                complaint.explanation = redactor.text(&complaint.explanation);
            }
        }
        reply
    }

    fn document<'a>(&self, body: &'a [u8]) -> Cow<'a, [u8]> {
        E::document(body)
    }

    fn caller(&self) -> Caller {
        E::caller(&self.setting.world)
    }

    fn request(&self, cluster: &BTreeMap<String, String>, options: &BTreeMap<String, String>) -> Request {
        E::request(self.setting.edition, cluster, options)
    }

    fn admits(&self, at: Timestamp, cluster: &BTreeMap<String, String>, presented: &Presented) -> Admission {
        E::admits(&self.setting.world, at, cluster, presented)
    }

    fn issues_credentials(&self) -> bool {
        E::ISSUES_CREDENTIALS
    }

    fn certificate_authority(&self) -> String {
        E::certificate_authority(&self.setting.world)
    }

    fn authority(&self) -> Result<Arc<Authority>, rcgen::Error> {
        E::authority(&self.setting.world)
    }

    fn answer_api(&self, now: Timestamp, request: &Request, presented: &[Presented]) -> Reply {
        let world = &self.setting.world;
        let clusters = E::clusters(world);
        let Some((cluster, path)) = kubernetes::locate(&clusters, &request.path) else {
            return kubernetes::no_cluster();
        };
        let authentication = kubernetes::authenticate(presented, |credential| {
            let user = E::ledger(world).and_then(|ledger| ledger.user(credential));
            (E::admits(world, now, cluster, credential), user.map(str::to_owned))
        });
        kubernetes::answer(&Asked { request, cluster, path: &path, authentication: &authentication }, now)
    }

    fn ledger(&self) -> Option<&Ledger> {
        E::ledger(&self.setting.world)
    }

    fn ledger_mut(&mut self) -> Option<&mut Ledger> {
        E::ledger_mut(&mut self.setting.world)
    }

    fn point_api(&mut self, api: ApiServer) {
        E::point_api(&mut self.setting.world, api);
    }

    fn secrets(&self) -> Vec<String> {
        E::secrets(&self.setting.world)
    }

    fn points_elsewhere(&self) -> bool {
        self.setting
            .incidents
            .iter()
            .any(|incident| matches!(&incident.happening, Happening::Scripted(scripted) if scripted.points_elsewhere()))
    }

    fn operations(&self) -> &'static [&'static str] {
        E::OPERATIONS
    }

    fn world(&self) -> serde_json::Result<serde_json::Value> {
        serde_json::to_value(&self.setting.world)
    }

    fn put_world(&mut self, json: &[u8]) -> serde_json::Result<()> {
        self.setting.world = serde_json::from_slice(json)?;
        // Calls are counted over the life of a world.
        self.calls = 0;
        Ok(())
    }

    fn reset(&mut self) -> Faults {
        self.setting = self.initial.clone();
        self.calls = 0;
        self.setting.faults.iter().cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use http::StatusCode;

    use super::*;
    use crate::Session;

    /// An emulation that quotes whatever it is asked, and answers `/fine`.
    struct Echo;

    thread_local! {
        static SECRETS_ASKED_FOR: Cell<u32> = const { Cell::new(0) };
    }

    impl Emulation for Echo {
        type World = ();
        type Incident = ();
        const PROVIDER: &'static str = "echo";
        const EDITIONS: &'static [Edition] = &[Edition("2026-01")];
        const PATHS: &'static [&'static str] = &["/"];
        const OPERATIONS: &'static [&'static str] = &[];

        fn answer(_: Edition, (): &(), _: Timestamp, request: &Request) -> (Reply, ()) {
            if request.path == "/fine" {
                return (Reply::answer("echo.all", StatusCode::OK, "fine"), ());
            }
            if request.path.starts_with("/complained") {
                let reply = Reply::answer("echo.all", StatusCode::OK, "fine");
                return (reply.with_complaint("echo.all", request.path.clone()), ());
            }
            let reply = Reply::refuse("echo.all", StatusCode::NOT_FOUND, request.path.clone())
                .with_complaint("echo.all", request.path.clone());
            (reply, ())
        }

        fn incident(_: Edition, (): &(), (): &(), _: Timestamp, _: &Request) -> (Reply, ()) {
            (Reply::incident("echo.all", StatusCode::NOT_FOUND, "ordered"), ())
        }

        fn caller((): &()) -> Caller {
            Caller { credentials: Vec::new(), cluster: BTreeMap::new() }
        }

        fn request(_: Edition, _: &BTreeMap<String, String>, _: &BTreeMap<String, String>) -> Request {
            Request::get("/fine")
        }

        fn authority((): &()) -> Result<Arc<Authority>, rcgen::Error> {
            Authority::shared(1, Self::PROVIDER)
        }

        fn secrets((): &()) -> Vec<String> {
            SECRETS_ASKED_FOR.set(SECRETS_ASKED_FOR.get() + 1);
            vec!["planted-secret".to_owned()]
        }
    }

    #[test]
    fn an_explanation_is_redacted_and_so_is_a_complaint() {
        let mut session = Session::new::<Echo>(Setting::default());
        let reply = session.handle(Request::get("/a/planted-secret"));
        assert_eq!(reply.decision.explanation, "/a/<redacted>");
        assert_eq!(reply.complaints[0].explanation, "/a/<redacted>");
        // Of what is answered all the same, too.
        let reply = session.handle(Request::get("/complained/planted-secret"));
        assert_eq!(reply.complaints[0].explanation, "/complained/<redacted>");
    }

    #[test]
    fn what_quotes_nothing_costs_no_search_for_secrets() {
        let mut session = Session::new::<Echo>(Setting::default());
        for _ in 0..3 {
            session.handle(Request::get("/fine"));
        }
        assert_eq!(SECRETS_ASKED_FOR.get(), 0);
        session.handle(Request::get("/refused"));
        assert_eq!(SECRETS_ASKED_FOR.get(), 1);
    }
}
