//! What has to be seen on the wire, whatever the adapter says.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde::de::{self, Deserializer, MapAccess, Visitor};

/// What the requests of a case have to be.
///
/// Credentials may never reach another origin, and where the emulation complains about a clause that the case judges
/// by, the case fails. Neither has to be written down. What is said of a request needs a request to hold.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WireExpectation {
    /// How many requests reach the provider.
    pub requests: Option<Count>,
    /// How many connections are made to the provider, whether or not a request comes on them.
    pub connections: Option<Count>,
    /// The method of every request.
    pub method: Option<String>,
    /// The path of every request, decoded; `{cluster_id}` and the like stand for the ids asked for.
    pub path: Option<String>,
    /// Query parameters of every request, decoded: a pattern, or nothing for a parameter that is not sent.
    pub query: BTreeMap<String, Option<Pattern>>,
    /// Header fields of every request: a pattern, or nothing for a field that is not sent.
    pub headers: BTreeMap<String, Option<Pattern>>,
    /// The body of every request.
    pub body: Option<BodyExpectation>,
    /// How many requests reach the other origin that a redirect points at.
    pub elsewhere: Option<Count>,
}

/// What the body of a request has to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BodyExpectation {
    /// Nothing.
    Empty,
}

impl WireExpectation {
    /// Whether something is said of single requests.
    pub(crate) fn judges_requests(&self) -> bool {
        self.method.is_some()
            || self.path.is_some()
            || !self.query.is_empty()
            || !self.headers.is_empty()
            || self.body.is_some()
    }
}

/// A number, or bounds of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count {
    /// At least this many.
    pub at_least: usize,
    /// At most this many.
    pub at_most: usize,
}

impl Count {
    /// Whether `number` is within.
    pub fn admits(self, number: usize) -> bool {
        (self.at_least..=self.at_most).contains(&number)
    }
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.at_least, self.at_most) {
            (least, most) if least == most => write!(f, "{least}"),
            (least, usize::MAX) => write!(f, "at least {least}"),
            (0, most) => write!(f, "at most {most}"),
            (least, most) => write!(f, "{least} to {most}"),
        }
    }
}

impl<'de> Deserialize<'de> for Count {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields, rename_all = "kebab-case")]
        struct Bounds {
            at_least: Option<usize>,
            at_most: Option<usize>,
        }
        struct CountVisitor;
        impl<'de> Visitor<'de> for CountVisitor {
            type Value = Count;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number, or a map of `at-least` and `at-most`")
            }

            fn visit_u64<E: de::Error>(self, number: u64) -> Result<Count, E> {
                let number = usize::try_from(number).map_err(E::custom)?;
                Ok(Count { at_least: number, at_most: number })
            }

            fn visit_i64<E: de::Error>(self, number: i64) -> Result<Count, E> {
                u64::try_from(number)
                    .map_err(|_| E::invalid_value(de::Unexpected::Signed(number), &self))
                    .and_then(|number| self.visit_u64(number))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Count, A::Error> {
                let bounds = Bounds::deserialize(de::value::MapAccessDeserializer::new(map))?;
                let count =
                    Count { at_least: bounds.at_least.unwrap_or(0), at_most: bounds.at_most.unwrap_or(usize::MAX) };
                if bounds.at_least.is_none() && bounds.at_most.is_none() {
                    return Err(de::Error::custom("a bound is missing: write `at-least`, `at-most` or both"));
                }
                if count.at_least > count.at_most {
                    return Err(de::Error::custom("no number is at least the one and at most the other"));
                }
                Ok(count)
            }
        }
        deserializer.deserialize_any(CountVisitor)
    }
}

/// A text in which `*` stands for any run of characters and `{name}` for what the fetch was given: an id, or
/// `{bearer}`, `{token}`, `{access_key}`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Pattern(pub String);

impl Pattern {
    /// Whether `text` fits, with `names` filled in.
    ///
    /// ```
    /// use kubeproof_conformance::wire::Pattern;
    ///
    /// let names = [("bearer".to_owned(), "s3cr3t".to_owned())].into();
    /// assert!(Pattern("Bearer {bearer}".to_owned()).fits("Bearer s3cr3t", &names));
    /// assert!(Pattern("SDK-* Signature=*".to_owned()).fits("SDK-HMAC-SHA256 Signature=00", &names));
    /// assert!(!Pattern("Bearer *".to_owned()).fits("Basic s3cr3t", &names));
    /// ```
    pub fn fits(&self, text: &str, names: &BTreeMap<String, String>) -> bool {
        let pattern = fill(&self.0, names);
        let mut parts = pattern.split('*');
        let Some(mut rest) = parts.next().and_then(|first| text.strip_prefix(first)) else { return false };
        let mut last = None;
        for part in parts {
            let Some(at) = rest.find(part) else { return false };
            rest = rest.get(at + part.len()..).unwrap_or_default();
            last = Some(part);
        }
        match last {
            None => rest.is_empty(),
            // The last part stands at the end, which need not be where it was found first.
            Some(part) => rest.is_empty() || text.ends_with(part),
        }
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// `text` with every `{name}` that is known replaced.
pub(crate) fn fill(text: &str, names: &BTreeMap<String, String>) -> String {
    names.iter().fold(text.to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
}
