//! The admin API and its page, under one reserved prefix: what a test or a person does to a running server.
//!
//! Its requests are in no journal and count for no fault. It answers at the ports of providers, and at one of its own that
//! faults of connections do not touch.

mod answer;
mod credential;
mod exchange;
mod fault;
mod guard;
mod journal;
mod page;
mod problem;
mod query;
mod resource;
mod state;
mod world;

use std::sync::atomic::{AtomicU64, Ordering};

use http::{Method, StatusCode};

use self::answer::Answer;
use self::guard::Changing;
use self::page::Page;
use self::problem::Problem;
use self::query::Query;
use self::resource::Resource;
use super::door::Door;
use super::setting::Transport;
use super::site::Site;
use crate::{Reply, Request};

/// What every path of the admin API begins with.
pub(super) const PREFIX: &str = "/_kubeproof";

/// The admin API of one server.
pub(super) struct Desk {
    /// Where each session is reached.
    base_urls: Vec<String>,
    elsewhere_url: String,
    /// Where the API is reached whatever is done to connections.
    own_url: String,
    transport: Transport,
    page: Page,
    /// How often exchanges were forgotten: a page that shows some has to begin anew.
    forgotten: AtomicU64,
}

impl Desk {
    /// # Errors
    ///
    /// When the page's templates are wrong: a bug of this crate.
    pub(super) fn new(
        base_urls: Vec<String>,
        elsewhere_url: String,
        own_url: String,
        transport: Transport,
    ) -> Result<Self, minijinja::Error> {
        Ok(Self { base_urls, elsewhere_url, own_url, transport, page: Page::new()?, forgotten: AtomicU64::new(0) })
    }

    /// Whether a request that came through this door is for the admin API.
    pub(super) fn claims(door: &Door, path: &str) -> bool {
        match door {
            Door::Admin => true,
            Door::Api(_) | Door::Elsewhere => false,
            Door::Providers(_) => {
                path.strip_prefix(PREFIX).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            }
        }
    }

    /// Answers a request, or says of one that did not arrive whole what is wrong with it.
    pub(super) fn answer(&self, site: &Site, request: Result<Request, (Request, Reply)>) -> Answer {
        let answered = match request {
            Ok(request) => self.decide(site, &request),
            Err((_, refusal)) => {
                Err(Problem::new(refusal.status, "the request did not arrive whole", refusal.decision.explanation))
            }
        };
        answered.unwrap_or_else(|problem| problem.answer(&site.redactor()))
    }

    fn decide(&self, site: &Site, request: &Request) -> Result<Answer, Problem> {
        guard::host(request)?;
        let resource = Resource::named(&request.path)?;
        let Some(wanted) = resource.methods().iter().find(|method| **method == request.method) else {
            return Err(Problem::method(resource.methods()));
        };
        if *wanted == Method::GET || *wanted == Method::HEAD {
            self.read(site, &resource, request)
        } else {
            self.change(site, &resource, &Changing::of(request)?)
        }
    }

    fn read(&self, site: &Site, resource: &Resource, request: &Request) -> Result<Answer, Problem> {
        match resource {
            Resource::Root => Ok(Answer::redirect(&format!("{PREFIX}/"))),
            Resource::Page => self.page.show(self, site, request),
            Resource::Health => {
                Query::none(request)?;
                Answer::json(&serde_json::json!({"status": "ok"}))
            }
            Resource::Ready => {
                Query::none(request)?;
                if *site.stopping().borrow() {
                    return Err(Problem::new(
                        StatusCode::SERVICE_UNAVAILABLE,
                        "the server is stopping",
                        "start it again",
                    ));
                }
                Answer::json(&serde_json::json!({"status": "ready"}))
            }
            Resource::State => {
                Query::none(request)?;
                Answer::json(&state::State::of(site, self))
            }
            Resource::Clock => {
                Query::none(request)?;
                Answer::json(&state::Clocks::of(site))
            }
            Resource::Connections => {
                Query::none(request)?;
                Answer::json(&state::Made::of(site))
            }
            Resource::World(provider) => world::get(site, provider, request),
            Resource::Faults(provider) => {
                Query::none(request)?;
                fault::armed(site, provider)
            }
            Resource::Credentials(provider) => {
                Query::none(request)?;
                credential::list(site, provider)
            }
            Resource::Journal => journal::list(site, request),
            Resource::Exchange(number) => {
                Query::none(request)?;
                journal::one(site, *number)
            }
            Resource::Elsewhere => {
                Query::none(request)?;
                journal::elsewhere(site, &self.elsewhere_url)
            }
            // Those that cannot be read have no such method.
            Resource::Reset | Resource::WorldReset(_) | Resource::Advance | Resource::Credential(..) => {
                Err(Problem::method(resource.methods()))
            }
        }
    }

    fn change(&self, site: &Site, resource: &Resource, request: &Changing<'_>) -> Result<Answer, Problem> {
        match (resource, request.method()) {
            (Resource::World(provider), _) => world::put(site, provider, request),
            (Resource::WorldReset(provider), _) => {
                request.bare()?;
                world::reset(self, site, Some(provider))
            }
            (Resource::Reset, _) => {
                request.bare()?;
                world::reset(self, site, None)
            }
            (Resource::Advance, _) => state::advance(site, request),
            (Resource::Faults(provider), &Method::POST) => fault::arm(site, self.transport, provider, request),
            (Resource::Faults(provider), _) => {
                request.bare()?;
                fault::disarm(site, provider)
            }
            (Resource::Credentials(provider), _) => {
                request.bare()?;
                credential::revoke_all(site, provider)
            }
            (Resource::Credential(provider, number), _) => {
                request.bare()?;
                credential::revoke(site, provider, *number)
            }
            (Resource::Journal, _) => {
                request.without_body()?;
                journal::clear(self, site, request)
            }
            (resource, _) => Err(Problem::method(resource.methods())),
        }
    }

    /// Exchanges were forgotten.
    fn forgot(&self) {
        self.forgotten.fetch_add(1, Ordering::Relaxed);
    }
}
