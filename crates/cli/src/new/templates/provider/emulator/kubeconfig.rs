{% if answer == "yaml" %}use crate::providers::yaml::scalar;{% else %}use serde_json::{Value, json};{% endif %}

/// What a kubeconfig of {{ name }} says.
pub(super) struct Kubeconfig<'a> {
    /// The name of cluster and context; the user is called after it.
    pub(super) name: &'a str,
    pub(super) server: &'a str,
    /// The authority's certificate, base64 of PEM.
    pub(super) authority: &'a str,
    pub(super) token: &'a str,
}

impl Kubeconfig<'_> {
{%- if answer == "yaml" %}
    /// The file.
    pub(super) fn yaml(&self) -> String {
        let user = format!("{}-admin", self.name);
        let [name, user, server, token] = [self.name, &user, self.server, self.token].map(scalar);
        let authority = self.authority;
        format!(
            "apiVersion: v1\n\
             kind: Config\n\
             current-context: {name}\n\
             clusters:\n\
             - name: {name}\n\
             \x20 cluster:\n\
             \x20   certificate-authority-data: {authority}\n\
             \x20   server: {server}\n\
             contexts:\n\
             - name: {name}\n\
             \x20 context:\n\
             \x20   cluster: {name}\n\
             \x20   user: {user}\n\
             users:\n\
             - name: {user}\n\
             \x20 user:\n\
             \x20   token: {token}\n"
        )
    }
{%- else %}
    /// The document.
    pub(super) fn json(&self) -> Value {
        let Self { name, server, authority, token } = self;
        let user = format!("{name}-admin");
        json!({
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": name,
            "clusters": [{"name": name, "cluster": {"certificate-authority-data": authority, "server": server}}],
            "contexts": [{"name": name, "context": {"cluster": name, "user": user}}],
            "users": [{"name": user, "user": {"token": token}}],
        })
    }
{%- endif %}
}
