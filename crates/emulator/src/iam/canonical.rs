use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, percent_encode};
use sha2::{Digest, Sha256};

use super::authorization::{Authorization, Dialect};
use super::signature::{Failure, Rule};
use crate::Request;
use crate::hex::hex;

/// Everything but the unreserved characters of RFC 3986.
const STRICT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
const STRICT_BUT_SLASH: &AsciiSet = &STRICT.remove(b'/');

/// Header fields whose values are shown to nobody, signed or not.
const SECRET_HEADERS: [&str; 3] = ["x-auth-token", "x-security-token", "authorization"];

/// The text of a request that a signature covers.
pub(super) struct Canonical {
    lines_before_headers: String,
    headers: Vec<(String, String)>,
    payload_hash: String,
}

impl Canonical {
    /// Takes from `request` what `authorization` says that it signed: exactly the headers it names, each as received.
    pub(super) fn new(request: &Request, authorization: &Authorization<'_>) -> Result<Self, Failure> {
        check_names(&authorization.signed_headers)?;
        let headers = authorization
            .signed_headers
            .iter()
            .map(|name| Ok(((*name).to_owned(), header_value(request, name, &authorization.dialect)?)))
            .collect::<Result<_, Failure>>()?;
        Ok(Self {
            lines_before_headers: format!("{}\n{}\n{}\n", request.method, uri(&request.path), query(request)),
            headers,
            payload_hash: payload_hash(request),
        })
    }

    /// The text, as it is hashed.
    pub(super) fn text(&self) -> String {
        self.written(|_, value| value)
    }

    /// The text, as it may be shown.
    pub(super) fn shown(&self) -> String {
        self.written(|name, value| if SECRET_HEADERS.contains(&name) { crate::PLACEHOLDER } else { value })
    }

    fn written<'a>(&'a self, value_of: impl Fn(&'a str, &'a str) -> &'a str) -> String {
        let mut text = self.lines_before_headers.clone();
        for (name, value) in &self.headers {
            text.extend([name.as_str(), ":", value_of(name, value), "\n"]);
        }
        let names: Vec<&str> = self.headers.iter().map(|(name, _)| name.as_str()).collect();
        text.extend(["\n", names.join(";").as_str(), "\n", &self.payload_hash]);
        text
    }
}

fn check_names(names: &[&str]) -> Result<(), Failure> {
    for required in ["host", "x-sdk-date"] {
        if !names.contains(&required) {
            return Err(misnamed(format!("sign `{required}` too: it has to be among `SignedHeaders`")));
        }
    }
    if names.iter().any(|name| name.bytes().any(|byte| byte.is_ascii_uppercase())) {
        return Err(misnamed("write the names in `SignedHeaders` in lower case"));
    }
    if !names.is_sorted_by(|one, next| one < next) {
        return Err(misnamed("sort the names in `SignedHeaders` and name each once"));
    }
    Ok(())
}

fn header_value(request: &Request, name: &str, dialect: &Dialect<'_>) -> Result<String, Failure> {
    let mut values = request.headers.get_all(name).iter();
    let value = values.next().ok_or_else(|| {
        misnamed(format!("send the header `{name}`, or leave it out of `SignedHeaders`: it is not in the request"))
    })?;
    if values.next().is_some() {
        return Err(misnamed(format!(
            "send the signed header `{name}` once: which of its values was signed cannot be told"
        )));
    }
    let value = std::str::from_utf8(value.as_bytes())
        .map_err(|_| misnamed(format!("write the signed header `{name}` in UTF-8")))?
        .trim();
    Ok(match dialect {
        Dialect::Access => value.to_owned(),
        // This dialect's signer writes any run of white space as one space.
        Dialect::Credential(_) => value.split_whitespace().collect::<Vec<_>>().join(" "),
    })
}

fn misnamed(explanation: impl Into<String>) -> Failure {
    Failure { rule: Rule::SignedHeaders, explanation: explanation.into() }
}

/// The path, decoded and strictly encoded again, always with a `/` at its end, which is not on the wire.
fn uri(path: &str) -> String {
    let decoded: Vec<u8> = percent_decode_str(path).collect();
    let mut uri = percent_encode(&decoded, STRICT_BUT_SLASH).to_string();
    if !uri.ends_with('/') {
        uri.push('/');
    }
    uri
}

/// The parameters, sorted by name and then by value, strictly encoded.
fn query(request: &Request) -> String {
    let mut pairs = request.query_pairs();
    pairs.sort();
    let encoded = |text: &str| percent_encode(text.as_bytes(), STRICT).to_string();
    pairs.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value))).collect::<Vec<_>>().join("&")
}

/// The hash of the body, or the word with which a signer says that it did not hash one.
fn payload_hash(request: &Request) -> String {
    const UNSIGNED: &str = "UNSIGNED-PAYLOAD";
    if !request.body.is_empty() && request.header("x-sdk-content-sha256") == Some(UNSIGNED) {
        return UNSIGNED.to_owned();
    }
    hex(&Sha256::digest(&request.body))
}
