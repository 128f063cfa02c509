use hmac::{Hmac, KeyInit, Mac};
use http::HeaderValue;
use sha2::{Digest, Sha256};

use super::AccessKey;
use super::authorization::{Authorization, Dialect, Scope};
use super::canonical::Canonical;
use crate::Request;
use crate::hex::hex;

/// Which rule of signing a request breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rule {
    /// `Authorization` has to be readable.
    HeaderForm,
    /// `X-Sdk-Date` has to be there and a date.
    Date,
    /// A derived key has to be for that date.
    Scope,
    /// The headers named as signed have to be there, and the important ones among them.
    SignedHeaders,
    /// The access key has to exist.
    UnknownKey,
    /// The signature has to be that of this request.
    Signature,
}

/// Why a signature was not accepted. Holds no secret.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) rule: Rule,
    /// What to change.
    pub(super) explanation: String,
}

/// Verifies the signature of `request` in either dialect of `SDK-HMAC-SHA256`, and tells which of `keys` made it.
///
/// How old a signature is, is not looked at: an emulator's clock is not the signer's.
pub(super) fn verify<'k>(
    authorization: &HeaderValue,
    request: &Request,
    keys: impl IntoIterator<Item = &'k AccessKey>,
) -> Result<&'k AccessKey, Failure> {
    let authorization = Authorization::parse(authorization)?;
    let date = date_of(request)?;
    if let Dialect::Credential(scope) = &authorization.dialect {
        check_scope(scope, date)?;
    }
    let canonical = Canonical::new(request, &authorization)?;
    let key = keys.into_iter().find(|key| key.access_key == authorization.access_key).ok_or_else(|| Failure {
        rule: Rule::UnknownKey,
        explanation: "sign with a key pair of the world's `access_keys`: this access key is unknown".to_owned(),
    })?;
    let mac = signing(key, &authorization.dialect)
        .map(|mac| mac.chain_update(string_to_sign(&canonical, date, &authorization.dialect)));
    // Compares in constant time.
    if mac.is_some_and(|mac| mac.verify_slice(&authorization.signature).is_ok()) {
        return Ok(key);
    }
    Err(Failure {
        rule: Rule::Signature,
        explanation: format!(
            "the signature is not that of the request as received: compare the canonical request, its hash `{}`, and the \
             secret key; the canonical request is\n{}",
            hex(&Sha256::digest(canonical.text())),
            canonical.shown()
        ),
    })
}

/// `X-Sdk-Date`, when it is a date written as `YYYYMMDDTHHMMSSZ`.
fn date_of(request: &Request) -> Result<&str, Failure> {
    let failure = |explanation: &str| Failure { rule: Rule::Date, explanation: explanation.to_owned() };
    if !request.headers.contains_key("x-sdk-date") {
        return Err(failure("send and sign `X-Sdk-Date`"));
    }
    request
        .header("x-sdk-date")
        .filter(|date| date.len() == "YYYYMMDDTHHMMSSZ".len() && date.bytes().all(|byte| byte.is_ascii_alphanumeric()))
        .filter(|date| jiff::civil::DateTime::strptime("%Y%m%dT%H%M%SZ", date).is_ok())
        .ok_or_else(|| failure("write `X-Sdk-Date` as `YYYYMMDDTHHMMSSZ`, in UTC"))
}

fn check_scope(scope: &Scope<'_>, date: &str) -> Result<(), Failure> {
    let failure = |explanation: &str| Err(Failure { rule: Rule::Scope, explanation: explanation.to_owned() });
    if scope.terminator != "sdk_request" {
        return failure("end the scope in `Credential=` with `sdk_request`");
    }
    if !date.starts_with(scope.date) || scope.date.len() != "YYYYMMDD".len() {
        return failure("give the scope in `Credential=` the date of `X-Sdk-Date`, as `YYYYMMDD`");
    }
    Ok(())
}

fn string_to_sign(canonical: &Canonical, date: &str, dialect: &Dialect<'_>) -> String {
    let hash = hex(&Sha256::digest(canonical.text()));
    match dialect {
        Dialect::Access => format!("SDK-HMAC-SHA256\n{date}\n{hash}"),
        Dialect::Credential(scope) => format!("SDK-HMAC-SHA256\n{date}\n{}\n{hash}", scope.text),
    }
}

/// What signs; `None` never happens, as HMAC takes a key of any length.
fn signing(key: &AccessKey, dialect: &Dialect<'_>) -> Option<Hmac<Sha256>> {
    match dialect {
        Dialect::Access => Hmac::new_from_slice(key.secret_key.as_bytes()).ok(),
        Dialect::Credential(scope) => {
            let mut derived = format!("SDK{}", key.secret_key).into_bytes();
            for part in [scope.date, scope.region, scope.service, scope.terminator] {
                let mac = Hmac::<Sha256>::new_from_slice(&derived).ok()?;
                derived = mac.chain_update(part).finalize().into_bytes().to_vec();
            }
            Hmac::new_from_slice(&derived).ok()
        }
    }
}
