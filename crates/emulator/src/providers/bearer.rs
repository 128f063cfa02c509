use http::header::AUTHORIZATION;

use crate::Request;

/// The credential of a request's `Authorization: Bearer`.
///
/// The scheme compares without case, and any number of spaces may follow it (RFC 9110, section 11).
///
/// # Errors
///
/// What is wrong with the header and what to send instead. Quotes nothing of the request.
pub(super) fn bearer(request: &Request) -> Result<&str, &'static str> {
    let mut fields = request.headers.get_all(AUTHORIZATION).iter();
    let Some(field) = fields.next() else {
        return Err("send `Authorization: Bearer <token>`; the header was absent");
    };
    if fields.next().is_some() {
        return Err("send `Authorization` once; it came more than once");
    }
    let Ok(field) = field.to_str() else {
        return Err("send `Authorization: Bearer <token>`; the header held bytes that are not visible ASCII");
    };
    let (scheme, token) = field.split_once(' ').unwrap_or((field, ""));
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err("send `Authorization: Bearer <token>`; the header named another scheme or none");
    }
    match token.trim_matches(' ') {
        "" => Err("send `Authorization: Bearer <token>`; nothing followed the word `Bearer`"),
        token => Ok(token),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(fields: &[&str], expected: Result<&str, &str>) {
        let request =
            fields.iter().fold(Request::get("/"), |request, field| request.with_header("authorization", field));
        match (bearer(&request), expected) {
            (Ok(token), Ok(expected)) => assert_eq!(token, expected),
            (Err(remedy), Err(expected)) => assert!(remedy.contains(expected), "{remedy}"),
            (got, expected) => panic!("{fields:?}: {got:?} instead of {expected:?}"),
        }
    }

    #[test]
    fn a_bearer_is_found_whatever_its_case_and_spacing() {
        check(&["Bearer abc"], Ok("abc"));
        check(&["bearer abc"], Ok("abc"));
        check(&["BEARER   abc "], Ok("abc"));
    }

    #[test]
    fn everything_else_is_told_what_to_send() {
        check(&[], Err("absent"));
        check(&["Bearer a", "Bearer b"], Err("once"));
        check(&["abc"], Err("another scheme"));
        check(&["Token abc"], Err("another scheme"));
        check(&["Bearerabc"], Err("another scheme"));
        check(&["Bearer"], Err("nothing followed"));
        check(&["Bearer  "], Err("nothing followed"));
        check(&["Bearer \u{e9}"], Err("visible ASCII"));
    }
}
