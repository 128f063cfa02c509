//! How long a certificate is asked to be good for, in the body of a POST.

use http::StatusCode;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};
use serde_json::{Map, Value};

use super::{Cloud, error};
use crate::Reply;

/// The shortest time that `expire_at` may lie ahead.
const SHORTEST: SignedDuration = SignedDuration::from_mins(15);

/// Until when a certificate shall be good, as the body of a POST says.
pub(super) fn expiry(cloud: Cloud, body: &[u8], now: Timestamp) -> Result<Timestamp, Box<Reply>> {
    let body: Map<String, Value> = serde_json::from_slice(body)
        .map_err(|_| refusal("cce.post.body", "send a JSON object, such as `{\"duration\": 30}`, as the body"))?;
    // What is null is not given: this is how some languages write what is absent.
    let given = |name: &str| body.get(name).filter(|value| !value.is_null());
    match (cloud, given("expire_at"), given("duration")) {
        (Cloud::HuaweiCloud, Some(expire_at), _) => instant(expire_at, now),
        (_, _, Some(duration)) => lasting(cloud, duration, now),
        (Cloud::HuaweiCloud, None, None) => {
            Err(refusal("cce.post.one-required", "give `duration`, `expire_at` or both: one of them is required"))
        }
        (Cloud::OpenTelekomCloud, _, None) => Err(refusal(
            "cce.post.duration-required",
            "give `duration`: this cloud requires it, and knows no `expire_at`",
        )),
    }
}

/// The end of a `duration` in days from now, or of the longest there is.
fn lasting(cloud: Cloud, duration: &Value, now: Timestamp) -> Result<Timestamp, Box<Reply>> {
    let days = duration
        .as_i64()
        .ok_or_else(|| refusal("cce.post.duration", "write `duration` as an integer, a number of days"))?;
    let latest = latest(cloud, now);
    let most = latest.duration_since(now).as_secs() / SECONDS_OF_A_DAY;
    match days {
        -1 => Ok(latest),
        days if (1..=most).contains(&days) => {
            Ok(now.checked_add(SignedDuration::from_secs(days * SECONDS_OF_A_DAY)).unwrap_or(latest))
        }
        _ => Err(refusal(
            match cloud {
                Cloud::HuaweiCloud => "cce.post.duration-range",
                Cloud::OpenTelekomCloud => "cce.post.duration-range.otc",
            },
            format!(
                "give a `duration` of 1 to {most} days, the most that there are at this instant, or -1 for the longest"
            ),
        )),
    }
}

const SECONDS_OF_A_DAY: i64 = 24 * 60 * 60;

/// Until when a certificate of now may be good. Five years have one leap day, or two, or around 2100 none.
fn latest(cloud: Cloud, now: Timestamp) -> Timestamp {
    let latest = match cloud {
        Cloud::HuaweiCloud => now.to_zoned(TimeZone::UTC).checked_add(5.years()).map(|at| at.timestamp()),
        Cloud::OpenTelekomCloud => now.checked_add(SignedDuration::from_secs(1825 * SECONDS_OF_A_DAY)),
    };
    latest.unwrap_or(Timestamp::MAX)
}

/// The instant that `expire_at` names, `2025-01-01 16:00:00 +0000 UTC`.
fn instant(expire_at: &Value, now: Timestamp) -> Result<Timestamp, Box<Reply>> {
    const FORM: &str = "%Y-%m-%d %H:%M:%S +0000 UTC";
    let at = expire_at
        .as_str()
        // It is read by one rule and written by another, so that nothing but the form itself passes.
        .and_then(|text| {
            jiff::civil::DateTime::strptime(FORM, text).ok().filter(|at| at.strftime(FORM).to_string() == text)
        })
        // The last day of the calendar ends after the last instant there is.
        .map(|at| at.to_zoned(TimeZone::UTC).map_or(Timestamp::MAX, |at| at.timestamp()))
        .ok_or_else(|| {
            refusal("cce.post.expire-at", "write `expire_at` as a string, such as `2025-01-01 16:00:00 +0000 UTC`")
        })?;
    let earliest = now.checked_add(SHORTEST).unwrap_or(Timestamp::MAX);
    if at < earliest || at > latest(Cloud::HuaweiCloud, now) {
        return Err(refusal(
            "cce.post.expire-at-range",
            format!(
                "give an `expire_at` that lies 15 minutes to 5 years ahead of the emulator's clock, which says {now}"
            ),
        ));
    }
    Ok(at)
}

fn refusal(clause: &'static str, explanation: impl Into<String>) -> Box<Reply> {
    Box::new(error::INVALID.write(Reply::refuse(clause, StatusCode::BAD_REQUEST, explanation)))
}
