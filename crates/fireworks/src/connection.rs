//! What is received.

use std::fmt;

use kubeproof_client::{Error, ErrorKind, Reply, content, json};
use kubeproof_kubeconfig::{
    CertificateAuthority, Endpoint, GenerateError, GenerateErrorKind, Kubeconfig, Names, UserCredentials, generate,
};
use serde_json::{Map, Value};

use crate::cluster::{Field, ReadMask};
use crate::dialect;

/// Where a cluster is and which certificate authority it has, as fireworks said it and not checked further.
#[derive(Clone, PartialEq, Eq)]
pub struct ConnectionInfo {
    /// The address of the API server. `None` only when it was not asked for.
    pub endpoint: Option<String>,
    /// The certificate authority, in base64. `None` only when it was not asked for.
    pub ca_data: Option<String>,
}

impl ConnectionInfo {
    pub(crate) fn read(reply: &Reply, mask: Option<&ReadMask>) -> Result<Self, Error> {
        if content(reply.body()).is_empty() {
            return Err(reply.malformed("the answer is empty"));
        }
        if reply.is_html() {
            return Err(reply.malformed("the answer is a page of html, such as a log-in page"));
        }
        let object = match json(reply.body()) {
            Ok(Value::Object(object)) => object,
            Ok(_) => return Err(reply.malformed("the answer is not a json object")),
            Err(_) => return Err(reply.malformed("the answer is not json")),
        };
        // A mapper of codes that does not know one answers an error with status 200.
        if object.contains_key("error") || (object.contains_key("code") && object.contains_key("message")) {
            let problem = dialect::problem(&Value::Object(object));
            return Err(reply.error(ErrorKind::Malformed, "the answer is an error with status 200", problem));
        }
        let info = Self {
            endpoint: text(reply, &object, &["endpoint"])?,
            ca_data: text(reply, &object, &["caData", "ca_data"])?,
        };
        info.complete(reply, mask)
    }

    /// Drops nothing and adds nothing: only says whether what was asked for is there.
    fn complete(self, reply: &Reply, mask: Option<&ReadMask>) -> Result<Self, Error> {
        let missing: Vec<&str> =
            [("endpoint", Field::Endpoint, &self.endpoint), ("caData", Field::CaData, &self.ca_data)]
                .into_iter()
                .filter(|(_, field, value)| value.is_none() && mask.is_none_or(|mask| mask.asks_for(*field)))
                .map(|(name, _, _)| name)
                .collect();
        if missing.is_empty() {
            return Ok(self);
        }
        let what = format!("the cluster has no {} yet", missing.join(" and no "));
        Err(reply.error(ErrorKind::NotReady, what, kubeproof_client::Problem::default()))
    }

    pub(crate) fn kubeconfig(&self, user: &UserCredentials, names: &Names) -> Result<Kubeconfig, Error> {
        let (Some(endpoint), Some(ca_data)) = (&self.endpoint, &self.ca_data) else {
            return Err(Error::new(ErrorKind::InvalidArgument, "a kubeconfig needs both the endpoint and the caData")
                .with_remedy("fetch the connection info without a read mask, or with one that asks for both"));
        };
        let endpoint = Endpoint::parse(endpoint).map_err(|error| cannot_generate(&error))?;
        let authority = CertificateAuthority::from_base64(ca_data).map_err(|error| cannot_generate(&error))?;
        generate(&endpoint, &authority, user, names).map_err(|error| cannot_generate(&error))
    }
}

impl fmt::Debug for ConnectionInfo {
    /// Only how long each is: nobody has checked that there is no password in the one and no private key in the other.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let length = |text: &Option<String>| text.as_ref().map(|text| format!("{} bytes", text.len()));
        f.debug_struct("ConnectionInfo")
            .field("endpoint", &length(&self.endpoint))
            .field("ca_data", &length(&self.ca_data))
            .finish()
    }
}

/// A field that is a text. Empty, `null` and absent are the same: proto3 does not tell them apart.
fn text(reply: &Reply, object: &Map<String, Value>, names: &[&str]) -> Result<Option<String>, Error> {
    match names.iter().find_map(|name| object.get(*name)) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) if text.is_empty() => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(reply.malformed(format!("the field {} of the answer is not a text", names.join(" or ")))),
    }
}

fn cannot_generate(error: &GenerateError) -> Error {
    let kind = match error.kind() {
        GenerateErrorKind::EndpointMissing | GenerateErrorKind::CertificateAuthorityMissing => ErrorKind::NotReady,
        GenerateErrorKind::Endpoint | GenerateErrorKind::CertificateAuthority => ErrorKind::Malformed,
        _ => ErrorKind::InvalidArgument,
    };
    // The error brings its own remedy.
    Error::new(kind, "no kubeconfig can be generated").with_remedy(error.to_string())
}
