use std::collections::BTreeMap;
use std::str::FromStr;

use super::problem::Problem;
use crate::Request;

/// The parameters of a query: each is known, and came once.
pub(super) struct Query(BTreeMap<String, String>);

impl Query {
    /// What a request asks with. One that is empty counts as left out: a form sends all of its fields.
    pub(super) fn of(request: &Request, known: &[&str]) -> Result<Self, Problem> {
        let mut given = BTreeMap::new();
        for (name, value) in request.query_pairs() {
            if !known.contains(&name.as_str()) {
                let remedy = match known {
                    [] => "leave it out: this path has none".to_owned(),
                    known => format!("use {}", known.join(", ")),
                };
                return Err(Problem::bad_request(format!("there is no parameter `{name}`"), remedy));
            }
            if given.contains_key(&name) {
                return Err(Problem::bad_request(format!("`{name}` came more than once"), "send it once"));
            }
            given.insert(name, value);
        }
        given.retain(|_, value| !value.is_empty());
        Ok(Self(given))
    }

    /// Refuses every parameter.
    pub(super) fn none(request: &Request) -> Result<(), Problem> {
        Self::of(request, &[]).map(|_| ())
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// A parameter that is a number.
    pub(super) fn number<T: FromStr>(&self, name: &str) -> Result<Option<T>, Problem> {
        let parsed = |value: &str| {
            value.parse().map_err(|_| Problem::bad_request(format!("`{name}` is no number"), "send decimal digits"))
        };
        self.get(name).map(parsed).transpose()
    }
}
