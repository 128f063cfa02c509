use crate::providers::yaml::scalar;

/// What a kubeconfig of LKE says.
pub(super) struct Kubeconfig<'a> {
    /// The name of the cluster; context and user are called after it.
    pub(super) name: &'a str,
    pub(super) server: &'a str,
    /// The authority's certificate, base64 of PEM.
    pub(super) authority: &'a str,
    pub(super) token: &'a str,
}

impl Kubeconfig<'_> {
    /// The file, laid out as recordings of the real service show it: blank lines between its parts, and an `as-user-extra`
    /// that says nothing.
    pub(super) fn yaml(&self) -> String {
        let Self { name, server, authority, token } = self;
        let (server, token) = (scalar(server), scalar(token));
        format!(
            "apiVersion: v1\n\
             kind: Config\n\
             preferences: {{}}\n\
             \n\
             clusters:\n\
             - cluster:\n\
             \x20   certificate-authority-data: {authority}\n\
             \x20   server: {server}\n\
             \x20 name: {name}\n\
             \n\
             users:\n\
             - name: {name}-admin\n\
             \x20 user:\n\
             \x20   as-user-extra: {{}}\n\
             \x20   token: {token}\n\
             \n\
             contexts:\n\
             - context:\n\
             \x20   cluster: {name}\n\
             \x20   namespace: default\n\
             \x20   user: {name}-admin\n\
             \x20 name: {name}-ctx\n\
             \n\
             current-context: {name}-ctx\n"
        )
    }
}
