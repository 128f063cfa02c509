mod api;
mod world;

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use crate::emulation::{Admission, Caller, Edition, Emulation, Presented};
use crate::fault::{CallHarm, ConnectionHarm, Fault, Faults};
use crate::incident::{ELSEWHERE, Happening, Incident};
use crate::journal::{Exchange, Journal, Numbers};
use crate::kubernetes::{self, ApiServer, Asked};
use crate::ledger::Ledger;
use crate::pki::Authority;
use crate::{Redactor, Reply, Request};

use self::world::FormerSecrets;
pub use self::world::{Secrets, WorldProblem};

/// The instant at which every emulator's clock starts: 2026-01-01T00:00:00Z.
pub const EPOCH: Timestamp = Timestamp::constant(1_767_225_600, 0);

/// One emulation at work: a world that changes with every answer, a clock, and a journal.
///
/// A session does no I/O. A [host](crate::host) feeds it requests.
///
/// ```
/// use kubeproof_emulator::providers::digitalocean::DigitalOcean;
/// use kubeproof_emulator::{Request, Session};
///
/// let mut session = Session::new::<DigitalOcean>(Default::default());
/// let reply = session.handle(Request::get("/v2/kubernetes/clusters/unknown/kubeconfig"));
/// assert_eq!(reply.status, 401);
/// assert!(reply.decision.explanation.contains("Authorization"));
/// ```
pub struct Session {
    scene: Box<dyn Scene>,
    /// What the host's clock says; [`EPOCH`] when the host has none.
    clock: Timestamp,
    /// How far ahead of it this session is.
    ahead: SignedDuration,
    journal: Journal,
    /// What came to the stub Kubernetes API: a journal of its own, since cases count what comes to the provider.
    api_journal: Journal,
    faults: Faults,
    elsewhere: Option<String>,
    api: Option<ApiServer>,
    former_secrets: FormerSecrets,
}

/// What a host has to do for a request.
#[derive(Debug)]
pub struct Served {
    /// What is answered, to the letter, unless the harm says otherwise.
    pub reply: Arc<Reply>,
    /// What is done to the connection.
    pub harm: Option<CallHarm>,
    /// What gave way in the journal: it is freed where nobody waits for the session.
    pub(crate) gone: Option<Exchange>,
}

impl Served {
    /// What is answered by somebody else than a session.
    pub(crate) fn without_session(reply: Arc<Reply>) -> Self {
        Self { reply, harm: None, gone: None }
    }
}

/// What a [`Session`] starts from.
pub struct Setting<E: Emulation> {
    /// The edition of the provider's documents.
    pub edition: Edition,
    /// The server-side state.
    pub world: E::World,
    /// What the provider says by itself.
    pub incidents: Vec<Incident<E::Incident>>,
    /// What is done to connections.
    pub faults: Vec<Fault>,
}

impl<E: Emulation> Default for Setting<E> {
    fn default() -> Self {
        // Every provider has an edition; one without would say so in every report.
        let edition = E::EDITIONS.first().copied().unwrap_or(Edition("undated"));
        Self { edition, world: E::World::default(), incidents: Vec::new(), faults: Vec::new() }
    }
}

impl<E: Emulation> Clone for Setting<E> {
    fn clone(&self) -> Self {
        Self {
            edition: self.edition,
            world: self.world.clone(),
            incidents: self.incidents.clone(),
            faults: self.faults.clone(),
        }
    }
}

impl Session {
    /// A session at [`EPOCH`] with an empty journal.
    pub fn new<E: Emulation>(setting: Setting<E>) -> Self {
        Self {
            faults: setting.faults.iter().cloned().collect(),
            scene: Box::new(Stage::<E> { initial: setting.clone(), setting, calls: 0 }),
            clock: EPOCH,
            ahead: SignedDuration::ZERO,
            journal: Journal::default(),
            api_journal: Journal::default(),
            elsewhere: None,
            api: None,
            former_secrets: FormerSecrets::default(),
        }
    }

    /// The same session with journals that keep the last `exchanges` each.
    ///
    /// ```
    /// use kubeproof_emulator::providers::ucs::Ucs;
    /// use kubeproof_emulator::{Request, Session};
    ///
    /// let mut session = Session::new::<Ucs>(Default::default()).with_journal_of(1);
    /// session.handle(Request::get("/first"));
    /// session.handle(Request::get("/second"));
    /// let kept: Vec<&str> = session.journal().exchanges().map(|exchange| exchange.request.path.as_str()).collect();
    /// assert_eq!(kept, ["/second"]);
    /// ```
    #[must_use]
    pub fn with_journal_of(mut self, exchanges: usize) -> Self {
        self.journal = Journal::with_capacity(exchanges);
        self.api_journal = Journal::with_capacity(exchanges);
        self
    }

    /// Says where the second origin listens that incidents point at.
    pub fn point_elsewhere(&mut self, base_url: String) {
        self.elsewhere = Some(base_url);
    }

    /// The same session with journals that take their numbers from there.
    #[must_use]
    pub fn numbered_by(mut self, numbers: Numbers) -> Self {
        self.journal = self.journal.numbered_by(numbers.clone());
        self.api_journal = self.api_journal.numbered_by(numbers);
        self
    }

    /// Answers a request and records the exchange. The reply is what goes onto the wire, to the letter. Faults are left
    /// to hosts that can do them.
    pub fn handle(&mut self, request: Request) -> Reply {
        let reply = self.scene.answer(self.now(), &request);
        let served = self.record(request, reply, None, None);
        Reply::clone(&served.reply)
    }

    /// Answers a request that came on a connection, and says what else is to be done.
    pub fn serve(&mut self, request: Request, connection: u64) -> Served {
        let (reply, harm) = self.decide(&request);
        self.record(request, reply, Some(connection), harm)
    }

    /// What is answered to a request that came on a connection, and what else is to be done.
    pub(crate) fn decide(&mut self, request: &Request) -> (Reply, Option<CallHarm>) {
        let harm = self.faults.on_call(self.scene.operation(request));
        let reply = match harm {
            Some(harm) if harm.comes_before_the_emulation() => self.unanswered(request, harm),
            _ => self.scene.answer(self.now(), request),
        };
        (reply, harm)
    }

    /// What is answered to a request where no fault can be done.
    pub(crate) fn answer(&mut self, request: &Request) -> Reply {
        self.scene.answer(self.now(), request)
    }

    /// The reply to a request that the emulation never sees.
    fn unanswered(&self, request: &Request, harm: CallHarm) -> Reply {
        let mut reply = Reply::unanswered(harm.explanation());
        if let CallHarm::Redirect(status) = harm {
            reply.status = status;
            reply = reply.with_header("location", format!("{ELSEWHERE}{}", request.target()));
        }
        reply
    }

    /// Records a reply as it goes onto the wire.
    pub(crate) fn record(
        &mut self,
        request: Request,
        reply: Reply,
        connection: Option<u64>,
        harm: Option<CallHarm>,
    ) -> Served {
        let reply = Arc::new(reply.ready_for_the_wire(self.elsewhere.as_deref()));
        let gone = self.journal.record(Exchange::new(self.now(), request, Arc::clone(&reply)).on(connection, harm));
        Served { reply, harm, gone }
    }

    /// Counts a connection, and says what is done to it.
    pub fn connect(&mut self) -> Option<ConnectionHarm> {
        self.faults.on_connection()
    }

    /// What is done to connections.
    pub fn faults(&self) -> &Faults {
        &self.faults
    }

    /// What is done to connections, to arm and disarm. A running server has to be told: use what it offers instead.
    pub fn faults_mut(&mut self) -> &mut Faults {
        &mut self.faults
    }

    /// Moves the clock forward.
    pub fn advance(&mut self, by: SignedDuration) {
        self.ahead = self.ahead.checked_add(by).unwrap_or(SignedDuration::MAX);
    }

    /// Takes over what the host's clock says. A session that is never told stays at [`EPOCH`], but for
    /// [`advance`](Self::advance).
    pub fn tick(&mut self, clock: Timestamp) {
        self.clock = clock;
    }

    /// What the emulator's clock says.
    pub fn now(&self) -> Timestamp {
        self.clock.checked_add(self.ahead).unwrap_or(Timestamp::MAX)
    }

    /// The provider's name.
    pub fn provider(&self) -> &'static str {
        self.scene.provider()
    }

    /// The edition of the provider's documents.
    pub fn edition(&self) -> Edition {
        self.scene.edition()
    }

    /// Whether a request is for this provider, as far as its path tells, where several share an address.
    pub fn claims(&self, request: &Request) -> bool {
        self.scene.claims(request)
    }

    /// What came in and what was answered.
    pub fn journal(&self) -> &Journal {
        &self.journal
    }

    /// How a caller with every right would ask for the first cluster.
    pub fn caller(&self) -> Caller {
        self.scene.caller()
    }

    /// How a caller asks for access to the cluster with these ids, named as in [`Caller::cluster`], credentials aside.
    /// Options are named as in a case; those that are another provider's are left out.
    ///
    /// ```
    /// use kubeproof_emulator::Session;
    /// use kubeproof_emulator::providers::digitalocean::DigitalOcean;
    ///
    /// let session = Session::new::<DigitalOcean>(Default::default());
    /// let cluster = [("cluster_id".to_owned(), "abc".to_owned())].into();
    /// let options = [("expiry_seconds".to_owned(), "300".to_owned())].into();
    /// let request = session.request(&cluster, &options);
    /// assert_eq!(request.target(), "/v2/kubernetes/clusters/abc/kubeconfig?expiry_seconds=300");
    /// ```
    pub fn request(&self, cluster: &BTreeMap<String, String>, options: &BTreeMap<String, String>) -> Request {
        self.scene.request(cluster, options)
    }

    /// Whether the cluster with these ids, named as in [`Caller::cluster`], would accept a credential at `at`.
    pub fn admits(&self, at: Timestamp, cluster: &BTreeMap<String, String>, presented: &Presented) -> Admission {
        self.scene.admits(at, cluster, presented)
    }

    /// Whether the answers hold a credential of the provider's making.
    pub fn issues_credentials(&self) -> bool {
        self.scene.issues_credentials()
    }

    /// The certificate authority, as PEM, that the answers of this world name.
    pub fn certificate_authority(&self) -> String {
        let other = self.api.as_ref().and_then(ApiServer::authority_pem);
        other.map_or_else(|| self.scene.certificate_authority(), str::to_owned)
    }

    /// The operations whose calls a fault can count.
    pub fn operations(&self) -> &'static [&'static str] {
        self.scene.operations()
    }

    /// A redactor that knows every secret of this world, and those of worlds before it.
    pub fn redactor(&self) -> Redactor {
        Redactor::new(self.scene.secrets().into_iter().chain(self.former_secrets.iter()))
    }

    /// Whether any incident or fault points at a second origin.
    pub fn points_elsewhere(&self) -> bool {
        self.scene.points_elsewhere() || self.faults.redirect()
    }
}

/// What a session needs of an emulation, whatever its world.
trait Scene: Send {
    fn provider(&self) -> &'static str;
    fn edition(&self) -> Edition;
    fn claims(&self, request: &Request) -> bool;
    fn operation(&self, request: &Request) -> Option<&'static str>;
    fn answer(&mut self, now: Timestamp, request: &Request) -> Reply;
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

struct Stage<E: Emulation> {
    setting: Setting<E>,
    initial: Setting<E>,
    calls: u64,
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
    use crate::Rejection;

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

        fn admits((): &(), _: Timestamp, _: &BTreeMap<String, String>, _: &Presented) -> Admission {
            Admission::Refused(Rejection::NothingIssued)
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
