use http::header::AUTHORIZATION;

use crate::{Admission, Presented, Rejection, Request};

/// Who asks, as far as a cluster can tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Authentication {
    /// Whoever presents nothing.
    Anonymous,
    /// The user with this name.
    User(String),
    /// Whoever presents only what the cluster does not accept, even for what anybody may have.
    Rejected(Rejection),
}

/// What a request presents: the client certificate of its connection, DER, and its bearer token.
pub(crate) fn presented(request: &Request, client_certificate: Option<&[u8]>) -> Vec<Presented> {
    let certificate = client_certificate.map(|der| Presented::ClientCertificate(der.to_vec()));
    certificate.into_iter().chain(token(request).map(Presented::Token)).collect()
}

/// The bearer token. As for an API server, another scheme and an empty token are as good as nothing, and only the first
/// field counts.
fn token(request: &Request) -> Option<String> {
    let field = request.headers.get(AUTHORIZATION)?;
    let field = String::from_utf8_lossy(field.as_bytes());
    let (scheme, token) = field.trim().split_once(' ')?;
    let token = token.split(' ').next().unwrap_or_default();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then(|| token.to_owned())
}

/// Who presents this. One credential that is accepted is enough; of those that are not, the one that the cluster knows
/// tells more.
pub(crate) fn authenticate<'a>(
    presented: &'a [Presented],
    admits: impl Fn(&'a Presented) -> (Admission, Option<String>),
) -> Authentication {
    let mut rejected = None;
    for credential in presented {
        match admits(credential) {
            (Admission::Admitted, user) => return Authentication::User(user.unwrap_or_default()),
            (Admission::Refused(rejection), _) => match rejected {
                None | Some(Rejection::Unknown) => rejected = Some(rejection),
                Some(_) => {}
            },
        }
    }
    rejected.map_or(Authentication::Anonymous, Authentication::Rejected)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(field: &str, expected: Option<&str>) {
        let request = Request::get("/").with_header("authorization", field);
        assert_eq!(token(&request).as_deref(), expected, "{field:?}");
    }

    #[test]
    fn a_token_is_read_as_an_api_server_does() {
        check("Bearer abc", Some("abc"));
        check("bearer abc", Some("abc"));
        check("  Bearer abc ", Some("abc"));
        check("Bearer abc def", Some("abc"));
        check("Bearer  abc", None);
        check("Bearer ", None);
        check("Bearer", None);
        check("Basic abc", None);
        check("abc", None);
        assert_eq!(token(&Request::get("/")), None);
    }

    #[test]
    fn one_good_credential_is_enough_and_the_best_reason_is_told() {
        let token = |text: &str| Presented::Token(text.to_owned());
        let judge = |presented: &[Presented]| {
            authenticate(presented, |credential| match credential {
                Presented::Token(token) if token == "good" => (Admission::Admitted, Some("me".to_owned())),
                Presented::Token(token) if token == "old" => (Admission::Refused(Rejection::Expired), None),
                _ => (Admission::Refused(Rejection::Unknown), None),
            })
        };
        assert_eq!(judge(&[]), Authentication::Anonymous);
        assert_eq!(judge(&[token("old"), token("good")]), Authentication::User("me".to_owned()));
        assert_eq!(judge(&[token("?"), token("old")]), Authentication::Rejected(Rejection::Expired));
        assert_eq!(judge(&[token("old"), token("?")]), Authentication::Rejected(Rejection::Expired));
        assert_eq!(judge(&[token("?")]), Authentication::Rejected(Rejection::Unknown));
    }
}
