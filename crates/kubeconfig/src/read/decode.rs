//! From the tree to the model.

use super::fields::{Fields, Item};
use super::tree::{Node, Value};
use super::{ReadError, ReadErrorKind};
use crate::Secret;
use crate::credential::has_default_mode;
use crate::model::{
    AuthProvider, Cluster, Context, EnvVar, Exec, Kubeconfig, NamedCluster, NamedContext, NamedExtension, NamedUser,
    Preferences, User,
};

/// Decodes a document; none at all is an empty kubeconfig.
pub(super) fn kubeconfig(root: Option<Node<'_>>) -> Result<Kubeconfig, ReadError> {
    let Some(root) = root else { return Ok(Kubeconfig::default()) };
    let refused = root.error(
        ReadErrorKind::NotAKubeconfig,
        format!("the document is {}; a kubeconfig is a mapping with clusters, users and contexts", root.type_name()),
    );
    let mut fields = Item { node: root, path: String::new() }.fields().map_err(|_| refused)?;
    // client-go also takes `/v1`, the same group written out, and `/`, which is no group and no version.
    expect(&mut fields, "apiVersion", &["", "v1", "/v1", "/"])?;
    expect(&mut fields, "kind", &["", "Config"])?;
    Ok(Kubeconfig {
        clusters: fields.named_items("clusters", named_cluster, |entry| &entry.name, |_| false)?,
        users: fields.named_items("users", named_user, |entry| &entry.name, |_| false)?,
        contexts: fields.named_items("contexts", named_context, |entry| &entry.name, |_| false)?,
        current_context: fields.text("current-context")?,
        preferences: preferences(fields.nested("preferences")?)?,
        extensions: extensions(&mut fields)?,
        unknown: fields.finish(),
    })
}

/// Checks `apiVersion` or `kind`, which Go looks up without regard to case: of several, the last in order counts.
fn expect(fields: &mut Fields<'_>, name: &str, allowed: &[&str]) -> Result<(), ReadError> {
    let mut spellings: Vec<_> = fields.spellings(name).collect();
    spellings.sort_by_key(|(spelling, _)| *spelling);
    let mut found = None;
    for (_, node) in spellings {
        let item = Item { node: node.clone(), path: name.to_owned() };
        let (location, text) = (node.location, item.text()?);
        if !matches!(node.value, Value::Null) {
            found = Some((location, text));
        }
    }
    fields.take(name);
    match found {
        Some((location, text)) if !allowed.contains(&text.as_str()) => {
            let wanted = allowed.get(1).copied().unwrap_or_default();
            let message = format!("{name} is not `{wanted}`: the document is something else than a kubeconfig");
            Err(ReadError::at(ReadErrorKind::NotAKubeconfig, location, message))
        }
        _ => Ok(()),
    }
}

fn named_cluster(mut fields: Fields<'_>) -> Result<NamedCluster, ReadError> {
    Ok(NamedCluster {
        name: fields.text("name")?,
        cluster: cluster(fields.nested("cluster")?)?,
        unknown: fields.finish(),
    })
}

fn cluster(mut fields: Fields<'_>) -> Result<Cluster, ReadError> {
    Ok(Cluster {
        server: fields.text("server")?,
        tls_server_name: fields.optional_text("tls-server-name")?,
        insecure_skip_tls_verify: fields.flag("insecure-skip-tls-verify")?,
        certificate_authority: fields.optional_text("certificate-authority")?,
        certificate_authority_data: fields.data("certificate-authority-data")?,
        proxy_url: fields.optional_text("proxy-url")?,
        disable_compression: fields.flag("disable-compression")?,
        extensions: extensions(&mut fields)?,
        unknown: fields.finish(),
    })
}

fn named_user(mut fields: Fields<'_>) -> Result<NamedUser, ReadError> {
    Ok(NamedUser { name: fields.text("name")?, user: user(fields.nested("user")?)?, unknown: fields.finish() })
}

fn user(mut fields: Fields<'_>) -> Result<User, ReadError> {
    Ok(User {
        client_certificate: fields.optional_text("client-certificate")?,
        client_certificate_data: fields.data("client-certificate-data")?,
        client_key: fields.optional_text("client-key")?,
        client_key_data: fields.data("client-key-data")?,
        token: fields.secret("token")?,
        token_file: fields.optional_text("tokenFile")?,
        impersonate: fields.optional_text("as")?,
        impersonate_uid: fields.optional_text("as-uid")?,
        impersonate_groups: fields.texts("as-groups")?.unwrap_or_default(),
        impersonate_user_extra: fields.map("as-user-extra", Item::optional_texts)?.unwrap_or_default(),
        username: fields.optional_text("username")?,
        password: fields.secret("password")?,
        auth_provider: fields.optional_nested("auth-provider")?.map(auth_provider).transpose()?,
        exec: fields.optional_nested("exec")?.map(exec).transpose()?,
        extensions: extensions(&mut fields)?,
        unknown: fields.finish(),
    })
}

fn auth_provider(mut fields: Fields<'_>) -> Result<AuthProvider, ReadError> {
    Ok(AuthProvider {
        name: fields.text("name")?,
        config: fields.map("config", |item| item.text().map(Secret::new))?,
        unknown: fields.finish(),
    })
}

fn exec(mut fields: Fields<'_>) -> Result<Exec, ReadError> {
    let mut exec = Exec {
        command: fields.text("command")?,
        args: fields.texts("args")?,
        env: fields.items("env", env_var)?,
        api_version: fields.optional_text("apiVersion")?,
        install_hint: fields.optional_text("installHint")?,
        provide_cluster_info: fields.flag("provideClusterInfo")?,
        interactive_mode: fields.optional_text("interactiveMode")?,
        unknown: fields.finish(),
    };
    if exec.interactive_mode.is_none() && exec.api_version.as_deref().is_some_and(has_default_mode) {
        exec.interactive_mode = Some("IfAvailable".to_owned());
    }
    Ok(exec)
}

fn env_var(mut fields: Fields<'_>) -> Result<EnvVar, ReadError> {
    Ok(EnvVar { name: fields.text("name")?, value: Secret::new(fields.text("value")?), unknown: fields.finish() })
}

fn named_context(mut fields: Fields<'_>) -> Result<NamedContext, ReadError> {
    Ok(NamedContext {
        name: fields.text("name")?,
        context: context(fields.nested("context")?)?,
        unknown: fields.finish(),
    })
}

fn context(mut fields: Fields<'_>) -> Result<Context, ReadError> {
    Ok(Context {
        cluster: fields.text("cluster")?,
        user: fields.text("user")?,
        namespace: fields.optional_text("namespace")?,
        extensions: extensions(&mut fields)?,
        unknown: fields.finish(),
    })
}

fn preferences(mut fields: Fields<'_>) -> Result<Preferences, ReadError> {
    Ok(Preferences { colors: fields.flag("colors")?, extensions: extensions(&mut fields)?, unknown: fields.finish() })
}

fn extensions(fields: &mut Fields<'_>) -> Result<Vec<NamedExtension>, ReadError> {
    fields.named_items("extensions", extension, |entry| &entry.name, |entry| entry.extension.is_null())
}

fn extension(mut fields: Fields<'_>) -> Result<NamedExtension, ReadError> {
    Ok(NamedExtension {
        name: fields.text("name")?,
        extension: fields.take("extension").map_or(serde_json::Value::Null, |item| item.node.into_json()),
        unknown: fields.finish(),
    })
}
