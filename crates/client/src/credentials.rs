//! What a caller proves its identity with.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};

use crate::{Error, ErrorKind};

/// What a caller proves its identity with. No form of printing shows it.
///
/// ```
/// use kubeproof_client::Credentials;
///
/// let credentials = Credentials::Bearer("s3cret".to_owned().into());
/// assert_eq!(format!("{credentials:?}"), "Bearer([redacted])");
/// ```
#[derive(Clone)]
pub enum Credentials {
    /// `Authorization: Bearer …`, as digitalocean, fireworks and lke want it.
    Bearer(SecretString),
    /// `X-Auth-Token: …`, a user token of cce and ucs.
    Token(SecretString),
    /// A key pair that signs each request, of cce and ucs; see [`crate::signing`].
    AccessKey {
        /// The id of the pair (AK). It is sent; it is still not shown.
        access_key: String,
        /// The secret of the pair (SK). It is never sent.
        secret_key: SecretString,
    },
}

impl Credentials {
    /// A short name of the form, without any value.
    #[must_use]
    pub fn form(&self) -> &'static str {
        match self {
            Self::Bearer(_) => "bearer",
            Self::Token(_) => "token",
            Self::AccessKey { .. } => "access key",
        }
    }

    /// Checks that the values can be sent in a header.
    ///
    /// # Errors
    /// `invalid-argument` when a value is empty or holds anything but visible ASCII; a line end, copied along with the
    /// value, is the usual cause.
    pub(crate) fn check(&self) -> Result<(), Error> {
        for (name, value) in self.parts() {
            let wrong = if value.is_empty() {
                "is empty"
            } else if !value.bytes().all(|byte| byte.is_ascii_graphic()) {
                "holds a space, a line end or a character outside ascii"
            } else {
                continue;
            };
            return Err(Error::new(ErrorKind::InvalidArgument, format!("the {name} {wrong}"))
                .with_remedy("give the value exactly as the provider issued it"));
        }
        Ok(())
    }

    /// The values by name, for checking and for cleaning texts.
    pub(crate) fn parts(&self) -> Vec<(&'static str, &str)> {
        match self {
            Self::Bearer(token) => vec![("bearer token", token.expose_secret())],
            Self::Token(token) => vec![("token", token.expose_secret())],
            Self::AccessKey { access_key, secret_key } => {
                vec![("access key", access_key.as_str()), ("secret key", secret_key.expose_secret())]
            }
        }
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Bearer(_) => "Bearer([redacted])",
            Self::Token(_) => "Token([redacted])",
            Self::AccessKey { .. } => "AccessKey([redacted])",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(credentials: &Credentials, expected: Option<&str>) {
        let found = credentials.check().err().map(|error| {
            assert_eq!(error.kind(), ErrorKind::InvalidArgument);
            error.to_string()
        });
        match (&found, expected) {
            (None, None) => {}
            (Some(found), Some(expected)) => {
                assert!(found.contains(expected), "{found}");
                assert!(!found.contains("planted"), "{found}");
            }
            _ => panic!("{found:?}, expected {expected:?}"),
        }
        assert!(!format!("{credentials:?} {credentials:#?}").contains("planted"));
    }

    #[test]
    fn values_are_checked_and_never_shown() {
        let bearer = |text: &str| Credentials::Bearer(text.to_owned().into());
        let token = |text: &str| Credentials::Token(text.to_owned().into());
        let pair = |access: &str, secret: &str| Credentials::AccessKey {
            access_key: access.to_owned(),
            secret_key: secret.to_owned().into(),
        };
        check(&bearer("planted"), None);
        for (credentials, form, shown) in [
            (bearer("planted"), "bearer", "Bearer([redacted])"),
            (token("planted"), "token", "Token([redacted])"),
            (pair("planted", "planted"), "access key", "AccessKey([redacted])"),
        ] {
            assert_eq!((credentials.form(), format!("{credentials:?}").as_str()), (form, shown));
        }
        check(&bearer(""), Some("the bearer token is empty"));
        check(&bearer("planted\n"), Some("line end"));
        check(&bearer("planted planted"), Some("space"));
        check(&token("planted\u{e9}"), Some("outside ascii"));
        check(&token("planted\r\nX-Evil: 1"), Some("the token holds"));
        check(&pair("planted", "planted"), None);
        check(&pair("", "planted"), Some("the access key is empty"));
        check(&pair("planted", ""), Some("the secret key is empty"));
    }
}
