//! Signatures with an access key, as Huawei Cloud and Open Telekom Cloud publish them: `SDK-HMAC-SHA256` with
//! `Access=`. (A second dialect of the same name, with `Credential=`, is not written here.)
//!
//! A server that does not know it verifies the same text: the method, the path, the query, the signed headers and the
//! hash of the body, each in a canonical form.

use std::fmt::Write as _;

use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use percent_encoding::{percent_decode_str, utf8_percent_encode};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use url::Url;

use crate::identifier::UNRESERVED;
use crate::{Error, ErrorKind};

const ALGORITHM: &str = "SDK-HMAC-SHA256";

/// The header with the time of the signature.
pub const DATE_HEADER: &str = "x-sdk-date";

/// The headers that make a request a signed one.
pub struct Signature {
    /// Value of `X-Sdk-Date`.
    pub date: String,
    /// Value of `Authorization`.
    pub authorization: SecretString,
    /// The signature alone, in lower-case hexadecimal.
    pub signature: SecretString,
}

impl std::fmt::Debug for Signature {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Signature").field("date", &self.date).finish_non_exhaustive()
    }
}

/// What of a request is signed, besides `host` and `x-sdk-date`.
#[derive(Clone, Copy)]
pub struct Signed<'a> {
    /// The method, such as `GET`.
    pub method: &'a str,
    /// Where it goes.
    pub url: &'a Url,
    /// Header fields. They must be sent exactly as they are given.
    pub headers: &'a [(&'static str, String)],
    /// The body; empty when there is none.
    pub body: &'a str,
}

/// Signs a request.
///
/// # Errors
/// `invalid-argument` when the URL has no host.
pub fn sign(
    request: &Signed<'_>,
    access_key: &str,
    secret_key: &SecretString,
    now: Timestamp,
) -> Result<Signature, Error> {
    let host =
        host(request.url).ok_or_else(|| Error::new(ErrorKind::InvalidArgument, "the url to sign has no host"))?;
    let date = now.strftime("%Y%m%dT%H%M%SZ").to_string();
    let mut signed: Vec<(String, String)> =
        request.headers.iter().map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned())).collect();
    signed.push(("host".to_owned(), host));
    signed.push((DATE_HEADER.to_owned(), date.clone()));
    signed.sort();

    let names = signed.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(";");
    let hash = hex(&Sha256::digest(canonical_request(request, &signed, &names)));
    let text = format!("{ALGORITHM}\n{date}\n{hash}");
    let mut mac = Hmac::<Sha256>::new_from_slice(secret_key.expose_secret().as_bytes())
        .map_err(|_| Error::new(ErrorKind::InvalidArgument, "the secret key cannot be used to sign"))?;
    mac.update(text.as_bytes());
    let signature = hex(&mac.finalize().into_bytes());
    let authorization = format!("{ALGORITHM} Access={access_key}, SignedHeaders={names}, Signature={signature}");
    Ok(Signature { date, authorization: authorization.into(), signature: signature.into() })
}

fn canonical_request(request: &Signed<'_>, headers: &[(String, String)], names: &str) -> String {
    let (method, url) = (request.method, request.url);
    let mut text = format!("{method}\n{}\n{}\n", canonical_path(url), canonical_query(url));
    for (name, value) in headers {
        text.push_str(name);
        text.push(':');
        text.push_str(value);
        text.push('\n');
    }
    text.push('\n');
    text.push_str(names);
    text.push('\n');
    text.push_str(&hex(&Sha256::digest(request.body)));
    text
}

/// The path with each segment encoded anew, always with a slash at its end (which is not sent).
fn canonical_path(url: &Url) -> String {
    let mut path = url.path().split('/').map(encode_again).collect::<Vec<_>>().join("/");
    if !path.ends_with('/') {
        path.push('/');
    }
    path
}

/// The query with each name and value encoded anew, in order of name and value.
fn canonical_query(url: &Url) -> String {
    let mut pairs: Vec<(String, String)> =
        url.query_pairs().map(|(name, value)| (encode(&name), encode(&value))).collect();
    pairs.sort();
    pairs.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
}

fn encode_again(segment: &str) -> String {
    percent_encoding::percent_encode(&percent_decode_str(segment).collect::<Vec<u8>>(), UNRESERVED).to_string()
}

fn encode(text: &str) -> String {
    utf8_percent_encode(text, UNRESERVED).to_string()
}

/// The host as it stands in the `Host` header: with the port, unless it is the scheme's own.
fn host(url: &Url) -> Option<String> {
    let host = url.host_str()?;
    Some(match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    })
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        let _infallible = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const JSON: (&str, &str) = ("Content-Type", "application/json");

    struct Vector<'a> {
        method: &'a str,
        url: &'a str,
        headers: &'a [(&'static str, &'a str)],
        body: &'a str,
        keys: (&'a str, &'a str),
        now: &'a str,
        signature: &'a str,
    }

    #[track_caller]
    fn check(vector: &Vector<'_>) {
        let headers: Vec<_> = vector.headers.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        let url = Url::parse(vector.url).unwrap();
        let signature = sign(
            &Signed { method: vector.method, url: &url, headers: &headers, body: vector.body },
            vector.keys.0,
            &vector.keys.1.to_owned().into(),
            vector.now.parse().unwrap(),
        )
        .unwrap();
        assert_eq!(signature.signature.expose_secret(), vector.signature);
        let shown = format!("{signature:?}");
        assert!(shown.starts_with("Signature {") && !shown.contains(vector.signature), "{shown}");
    }

    /// The example of the provider's signing guide.
    #[test]
    fn published_vector() {
        check(&Vector {
            method: "GET",
            url: "https://service.region.example.com/v1/77b6a44cba5143ab91d13ab9a8ff44fd/vpcs?limit=2&marker=13551d6b-755d-4757-b956-536f674975c0",
            headers: &[JSON],
            body: "",
            keys: ("QTWAOYTTINDUT2QVKYUC", "MFyfvK41ba2giqM7Uio6PznpdUKGpownRZlmVmHc"),
            now: "2019-11-15T03:36:55Z",
            signature: "7be6668032f70418fcc22abc52071e57aff61b84a1d2381bb430d6870f4f6ebe",
        });
    }

    /// Vectors with headers of a project and of a domain; the first two agree with the provider's own Python library.
    #[test]
    fn own_vectors() {
        let cce = Vector {
            method: "GET",
            url: "http://127.0.0.1:8080/api/v3/projects/08d44be1ef00d22e2f6fc0061f54a2f1/clusters/11111111-2222-3333-4444-555555555555/clustercert",
            headers: &[JSON, ("X-Project-Id", "08d44be1ef00d22e2f6fc0061f54a2f1")],
            body: "",
            keys: ("AKEXAMPLE", "SKEXAMPLE"),
            now: "2024-01-02T03:04:05Z",
            signature: "8646adb085448c0d4b9a778b8cd0674698195231caa087fb65d7c0f269583a6a",
        };
        check(&cce);
        check(&Vector {
            method: "POST",
            body: r#"{"duration":30}"#,
            signature: "d415193ffc879d5a471f51f68773e6c722fb678de00c12bd1025757dfe84bee5",
            ..cce
        });
        let ucs = "52c008d7df8c317f05e7ddb78a30355137d1272335128bf263970f5c9b026936";
        for query in ["region=eu-de&vpcendpoint=10.0.0.9", "vpcendpoint=10.0.0.9&region=eu%2Dde"] {
            check(&Vector {
                url: &format!(
                    "http://127.0.0.1:8080/v1/clusters/11111111-2222-3333-4444-555555555555/accessinfo?{query}"
                ),
                headers: &[("x-domain-id", " d0123456789abcdef0123456789abcde "), JSON],
                signature: ucs,
                ..cce
            });
        }
    }

    #[test]
    fn path_and_query_are_encoded_strictly() {
        let url = Url::parse("https://h/a%3Ab/c;d/%C3%A9?b=x+y&a=%2F~&a=&c").unwrap();
        assert_eq!(canonical_path(&url), "/a%3Ab/c%3Bd/%C3%A9/");
        assert_eq!(canonical_query(&url), "a=&a=%2F~&b=x%20y&c=");
        assert_eq!(canonical_path(&Url::parse("https://h").unwrap()), "/");
    }
}
