use http::HeaderValue;

use super::signature::{Failure, Rule};

const ALGORITHM: &str = "SDK-HMAC-SHA256";

/// What an `Authorization: SDK-HMAC-SHA256` says.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Authorization<'a> {
    pub(super) access_key: &'a str,
    pub(super) dialect: Dialect<'a>,
    pub(super) signed_headers: Vec<&'a str>,
    pub(super) signature: Vec<u8>,
}

/// The two ways of signing that go by one algorithm name.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Dialect<'a> {
    /// `Access=`: the secret key signs.
    Access,
    /// `Credential=`: a key signs that is derived from the secret key over a scope.
    Credential(Scope<'a>),
}

/// What a derived key is good for.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Scope<'a> {
    /// As written, without the access key.
    pub(super) text: &'a str,
    pub(super) date: &'a str,
    pub(super) region: &'a str,
    pub(super) service: &'a str,
    pub(super) terminator: &'a str,
}

impl<'a> Authorization<'a> {
    /// Reads the header field's value.
    pub(super) fn parse(value: &'a HeaderValue) -> Result<Self, Failure> {
        let text = value.to_str().map_err(|_| malformed("write it in ASCII"))?;
        let (algorithm, parameters) = text.split_once(' ').unwrap_or((text, ""));
        if algorithm != ALGORITHM {
            return Err(malformed(format!("begin it with `{ALGORITHM} `")));
        }
        let (mut access, mut credential, mut signed_headers, mut signature) = (None, None, None, None);
        for parameter in parameters.split(',').map(str::trim) {
            let (name, value) = parameter
                .split_once('=')
                .ok_or_else(|| malformed("write its parameters as `Name=value`, parted by commas"))?;
            let place = match name {
                "Access" => &mut access,
                "Credential" => &mut credential,
                "SignedHeaders" => &mut signed_headers,
                "Signature" => &mut signature,
                _ => return Err(malformed("use only `Access` or `Credential`, `SignedHeaders` and `Signature`")),
            };
            if place.replace(value).is_some() {
                return Err(malformed(format!("name `{name}` once")));
            }
        }
        let (access_key, dialect) = match (access, credential) {
            (Some(access_key), None) => (access_key, Dialect::Access),
            (None, Some(credential)) => {
                let (access_key, scope) = credential.split_once('/').unwrap_or((credential, ""));
                (access_key, Dialect::Credential(Scope::parse(scope)?))
            }
            _ => return Err(malformed("name the access key once, as `Access=` or as `Credential=`")),
        };
        let signed_headers = signed_headers.ok_or_else(|| malformed("name the signed headers as `SignedHeaders=`"))?;
        let signature = signature.ok_or_else(|| malformed("add the signature as `Signature=`"))?;
        Ok(Self {
            access_key,
            dialect,
            signed_headers: signed_headers.split(';').collect(),
            signature: digest_from_hex(signature)
                .ok_or_else(|| malformed("write the signature as 64 lowercase hexadecimal digits"))?,
        })
    }
}

impl<'a> Scope<'a> {
    fn parse(text: &'a str) -> Result<Self, Failure> {
        let parts: Vec<&str> = text.split('/').collect();
        match parts.as_slice() {
            &[date, region, service, terminator] => Ok(Self { text, date, region, service, terminator }),
            _ => Err(malformed("write `Credential=` as `AK/date/region/service/sdk_request`")),
        }
    }
}

fn malformed(remedy: impl std::fmt::Display) -> Failure {
    Failure { rule: Rule::HeaderForm, explanation: format!("`Authorization` is not well formed: {remedy}") }
}

/// The 32 bytes that 64 lowercase hexadecimal digits stand for.
fn digest_from_hex(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<u8> = text.bytes().map(digit).collect::<Option<_>>()?;
    (digits.len() == 64)
        .then(|| digits.chunks_exact(2).map(|pair| pair.iter().fold(0, |byte, digit| (byte << 4) | digit)).collect())
}

fn digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    }
}
