mod api;
mod stage;
mod world;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use crate::emulation::{Admission, Caller, Edition, Emulation, Presented};
use crate::fault::{CallHarm, ConnectionHarm, Fault, Faults};
use crate::incident::{ELSEWHERE, Incident};
use crate::journal::{Exchange, Journal, Numbers};
use crate::kubernetes::ApiServer;
use crate::{Redactor, Reply, Request};

use self::stage::{Scene, Stage};
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
            scene: Box::new(Stage::new(setting)),
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

    /// The document that the body of an answer of this provider carries, such as a kubeconfig that it wraps.
    ///
    /// ```
    /// use kubeproof_emulator::Session;
    /// use kubeproof_emulator::providers::cce::Cce;
    ///
    /// let session = Session::new::<Cce>(Default::default());
    /// assert_eq!(*session.document(b"{\"kind\": \"Config\"}"), *b"{\"kind\": \"Config\"}");
    /// ```
    pub fn document<'a>(&self, body: &'a [u8]) -> Cow<'a, [u8]> {
        self.scene.document(body)
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
