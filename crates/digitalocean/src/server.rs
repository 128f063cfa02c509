//! What the address of a server says of its cluster.

use kubeproof_kubeconfig::Kubeconfig;

/// What servers of digitalocean are called, after the id of their cluster.
const ZONE: &str = ".k8s.ondigitalocean.com";

/// Whether the server of the current context has the name of another cluster. Whatever is called in another way says nothing,
/// and neither does an id that is no UUID: clause `digitalocean.client.another-cluster-is-unsafe`.
pub(crate) fn is_of_another_cluster(kubeconfig: &Kubeconfig, cluster: &str) -> bool {
    kubeconfig.current().is_ok_and(|current| names_another(&current.cluster.server, cluster))
}

fn names_another(server: &str, cluster: &str) -> bool {
    let Some((_, rest)) = server.split_once("://") else { return false };
    let host = rest.split(['/', ':', '?', '#']).next().unwrap_or_default().to_ascii_lowercase();
    let Some(named) = host.strip_suffix(ZONE) else { return false };
    is_uuid(named) && is_uuid(cluster) && !named.eq_ignore_ascii_case(cluster)
}

fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.split('-').map(str::len).eq([8, 4, 4, 4, 12])
        && text.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_are_told_apart_by_their_names() {
        const ID: &str = "0c0ffee0-0000-4000-8000-00000000000a";
        for (server, cluster, expected) in [
            ("https://0c0ffee0-0000-4000-8000-00000000000a.k8s.ondigitalocean.com", ID, false),
            ("https://0C0FFEE0-0000-4000-8000-00000000000A.k8s.ondigitalocean.com:443/", ID, false),
            ("https://0c0ffee0-0000-4000-8000-00000000000b.k8s.ondigitalocean.com", ID, true),
            ("https://0c0ffee0-0000-4000-8000-00000000000b.K8S.ondigitalocean.com:443", ID, true),
            ("https://0c0ffee0-0000-4000-8000-00000000000b.k8s.ondigitalocean.com.example.test", ID, false),
            ("https://demo.k8s.ondigitalocean.com", ID, false),
            ("https://127.0.0.1:6443/0c0ffee0-0000-4000-8000-00000000000b", ID, false),
            ("https://0c0ffee0-0000-4000-8000-00000000000b.k8s.ondigitalocean.com", "demo", false),
            ("", ID, false),
        ] {
            assert_eq!(names_another(server, cluster), expected, "{server} {cluster}");
        }
    }
}
