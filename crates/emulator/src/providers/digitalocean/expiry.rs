use jiff::{SignedDuration, Timestamp};

use super::dialect::{Problem, Refusal};
use crate::Request;
use crate::providers::usage::after;

/// How long a token is valid unless asked otherwise (`digitalocean.expiry.default-seven-days`), and a certificate in any
/// case (`digitalocean.expiry.certificates-seven-days`).
pub(super) const SEVEN_DAYS: SignedDuration = SignedDuration::from_hours(7 * 24);

/// When a token that is issued now expires, by the request's `expiry_seconds`.
pub(super) fn expiry(request: &Request, now: Timestamp) -> Result<Timestamp, Refusal> {
    let values = request.query_values("expiry_seconds");
    let seconds = match values.as_slice() {
        [] => 0,
        [value] => whole_seconds(value)?,
        _ => {
            return Err(Problem::UnusableExpiry
                .by("digitalocean.expiry.once", "send `expiry_seconds` once; it came more than once"));
        }
    };
    let span = if seconds == 0 { SEVEN_DAYS } else { SignedDuration::from_secs(seconds) };
    Ok(after(now, span))
}

/// No maximum is documented: what can be counted is accepted.
fn whole_seconds(value: &str) -> Result<i64, Refusal> {
    let remedy = if value.is_empty() {
        "leave `expiry_seconds` out, or give it a value; it was empty"
    } else if value.strip_prefix('-').is_some_and(is_digits) {
        "send an `expiry_seconds` of 0 or more; it was negative"
    } else if !is_digits(value) {
        "send `expiry_seconds` as decimal digits; it was no integer"
    } else if let Ok(seconds) = value.parse() {
        return Ok(seconds);
    } else {
        "send a smaller `expiry_seconds`; it does not fit into 64 bits"
    };
    Err(Problem::UnusableExpiry.by("digitalocean.expiry.rejected", remedy))
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}
