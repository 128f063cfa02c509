use http::StatusCode;
use http::header::CONTENT_TYPE;

use super::{ContentType, Way, error};
use crate::{Complaint, Reply, Request};

/// What is wrong with a request's `Content-Type` by the document's table, which calls it mandatory and lists two values.
pub(super) fn complaint(request: &Request) -> Option<Complaint> {
    let values: Vec<&str> =
        request.headers.get_all(CONTENT_TYPE).iter().map(|value| value.to_str().unwrap_or_default()).collect();
    let (clause, explanation) = match values.as_slice() {
        [] => (ABSENT, "send `Content-Type: application/json`: the document's table says that it is mandatory"),
        [value] if is_listed(value) => return None,
        [_] => (UNLISTED, "send `Content-Type: application/json` or `application/json;charset=utf-8`"),
        _ => (UNLISTED, "send `Content-Type` once; it came more than once"),
    };
    Some(Complaint { clause, explanation: explanation.to_owned() })
}

/// The clause of a `Content-Type` that is not there.
const ABSENT: &str = "cce.content-type.mandatory";

/// The clause of one that is there, but none of the two.
const UNLISTED: &str = "cce.content-type.values";

/// Refuses what was complained of, where it is verified: of a POST always, of a GET where a world is strict.
pub(super) fn admit(of_get: ContentType, way: Way, complaints: &[Complaint]) -> Result<(), Box<Reply>> {
    let complained_of = |clause| complaints.iter().any(|complaint| complaint.clause == clause);
    let clause = match way {
        Way::Get if of_get == ContentType::Strict && complained_of(UNLISTED) => "cce.content-type.unsupported",
        Way::Post if complained_of(UNLISTED) || complained_of(ABSENT) => "cce.post.content-type",
        Way::Get | Way::Post => return Ok(()),
    };
    Err(Box::new(error::CONTENT_TYPE.write(Reply::refuse(
        clause,
        StatusCode::BAD_REQUEST,
        "send `Content-Type: application/json` or `application/json;charset=utf-8`",
    ))))
}

/// Whether it is `application/json`, alone or with `charset=utf-8`, by the grammar of RFC 9110, section 8.3.1.
fn is_listed(value: &str) -> bool {
    let mut parts = value.split(';').map(|part| part.trim_matches([' ', '\t']));
    let essence = parts.next().unwrap_or_default();
    let parameters: Vec<&str> = parts.filter(|parameter| !parameter.is_empty()).collect();
    essence.eq_ignore_ascii_case("application/json")
        && match parameters.as_slice() {
            [] => true,
            [parameter] => parameter.split_once('=').is_some_and(|(name, value)| {
                name.eq_ignore_ascii_case("charset") && unquoted(value).eq_ignore_ascii_case("utf-8")
            }),
            _ => false,
        }
}

fn unquoted(value: &str) -> &str {
    value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).unwrap_or(value)
}
