//! The page for people: what came in, what was answered and why, and the state of every provider.
//!
//! It is rendered here, so that it can be read without JavaScript. With it, the script asks for the same page with `after`
//! and takes over what is new, so that there is one way in which an exchange is shown.

mod preset;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderValue;
use jiff::Timestamp;
use minijinja::value::Serde;
use minijinja::{Environment, UndefinedBehavior};
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::answer::Answer;
use super::exchange::Whole;
use super::journal::{Listing, PARAMETERS, Selection};
use super::problem::Problem;
use super::query::Query;
use super::state::{ProviderState, State};
use super::{Desk, PREFIX};
use crate::host::dispatch::lock;
use crate::host::server::connections::Connection;
use crate::host::server::site::Site;
use crate::ledger::{Credential, CredentialKind};
use crate::{Request, Secrets, Session, Verdict};

const STYLE: &str = include_str!("page/style.css");
const SCRIPT: &str = include_str!("page/script.js");

/// The templates and what the page may do.
pub(super) struct Page {
    templates: Environment<'static>,
    policy: String,
}

/// How many exchanges a page shows.
const SHOWN_EXCHANGES: usize = 50;

/// How many connections a page shows.
const SHOWN_CONNECTIONS: usize = 10;

/// How many credentials a page shows of each provider.
const SHOWN_CREDENTIALS: usize = 4;

/// How much of a body a page shows, in characters.
const SHOWN_BODY: usize = 4000;

impl Page {
    pub(super) fn new() -> Result<Self, minijinja::Error> {
        // A name that ends with `.html` has everything escaped.
        let mut templates = Environment::new();
        templates.set_undefined_behavior(UndefinedBehavior::Strict);
        templates.add_template("page.html", include_str!("page/page.html"))?;
        templates.add_template("exchange.html", include_str!("page/exchange.html"))?;
        templates.add_template("provider.html", include_str!("page/provider.html"))?;
        let hash = |text: &str| STANDARD.encode(Sha256::digest(text));
        // Nothing but the two texts within the page, the icon within it, and what the script asks this server.
        let policy = format!(
            "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; img-src data:; connect-src 'self'; \
             form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
            hash(STYLE),
            hash(SCRIPT),
        );
        Ok(Self { templates, policy })
    }

    pub(super) fn show(&self, desk: &Desk, site: &Site, request: &Request) -> Result<Answer, Problem> {
        let query = Query::of(request, &PARAMETERS)?;
        let redactor = site.redactor();
        let listing = Selection::of(site, &query, SHOWN_EXCHANGES)?
            .list(site, |source, exchange| Whole::of(source, exchange, &redactor, SHOWN_BODY));
        let mut state = State::of(site, desk);
        let providers = std::mem::take(&mut state.providers).into_iter().zip(&site.sessions);
        let providers = providers.map(|(state, session)| Provider::of(state, &lock(session)));
        let shown = Shown {
            style: STYLE,
            script: SCRIPT,
            prefix: PREFIX,
            own_url: &desk.own_url,
            filter: Filter::of(&query),
            verdicts: Verdict::ALL.map(Verdict::name),
            presets: preset::groups(desk.transport),
            providers: providers.collect::<serde_json::Result<_>>().map_err(|error| Problem::bug(&error))?,
            newest_connections: newest_connections(site),
            listing,
            state,
        };
        let rendered = self.templates.get_template("page.html").and_then(|page| page.render(Serde(shown)));
        let policy = HeaderValue::try_from(&self.policy).map_err(|error| Problem::bug(&error))?;
        Ok(Answer::html(rendered.map_err(|error| Problem::bug(&error))?, policy))
    }
}

/// What the templates show.
#[derive(Serialize)]
struct Shown<'a> {
    style: &'static str,
    script: &'static str,
    prefix: &'static str,
    own_url: &'a str,
    filter: Filter<'a>,
    verdicts: [&'static str; 5],
    presets: Vec<preset::Group>,
    providers: Vec<Provider>,
    newest_connections: Vec<Connection>,
    listing: Listing<Whole>,
    state: State,
}

/// What the form that selects exchanges holds.
#[derive(Serialize)]
struct Filter<'a> {
    provider: &'a str,
    verdict: &'a str,
    status: &'a str,
    clause: &'a str,
    /// Whether not all are wanted.
    narrows: bool,
    /// Whether only those after another are.
    goes_on: bool,
}

impl<'a> Filter<'a> {
    fn of(query: &'a Query) -> Self {
        let value = |name| query.get(name).unwrap_or_default();
        Self {
            provider: value("provider"),
            verdict: value("verdict"),
            status: value("status"),
            clause: value("clause"),
            narrows: ["provider", "verdict", "status", "clause", "connection"].map(value) != [""; 5],
            goes_on: query.get("after").is_some(),
        }
    }
}

#[derive(Serialize)]
struct Provider {
    #[serde(flatten)]
    state: ProviderState,
    clusters: Vec<Cluster>,
    armed: Vec<ArmedFault>,
    /// The newest that its clusters were told to accept; absent where nothing that it answers opens one.
    credentials: Option<Vec<Issued>>,
    /// The world as JSON, without secrets.
    world: String,
}

/// A cluster, as the provider's world has it.
#[derive(Serialize)]
struct Cluster {
    id: String,
    facts: Vec<Fact>,
}

#[derive(Serialize)]
struct Fact {
    name: String,
    value: String,
}

#[derive(Serialize)]
struct ArmedFault {
    /// As it is written in files.
    written: String,
    counted: u64,
    done: u64,
}

/// A credential, as the page shows it.
#[derive(Serialize)]
struct Issued {
    number: u64,
    kind: CredentialKind,
    /// The ids of the cluster that it is for; empty when it is for all.
    cluster: String,
    user: String,
    /// Whether the cluster accepts it.
    standing: String,
    is_accepted: bool,
}

impl Issued {
    fn of(credential: Credential, now: Timestamp) -> Self {
        let Credential { number, kind, cluster, user, expires_at, revoked, .. } = credential;
        let (is_accepted, standing) = match expires_at {
            _ if revoked => (false, "revoked".to_owned()),
            Some(end) if end <= now => (false, format!("expired at {end}")),
            Some(end) => (true, format!("accepted until {end}")),
            None => (true, "accepted for ever".to_owned()),
        };
        let cluster = cluster.into_values().collect::<Vec<_>>().join(", ");
        Self { number, kind, cluster, user, standing, is_accepted }
    }
}

impl Provider {
    fn of(state: ProviderState, session: &Session) -> serde_json::Result<Self> {
        let world = session.world(Secrets::Hidden)?;
        let armed = session.faults().armed().iter().map(|armed| {
            Ok(ArmedFault { written: serde_json::to_string(&armed.fault)?, counted: armed.counted, done: armed.done })
        });
        let issued = || {
            let newest = session.credentials().into_iter().take(SHOWN_CREDENTIALS);
            newest.map(|credential| Issued::of(credential, session.now())).collect()
        };
        Ok(Self {
            state,
            credentials: session.leads_to_clusters().then(issued),
            clusters: world.get("clusters").and_then(Value::as_array).into_iter().flatten().map(Cluster::of).collect(),
            armed: armed.collect::<serde_json::Result<_>>()?,
            world: format!("{world:#}"),
        })
    }
}

impl Cluster {
    fn of(cluster: &Value) -> Self {
        // What is left out of a world is as it usually is.
        let is_fact = |(name, value): &(&String, &Value)| *name != "id" && !value.is_null();
        let facts = cluster.as_object().into_iter().flatten().filter(is_fact);
        Self {
            id: cluster.get("id").map(text).unwrap_or_default(),
            facts: facts.map(|(name, value)| Fact { name: name.replace('_', " "), value: text(value) }).collect(),
        }
    }
}

/// A value for people.
fn text(value: &Value) -> String {
    match value {
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn newest_connections(site: &Site) -> Vec<Connection> {
    let connections = lock(&site.connections);
    connections.kept().rev().take(SHOWN_CONNECTIONS).cloned().collect()
}
