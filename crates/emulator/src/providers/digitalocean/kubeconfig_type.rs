use super::dialect::{Problem, Refusal};
use super::world::{Auth, UnusableType};
use crate::{Edition, Request};

/// The edition before single sign-on: a copy of the page in docs/.
pub(super) const DOCUMENTED: Edition = Edition("2026-04");

/// The edition that brought the parameter `type`, named after the commit to openapi of 2026-05-20.
pub(super) const SINGLE_SIGN_ON: Edition = Edition("2026-05");

/// The kinds of kubeconfig there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum KubeconfigType {
    Token,
    ClientCertificate,
    Sso,
}

impl KubeconfigType {
    /// What a request gets of a cluster that authenticates with `auth`.
    pub(super) fn of(edition: Edition, auth: Auth, request: &Request, unusable: UnusableType) -> Result<Self, Refusal> {
        if edition < SINGLE_SIGN_ON {
            return Ok(if auth == Auth::ClientCertificate { Self::ClientCertificate } else { Self::Token });
        }
        match Asked::by(request).and_then(|asked| Self::offered(auth, asked)) {
            Err(_) if unusable == UnusableType::Ignored => Self::offered(auth, None),
            decided => decided,
        }
    }

    fn offered(auth: Auth, asked: Option<Asked>) -> Result<Self, Refusal> {
        match (auth, asked) {
            (Auth::Token, None | Some(Asked::Token)) | (Auth::Sso, Some(Asked::Token)) => Ok(Self::Token),
            (Auth::ClientCertificate, None | Some(Asked::Token)) => Ok(Self::ClientCertificate),
            (Auth::Sso | Auth::SsoOnly, None | Some(Asked::Sso)) => Ok(Self::Sso),
            (Auth::SsoOnly, Some(Asked::Token)) => Err(Problem::UnusableType.by(
                "digitalocean.sso.required-refuses-tokens",
                "ask for `type=sso`, or leave `type` out: the cluster allows single sign-on alone",
            )),
            (Auth::Token | Auth::ClientCertificate, Some(Asked::Sso)) => Err(Problem::UnusableType.by(
                "digitalocean.type.no-sso",
                "ask for `type=token`, or leave `type` out: the cluster has no single sign-on",
            )),
        }
    }
}

/// What `type` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asked {
    Token,
    Sso,
}

impl Asked {
    fn by(request: &Request) -> Result<Option<Self>, Refusal> {
        let values = request.query_values("type");
        match values.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
            [] => Ok(None),
            ["token"] => Ok(Some(Self::Token)),
            ["sso"] => Ok(Some(Self::Sso)),
            [_] => Err(Problem::UnusableType
                .by("digitalocean.type.rejected", "send `type` as `token` or `sso`, or leave it out; it was neither")),
            _ => Err(Problem::UnusableType.by("digitalocean.type.once", "send `type` once; it came more than once")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a query gets of a cluster, or the clause of the refusal.
    fn of(edition: Edition, auth: Auth, query: &str, unusable: UnusableType) -> Result<KubeconfigType, &'static str> {
        KubeconfigType::of(edition, auth, &Request::get(&format!("/?{query}")), unusable)
            .map_err(|refusal| refusal.clause)
    }

    #[test]
    fn the_newer_edition_gives_what_is_asked_for() {
        use KubeconfigType::{ClientCertificate, Sso, Token};
        for (auth, query, expected) in [
            (Auth::Token, "", Ok(Token)),
            (Auth::Token, "type=token", Ok(Token)),
            (Auth::Token, "type=sso", Err("digitalocean.type.no-sso")),
            (Auth::ClientCertificate, "", Ok(ClientCertificate)),
            (Auth::ClientCertificate, "type=token", Ok(ClientCertificate)),
            (Auth::ClientCertificate, "type=sso", Err("digitalocean.type.no-sso")),
            (Auth::Sso, "", Ok(Sso)),
            (Auth::Sso, "expiry_seconds=300", Ok(Sso)),
            (Auth::Sso, "type=token", Ok(Token)),
            (Auth::Sso, "expiry_seconds=300&type=token", Ok(Token)),
            (Auth::Sso, "type=%74oken", Ok(Token)),
            (Auth::Sso, "type=sso", Ok(Sso)),
            (Auth::SsoOnly, "", Ok(Sso)),
            (Auth::SsoOnly, "type=sso", Ok(Sso)),
            (Auth::SsoOnly, "type=token", Err("digitalocean.sso.required-refuses-tokens")),
            (Auth::Sso, "Type=token", Ok(Sso)),
            (Auth::Sso, "type=", Err("digitalocean.type.rejected")),
            (Auth::Sso, "type", Err("digitalocean.type.rejected")),
            (Auth::Sso, "type=Token", Err("digitalocean.type.rejected")),
            (Auth::Sso, "type=token,sso", Err("digitalocean.type.rejected")),
            (Auth::Sso, "type=certificate", Err("digitalocean.type.rejected")),
            (Auth::Sso, "type=token&type=token", Err("digitalocean.type.once")),
            (Auth::Sso, "type=token&type=sso", Err("digitalocean.type.once")),
        ] {
            assert_eq!(of(SINGLE_SIGN_ON, auth, query, UnusableType::Refused), expected, "{auth:?} {query}");
            let ignored = expected.or_else(|_| of(SINGLE_SIGN_ON, auth, "", UnusableType::Refused));
            assert_eq!(of(SINGLE_SIGN_ON, auth, query, UnusableType::Ignored), ignored, "{auth:?} {query}");
        }
    }

    #[test]
    fn the_documented_edition_knows_no_type() {
        for query in ["", "type=token", "type=sso", "type=", "type=sso&type=sso"] {
            for (auth, expected) in [
                (Auth::Token, KubeconfigType::Token),
                (Auth::ClientCertificate, KubeconfigType::ClientCertificate),
                (Auth::Sso, KubeconfigType::Token),
                (Auth::SsoOnly, KubeconfigType::Token),
            ] {
                assert_eq!(of(DOCUMENTED, auth, query, UnusableType::Refused), Ok(expected), "{auth:?} {query}");
            }
        }
    }
}
