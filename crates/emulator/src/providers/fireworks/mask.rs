use super::dialect::{Code, Refusal};
use super::route::bad_escape;
use super::world::UnknownMaskField;
use crate::Request;

/// The fields that a request asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Mask {
    All,
    /// These paths, as sent: nothing is trimmed, empty ones are kept.
    Paths(Vec<String>),
}

/// Which fields a reply shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Shown {
    pub(super) endpoint: bool,
    pub(super) ca_data: bool,
}

impl Mask {
    /// The mask of a request's query, by the rules of grpc-gateway.
    pub(super) fn of(request: &Request) -> Result<Self, Refusal> {
        check_query(request.query.as_deref().unwrap_or_default())?;
        let mut mask = None;
        for (name, value) in request.query_pairs() {
            let paths = match name.as_str() {
                // One message, written as paths between commas.
                "readMask" | "read_mask" => value.split(',').map(str::to_owned).collect(),
                // The repeated field inside that message: a path each time.
                "readMask.paths" | "read_mask.paths" => match mask.take() {
                    Some((previous, mut paths)) if previous == name => {
                        Vec::push(&mut paths, value);
                        mask = Some((name, paths));
                        continue;
                    }
                    previous => {
                        mask = previous;
                        vec![value]
                    }
                },
                _ if is_map_entry(&name) => return Err(too_many_values()),
                _ => continue,
            };
            if mask.replace((name, paths)).is_some() {
                return Err(too_many_values());
            }
        }
        Ok(match mask {
            Some((_, paths)) if !is_all(&paths) => Self::Paths(paths),
            _ => Self::All,
        })
    }

    /// What the mask shows.
    pub(super) fn shows(&self, unknown: UnknownMaskField) -> Result<Shown, Refusal> {
        let paths = match self {
            Self::All => return Ok(Shown { endpoint: true, ca_data: true }),
            Self::Paths(paths) => paths,
        };
        let mut shown = Shown::default();
        for path in paths {
            match (path.as_str(), unknown) {
                ("endpoint", _) => shown.endpoint = true,
                ("caData" | "ca_data", _) => shown.ca_data = true,
                (_, UnknownMaskField::Ignored) => {}
                (_, UnknownMaskField::Refused) => {
                    return Err(Code::InvalidArgument.by(
                        "fireworks.mask.unknown-field",
                        "read_mask names a field that does not exist",
                        "name only `endpoint` and `caData` in `readMask`, separated by commas without spaces, or `*` alone",
                    ));
                }
            }
        }
        Ok(shown)
    }
}

/// An empty parameter is one empty path.
fn is_all(paths: &[String]) -> bool {
    matches!(paths, [only] if only.is_empty() || only == "*")
}

/// `readMask[x]=y` is how the query writes an entry of a map, which the mask is not.
fn is_map_entry(name: &str) -> bool {
    name.ends_with(']') && (name.starts_with("readMask[") || name.starts_with("read_mask["))
}

fn too_many_values() -> Refusal {
    Code::InvalidArgument.by(
        "fireworks.mask.once",
        "too many values for field \"read_mask\"",
        "send `readMask` once, with the fields separated by commas",
    )
}

/// What Go's query parser refuses.
fn check_query(query: &str) -> Result<(), Refusal> {
    if query.contains(';') {
        return Err(Code::InvalidArgument.by(
            "fireworks.request.semicolons",
            "invalid semicolon separator in query",
            "separate parameters with `&`; write a semicolon inside a value as `%3B`",
        ));
    }
    match bad_escape(query) {
        Some(escape) => Err(Code::InvalidArgument.by(
            "fireworks.request.escapes",
            format!("invalid URL escape {escape:?}"),
            "write `%` in a query as `%25`, or put two hexadecimal digits after it",
        )),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOTH: Shown = Shown { endpoint: true, ca_data: true };
    const ENDPOINT: Shown = Shown { endpoint: true, ca_data: false };
    const CA_DATA: Shown = Shown { endpoint: false, ca_data: true };
    const NEITHER: Shown = Shown { endpoint: false, ca_data: false };

    #[track_caller]
    fn check(query: &str, unknown: UnknownMaskField, expected: Result<Shown, &str>) {
        let shown = Mask::of(&Request::get(&format!("/?{query}"))).and_then(|mask| mask.shows(unknown));
        assert_eq!(shown.map_err(|refusal| refusal.clause), expected, "{query}");
    }

    #[test]
    fn a_mask_selects() {
        for (query, expected) in [
            ("", BOTH),
            ("readMask", BOTH),
            ("readMask=", BOTH),
            ("readMask=*", BOTH),
            ("readMask=%2A", BOTH),
            ("read_mask=*", BOTH),
            ("readMask=endpoint,caData", BOTH),
            ("readMask=caData%2Cendpoint", BOTH),
            ("readMask=endpoint,ca_data", BOTH),
            ("readMask=endpoint,endpoint", ENDPOINT),
            ("readMask=endpoint", ENDPOINT),
            ("readMask=caData", CA_DATA),
            ("readMask=ca_data", CA_DATA),
            ("read_mask=caData", CA_DATA),
            ("readMask.paths=caData", CA_DATA),
            ("readMask.paths=caData&readMask.paths=endpoint", BOTH),
            ("read_mask.paths=endpoint", ENDPOINT),
            // Not the parameter: names have one case, and others are ignored.
            ("ReadMask=endpoint", BOTH),
            ("mask=endpoint", BOTH),
            ("name=accounts/x/clusters/y", BOTH),
        ] {
            check(query, UnknownMaskField::Refused, Ok(expected));
        }
    }

    #[test]
    fn an_unknown_field_is_refused_or_ignored() {
        for (query, ignored) in [
            ("readMask=bogus", NEITHER),
            ("readMask=endpoint,bogus", ENDPOINT),
            ("readMask=endpoint,", ENDPOINT),
            ("readMask=endpoint,,", ENDPOINT),
            ("readMask=endpoint,%20caData", ENDPOINT),
            ("readMask=Endpoint", NEITHER),
            ("readMask=endpoint,*", ENDPOINT),
            ("readMask=CaData", NEITHER),
            ("readMask.paths=endpoint,caData", NEITHER),
        ] {
            check(query, UnknownMaskField::Refused, Err("fireworks.mask.unknown-field"));
            check(query, UnknownMaskField::Ignored, Ok(ignored));
        }
    }

    #[test]
    fn what_the_gateway_cannot_read_is_refused() {
        for (query, clause) in [
            ("readMask=endpoint&readMask=caData", "fireworks.mask.once"),
            ("readMask=*&readMask=*", "fireworks.mask.once"),
            ("readMask=endpoint&read_mask=caData", "fireworks.mask.once"),
            ("readMask=endpoint&readMask.paths=caData", "fireworks.mask.once"),
            ("readMask.paths=endpoint&read_mask.paths=caData", "fireworks.mask.once"),
            ("readMask[paths]=endpoint", "fireworks.mask.once"),
            ("readMask=%zz", "fireworks.request.escapes"),
            ("other=%", "fireworks.request.escapes"),
            ("readMask=endpoint;x=y", "fireworks.request.semicolons"),
        ] {
            check(query, UnknownMaskField::Ignored, Err(clause));
        }
    }
}
