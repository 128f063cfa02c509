use std::borrow::Cow;
use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use crate::pki::Authority;

/// Where the Kubernetes API of a world's clusters is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ApiServer {
    /// The stub, which keeps every cluster below a path of its own, so that one address serves all of a provider.
    Stub {
        /// Its address, such as `https://127.0.0.1:41234`.
        base_url: String,
    },
    /// A real one. Every kubeconfig carries its address and its certificate authority as they stand here.
    Real {
        /// Its address.
        url: String,
        /// Its certificate authority, PEM.
        authority_pem: String,
    },
}

impl ApiServer {
    /// What a kubeconfig of the cluster with these ids names as its server.
    ///
    /// ```
    /// use kubeproof_emulator::kubernetes::ApiServer;
    ///
    /// let stub = ApiServer::Stub { base_url: "https://127.0.0.1:41234".to_owned() };
    /// let ids = [("account_id", "demo-account"), ("cluster_id", "demo")].map(|(name, id)| (name.to_owned(), id.to_owned()));
    /// assert_eq!(stub.server(&ids.into()), "https://127.0.0.1:41234/demo-account/demo");
    /// ```
    pub fn server(&self, cluster: &BTreeMap<String, String>) -> String {
        match self {
            Self::Stub { base_url } => {
                let encoded = ids(cluster).map(|id| format!("/{}", utf8_percent_encode(id, &SEGMENT)));
                format!("{base_url}{}", encoded.collect::<String>())
            }
            Self::Real { url, .. } => url.clone(),
        }
    }

    /// Its address: of the stub, the one below which every cluster has a path of its own.
    pub fn url(&self) -> &str {
        match self {
            Self::Stub { base_url: url } | Self::Real { url, .. } => url,
        }
    }

    /// The certificate authority, PEM, when it is not that of the world.
    pub fn authority_pem(&self) -> Option<&str> {
        match self {
            Self::Stub { .. } => None,
            Self::Real { authority_pem, .. } => Some(authority_pem),
        }
    }
}

/// What is not escaped in a segment of a path (RFC 3986, section 2.3).
const SEGMENT: AsciiSet = NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The certificate authority of a world's clusters as a kubeconfig holds it: base64 of PEM.
pub(crate) fn authority_data<'a>(api: Option<&ApiServer>, authority: &'a Authority) -> Cow<'a, str> {
    match api.and_then(ApiServer::authority_pem) {
        Some(pem) => STANDARD.encode(pem).into(),
        None => authority.certificate_data().into(),
    }
}

/// The cluster that a path leads to, and what of the path is left, in segments that are not empty.
pub(crate) fn locate<'a>(
    clusters: &'a [BTreeMap<String, String>],
    path: &str,
) -> Option<(&'a BTreeMap<String, String>, Vec<String>)> {
    // As a whole: Go's clients send a slash within an id as a slash.
    let path = percent_decode_str(path).decode_utf8().ok()?;
    let asked: Vec<&str> = segments(&path).collect();
    let below = |cluster: &'a BTreeMap<String, String>| {
        let ids: Vec<&str> = ids(cluster).flat_map(segments).collect();
        Some((cluster, ids.len(), asked.strip_prefix(ids.as_slice())?))
    };
    let (cluster, _, rest) = clusters.iter().filter_map(below).max_by_key(|(_, length, _)| *length)?;
    Some((cluster, rest.iter().map(|&segment| segment.to_owned()).collect()))
}

/// The ids of a cluster, its own last.
fn ids(cluster: &BTreeMap<String, String>) -> impl Iterator<Item = &str> {
    const OWN: &str = "cluster_id";
    let others = cluster.iter().filter(|(name, _)| *name != OWN).map(|(_, id)| id);
    others.chain(cluster.get(OWN)).map(String::as_str)
}

fn segments(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter(|segment| !segment.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cluster(project: &str, id: &str) -> BTreeMap<String, String> {
        [("project_id", project), ("cluster_id", id)].map(|(name, id)| (name.to_owned(), id.to_owned())).into()
    }

    #[track_caller]
    fn check(path: &str, expected: Option<(usize, &[&str])>) {
        let clusters = [cluster("p", "a"), cluster("p", "a b/c"), cluster("q", "a")];
        let found = locate(&clusters, path);
        let expected = expected.map(|(at, rest)| (&clusters[at], rest.iter().map(|&s| s.to_owned()).collect()));
        assert_eq!(found, expected, "{path}");
    }

    #[test]
    fn a_path_leads_to_one_cluster() {
        check("/p/a", Some((0, &[])));
        check("/p/a/", Some((0, &[])));
        check("/q/a/api/v1", Some((2, &["api", "v1"])));
        check("//p//a//api", Some((0, &["api"])));
        check("/p/a%20b%2Fc/api", Some((1, &["api"])));
        check("/p/a%20b/c/api", Some((1, &["api"])));
        check("/p/ab/api", None);
        check("/a/p/api", None);
        check("/p", None);
        check("/", None);
        check("/p/%ff", None);
    }

    #[test]
    fn what_a_kubeconfig_names_leads_back() {
        let stub = ApiServer::Stub { base_url: "https://h:1".to_owned() };
        for ids in [cluster("p", "a"), cluster("?", "#%/é"), cluster("a", "..")] {
            let url = stub.server(&ids);
            let path = url.strip_prefix("https://h:1").unwrap();
            assert_eq!(locate(std::slice::from_ref(&ids), path), Some((&ids, Vec::new())), "{url}");
        }
    }

    #[test]
    fn a_real_server_is_named_as_it_stands() {
        let real = ApiServer::Real { url: "https://h:6443".to_owned(), authority_pem: "pem".to_owned() };
        assert_eq!(real.server(&cluster("p", "a")), "https://h:6443");
        assert_eq!(real.authority_pem(), Some("pem"));
    }
}
