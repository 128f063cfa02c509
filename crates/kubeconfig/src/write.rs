//! Writing, so that every YAML reader gets the same strings back.
//!
//! Keys are sorted as kubectl sorts them; lists keep their order. client-go's empty fields are left out, and empty
//! lists are `[]` rather than kubectl's `null`, which some clients cannot read.

use serde_json::{Map, Value, json};

use crate::model::{
    AuthProvider, Cluster, Context, EnvVar, Exec, Kubeconfig, NamedCluster, NamedContext, NamedExtension, NamedUser,
    Preferences, User,
};
use crate::{Data, Secret, Unknown};

/// Why a kubeconfig could not be written: the YAML writer refused it, which no value of the model is known to bring
/// about.
#[derive(Debug, thiserror::Error)]
#[error("the kubeconfig cannot be written as YAML")]
pub struct WriteError {
    #[source]
    source: serde_saphyr::ser::Error,
}

impl Kubeconfig {
    /// The kubeconfig as YAML, secrets included, that YAML 1.1 readers (kubectl, `PyYAML`) and YAML 1.2 readers
    /// understand alike: `no`, `1_000` or `2026-01-01` as a name is quoted, and no line is folded.
    ///
    /// # Errors
    /// When the YAML writer refuses a value, which is not known to happen.
    pub fn to_yaml(&self) -> Result<String, WriteError> {
        let options = serde_saphyr::ser_options! { prefer_block_scalars: false };
        serde_saphyr::to_string_with_options(&self.to_json(), options).map_err(|source| WriteError { source })
    }

    /// The kubeconfig as JSON, secrets included.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let mut document = Object::with(&self.unknown);
        document.put("apiVersion", json!("v1"));
        document.put("kind", json!("Config"));
        document.put("clusters", list(&self.clusters, named_cluster));
        document.put("users", list(&self.users, named_user));
        document.put("contexts", list(&self.contexts, named_context));
        document.put("current-context", json!(self.current_context));
        document.put_object("preferences", preferences(&self.preferences));
        document.put_extensions(&self.extensions);
        let mut value = document.finish();
        value.sort_all_objects();
        value
    }
}

fn list<T>(items: &[T], write: impl Fn(&T) -> Value) -> Value {
    items.iter().map(write).collect()
}

/// A JSON object in the making. The setters leave out what client-go leaves out.
struct Object(Map<String, Value>);

impl Object {
    fn with(unknown: &Unknown) -> Self {
        Self(unknown.fields().clone())
    }

    fn put(&mut self, name: &str, value: Value) {
        self.0.insert(name.to_owned(), value);
    }

    /// Puts a value, or leaves the field out, whatever an unknown field of that name holds.
    fn put_some(&mut self, name: &str, value: Option<Value>) {
        match value {
            Some(value) => self.put(name, value),
            None => drop(self.0.remove(name)),
        }
    }

    fn put_text(&mut self, name: &str, text: Option<&str>) {
        self.put_some(name, text.filter(|text| !text.is_empty()).map(|text| json!(text)));
    }

    fn put_secret(&mut self, name: &str, secret: Option<&Secret>) {
        self.put_text(name, secret.map(Secret::expose));
    }

    fn put_data(&mut self, name: &str, data: Option<&Data>) {
        self.put_some(name, data.filter(|data| !data.is_empty()).map(|data| Value::String(data.to_base64())));
    }

    fn put_flag(&mut self, name: &str, flag: bool) {
        self.put_some(name, flag.then(|| json!(flag)));
    }

    fn put_texts(&mut self, name: &str, texts: &[String]) {
        self.put_some(name, (!texts.is_empty()).then(|| json!(texts)));
    }

    /// Puts an object unless it is empty.
    fn put_object(&mut self, name: &str, object: Self) {
        self.put_some(name, (!object.0.is_empty()).then(|| object.finish()));
    }

    fn put_extensions(&mut self, extensions: &[NamedExtension]) {
        self.put_some("extensions", (!extensions.is_empty()).then(|| list(extensions, extension)));
    }

    fn finish(self) -> Value {
        Value::Object(self.0)
    }
}

fn named_cluster(entry: &NamedCluster) -> Value {
    let mut object = Object::with(&entry.unknown);
    object.put("name", json!(entry.name));
    object.put("cluster", cluster(&entry.cluster));
    object.finish()
}

fn cluster(cluster: &Cluster) -> Value {
    let mut object = Object::with(&cluster.unknown);
    object.put("server", json!(cluster.server));
    object.put_text("tls-server-name", cluster.tls_server_name.as_deref());
    object.put_flag("insecure-skip-tls-verify", cluster.insecure_skip_tls_verify);
    object.put_text("certificate-authority", cluster.certificate_authority.as_deref());
    object.put_data("certificate-authority-data", cluster.certificate_authority_data.as_ref());
    object.put_text("proxy-url", cluster.proxy_url.as_deref());
    object.put_flag("disable-compression", cluster.disable_compression);
    object.put_extensions(&cluster.extensions);
    object.finish()
}

fn named_user(entry: &NamedUser) -> Value {
    let mut object = Object::with(&entry.unknown);
    object.put("name", json!(entry.name));
    object.put("user", user(&entry.user));
    object.finish()
}

fn user(user: &User) -> Value {
    let mut object = Object::with(&user.unknown);
    object.put_text("client-certificate", user.client_certificate.as_deref());
    object.put_data("client-certificate-data", user.client_certificate_data.as_ref());
    object.put_text("client-key", user.client_key.as_deref());
    object.put_data("client-key-data", user.client_key_data.as_ref());
    object.put_secret("token", user.token.as_ref());
    object.put_text("tokenFile", user.token_file.as_deref());
    object.put_text("as", user.impersonate.as_deref());
    object.put_text("as-uid", user.impersonate_uid.as_deref());
    object.put_texts("as-groups", &user.impersonate_groups);
    let extra = &user.impersonate_user_extra;
    object.put_some("as-user-extra", (!extra.is_empty()).then(|| json!(extra)));
    object.put_text("username", user.username.as_deref());
    object.put_secret("password", user.password.as_ref());
    object.put_some("auth-provider", user.auth_provider.as_ref().map(auth_provider));
    object.put_some("exec", user.exec.as_ref().map(exec));
    object.put_extensions(&user.extensions);
    object.finish()
}

fn auth_provider(provider: &AuthProvider) -> Value {
    let mut object = Object::with(&provider.unknown);
    object.put("name", json!(provider.name));
    let config = provider.config.iter().map(|(key, value)| (key.clone(), json!(value.expose()))).collect();
    object.put_some("config", (!provider.config.is_empty()).then_some(config));
    object.finish()
}

fn exec(exec: &Exec) -> Value {
    let mut object = Object::with(&exec.unknown);
    object.put("command", json!(exec.command));
    object.put_texts("args", &exec.args);
    object.put_some("env", (!exec.env.is_empty()).then(|| list(&exec.env, env_var)));
    object.put_text("apiVersion", exec.api_version.as_deref());
    object.put_text("installHint", exec.install_hint.as_deref());
    object.put_flag("provideClusterInfo", exec.provide_cluster_info);
    object.put_text("interactiveMode", exec.interactive_mode.as_deref());
    object.finish()
}

fn env_var(variable: &EnvVar) -> Value {
    let mut object = Object::with(&variable.unknown);
    object.put("name", json!(variable.name));
    object.put("value", json!(variable.value.expose()));
    object.finish()
}

fn named_context(entry: &NamedContext) -> Value {
    let mut object = Object::with(&entry.unknown);
    object.put("name", json!(entry.name));
    object.put("context", context(&entry.context));
    object.finish()
}

fn context(context: &Context) -> Value {
    let mut object = Object::with(&context.unknown);
    object.put("cluster", json!(context.cluster));
    object.put("user", json!(context.user));
    object.put_text("namespace", context.namespace.as_deref());
    object.put_extensions(&context.extensions);
    object.finish()
}

fn preferences(preferences: &Preferences) -> Object {
    let mut object = Object::with(&preferences.unknown);
    object.put_flag("colors", preferences.colors);
    object.put_extensions(&preferences.extensions);
    object
}

fn extension(extension: &NamedExtension) -> Value {
    let mut object = Object::with(&extension.unknown);
    object.put("name", json!(extension.name));
    object.put("extension", extension.extension.clone());
    object.finish()
}
