//! How a request gets to the server and the answer back.

mod arrival;
mod base_url;
mod exchange;
mod options;

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use backon::Retryable;
use tracing::Instrument;

pub use arrival::Arrival;
pub use base_url::BaseUrl;
pub use options::{PlainHttp, Timeouts, TransportOptions};

use crate::scrub::Scrubber;
use crate::time::{Spent, seed};
use crate::{Consumed, Credentials, Error, ErrorKind, Repeat, Reply, Request, Retry, Sleeper, tls};
use arrival::Nobody;
use exchange::Failure;

/// Most redirects that are followed for one request.
const REDIRECTS: usize = 3;

/// Sends requests to one base URL with one set of credentials.
///
/// Each attempt opens a connection of its own: with a pool, a connection that the server has just closed would fail
/// requests that were never sent, and a one-shot request could not tell.
#[derive(Clone)]
pub struct Transport {
    base: BaseUrl,
    credentials: Credentials,
    options: TransportOptions,
    http: reqwest::Client,
}

impl Transport {
    /// A transport to `base_url`.
    ///
    /// # Errors
    /// `invalid-argument` when the base URL, a credential, a proxy or a certificate authority cannot be used.
    pub fn new(base_url: &str, credentials: Credentials, options: TransportOptions) -> Result<Self, Error> {
        let base = BaseUrl::parse(base_url, options.plain_http)?;
        credentials.check()?;
        options.check_proxy(&base)?;
        let http = options.build_http_client(tls::config(options.ca_pem.as_deref())?)?;
        Ok(Self { base, credentials, options, http })
    }

    /// Where requests go.
    #[must_use]
    pub fn base_url(&self) -> &BaseUrl {
        &self.base
    }

    /// Sends a request, again where that is allowed and promising, and returns the last answer whatever its status.
    ///
    /// # Errors
    /// - `transport`, `tls`, `timeout`: there was no whole answer. For [`Repeat::OneShot`] the error says whether the
    ///   request may have been [consumed](Error::consumed), and holds [what was received](Error::answer).
    /// - `unsafe`: the server redirects to another origin.
    /// - `rejected`: it redirects too often, or redirects a request that must not be repeated.
    /// - `malformed`: the answer is longer than allowed, or redirects to nowhere.
    pub async fn send(&self, request: &Request) -> Result<Reply, Error> {
        self.send_to(request, &Nobody).await
    }

    /// The same, and shows somebody the answer while it comes: one that is given only once has to be safe before its end
    /// is there.
    ///
    /// # Errors
    /// As [`send`](Self::send).
    pub async fn send_to(&self, request: &Request, arrival: &dyn Arrival) -> Result<Reply, Error> {
        let attempts = AtomicU32::new(0);
        let span = tracing::debug_span!("request", base = %self.base, path = %request.path);
        let work = self.try_again(request, &attempts, arrival).instrument(span);
        // A one-shot answer must not be dropped half read: there, each attempt is bounded and the waits are.
        let result = if request.repeat == Repeat::OneShot {
            work.await
        } else {
            let total = self.options.timeouts.total;
            tokio::time::timeout(total, work).await.unwrap_or_else(|_| {
                Err(Error::new(ErrorKind::Timeout, format!("there was no answer within {}", seconds(total))))
            })
        };
        result.map_err(|error| error.with_attempts(attempts.load(Ordering::Relaxed))).inspect_err(|error| {
            tracing::debug!(attempts = error.attempts(), kind = error.kind().as_str(), "failed");
        })
    }

    async fn try_again(&self, request: &Request, attempts: &AtomicU32, arrival: &dyn Arrival) -> Result<Reply, Error> {
        let retry = self.options.retry;
        let mut spent = Spent::begin(self.options.clock.clone());
        // What is cut off in the middle is lost, with the answer before it.
        let retry = match request.repeat {
            Repeat::OneShot => retry,
            _ => Retry { budget: retry.budget.min(self.options.timeouts.total), ..retry },
        };
        let attempt = || async {
            let number = attempts.fetch_add(1, Ordering::Relaxed).saturating_add(1);
            self.attempt(request, number, arrival).await
        };
        let result = attempt
            .retry(retry.backoff(self.seed()))
            .sleep(Waiter(self.options.sleeper.clone()))
            .when(Failure::is_temporary)
            .adjust(|failure: &Failure, backoff| {
                let wait = retry.wait(backoff, failure.asked(), spent.so_far())?;
                spent.add_wait(wait);
                Some(wait)
            })
            .notify(|failure, wait| {
                let (attempts, why) = (attempts.load(Ordering::Relaxed), failure.why());
                tracing::debug!(attempts, why, ?wait, "trying again");
            })
            .await;
        match result {
            Ok(reply) => Ok(reply),
            Err(Failure::Answered(reply)) => Ok(*reply),
            Err(Failure::Unsent(error)) if request.repeat == Repeat::OneShot => {
                Err(error.with_consumed(Consumed::NotHere))
            }
            Err(Failure::Final(error)) if request.repeat == Repeat::OneShot => {
                Err(error.with_consumed(Consumed::PossiblyHere))
            }
            Err(Failure::Unsent(error) | Failure::Final(error) | Failure::Refused(error)) => Err(error),
        }
    }

    /// One attempt: the request, and those that the server redirects it to.
    async fn attempt(&self, request: &Request, number: u32, arrival: &dyn Arrival) -> Result<Reply, Failure> {
        let mut url = self.base.url_of(request).map_err(Failure::Refused)?;
        for _ in 0..=REDIRECTS {
            let mut scrubber = Scrubber::new(&self.credentials);
            let headers = exchange::headers(request, &url, &self.credentials, &*self.options.clock, &mut scrubber)
                .map_err(Failure::Refused)?;
            let response = exchange::open(&self.http, request, &url, headers).await?;
            let status = response.status().as_u16();
            tracing::debug!(number, status, "answered");
            if matches!(status, 301 | 302 | 303 | 307 | 308) {
                url = self.next_url(&url, &response, request.repeat).map_err(Failure::Final)?;
                continue;
            }
            let reply = exchange::read(response, &self.options, number, scrubber, request.repeat, arrival).await?;
            let may_pass = request.repeat.allows(status) && !(request.is_settled)(&reply);
            return if may_pass { Err(Failure::Answered(Box::new(reply))) } else { Ok(reply) };
        }
        Err(Failure::Final(Error::new(
            ErrorKind::Rejected,
            format!("the server redirects more than {REDIRECTS} times"),
        )))
    }

    /// Where a redirect leads, when it may be followed.
    fn next_url(&self, from: &url::Url, response: &reqwest::Response, repeat: Repeat) -> Result<url::Url, Error> {
        let status = response.status().as_u16();
        let error = |kind, what: &str| Error::new(kind, what).with_status(status);
        let next = response
            .headers()
            .get(reqwest::header::LOCATION)
            .and_then(|location| location.to_str().ok())
            .and_then(|location| from.join(location).ok())
            .ok_or_else(|| error(ErrorKind::Malformed, "the server redirects to nowhere"))?;
        if !self.base.is_origin_of(&next) {
            return Err(error(
                ErrorKind::Unsafe,
                "the server redirects to another origin, which would get the credentials",
            )
            .with_remedy("use that origin as the base url if you trust it"));
        }
        if let Some(what) = repeat.stays() {
            return Err(
                error(ErrorKind::Rejected, what).with_remedy("use the address that it redirects to as the base url")
            );
        }
        Ok(next)
    }

    /// A seed for the random part of waits: it has to differ between clients, not to be unguessable.
    fn seed(&self) -> u64 {
        self.options.seed.unwrap_or_else(|| seed(&*self.options.clock))
    }
}

impl fmt::Debug for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transport")
            .field("base", &self.base)
            .field("credentials", &self.credentials)
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}

/// The injected sleeper as backon wants one. Not a closure: the compiler then proves the whole future `Send`.
struct Waiter(Arc<dyn Sleeper>);

impl backon::Sleeper for Waiter {
    type Sleep = Pin<Box<dyn Future<Output = ()> + Send>>;

    fn sleep(&self, wait: Duration) -> Self::Sleep {
        self.0.sleep(wait)
    }
}

/// A duration in words for a message.
fn seconds(duration: Duration) -> String {
    format!("{} s", duration.as_secs_f64())
}
