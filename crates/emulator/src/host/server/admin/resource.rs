use std::borrow::Cow;

use http::Method;

use super::PREFIX;
use super::problem::Problem;
use crate::decoded;

/// What a path of the admin API names.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Resource {
    /// What leads to the page.
    Root,
    Page,
    Health,
    Ready,
    State,
    World(String),
    WorldReset(String),
    Reset,
    Clock,
    Advance,
    Faults(String),
    Credentials(String),
    Credential(String, u64),
    Journal,
    Exchange(u64),
    Connections,
    Elsewhere,
}

const READ: &[Method] = &[Method::GET, Method::HEAD];
const POST: &[Method] = &[Method::POST];

impl Resource {
    pub(super) fn named(path: &str) -> Result<Self, Problem> {
        let unknown = || {
            // As it is meant, so that a secret in it is known for one.
            let meant = decoded(path).unwrap_or(Cow::Borrowed("that is no UTF-8"));
            Problem::not_found(
                format!("the admin API has no path `{meant}`"),
                format!("ask for {PREFIX}/ (the page), or below it for {PATHS}"),
            )
        };
        let Some(rest) = path.strip_prefix(PREFIX) else {
            return if path == "/" { Ok(Self::Root) } else { Err(unknown()) };
        };
        let segments: Vec<String> = rest.split('/').skip(1).filter_map(decoded).map(Cow::into_owned).collect();
        Ok(match segments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
            [] => Self::Root,
            [""] => Self::Page,
            ["healthz"] => Self::Health,
            ["readyz"] => Self::Ready,
            ["state"] => Self::State,
            ["worlds", provider] => Self::World((*provider).to_owned()),
            ["worlds", provider, "reset"] => Self::WorldReset((*provider).to_owned()),
            ["reset"] => Self::Reset,
            ["clock"] => Self::Clock,
            ["clock", "advance"] => Self::Advance,
            ["faults", provider] => Self::Faults((*provider).to_owned()),
            ["credentials", provider] => Self::Credentials((*provider).to_owned()),
            ["credentials", provider, number] => {
                Self::Credential((*provider).to_owned(), number.parse().map_err(|_| unknown())?)
            }
            ["journal"] => Self::Journal,
            ["journal", number] => Self::Exchange(number.parse().map_err(|_| unknown())?),
            ["connections"] => Self::Connections,
            ["elsewhere"] => Self::Elsewhere,
            _ => return Err(unknown()),
        })
    }

    /// The methods it has.
    pub(super) fn methods(&self) -> &'static [Method] {
        match self {
            Self::Root
            | Self::Page
            | Self::Health
            | Self::Ready
            | Self::State
            | Self::Clock
            | Self::Exchange(_)
            | Self::Connections
            | Self::Elsewhere => READ,
            Self::World(_) => &[Method::GET, Method::HEAD, Method::PUT],
            Self::Faults(_) => &[Method::GET, Method::HEAD, Method::POST, Method::DELETE],
            Self::Journal | Self::Credentials(_) => &[Method::GET, Method::HEAD, Method::DELETE],
            Self::Credential(..) => &[Method::DELETE],
            Self::WorldReset(_) | Self::Reset | Self::Advance => POST,
        }
    }
}

const PATHS: &str = "healthz, readyz, state, worlds/{provider}, worlds/{provider}/reset, reset, clock, clock/advance, \
                     faults/{provider}, credentials/{provider}, credentials/{provider}/{number}, journal, journal/{number}, connections, elsewhere";
