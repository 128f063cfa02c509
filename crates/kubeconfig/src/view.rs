//! A kubeconfig as `kubectl config view` prints it.
//!
//! Not for files: fields that client-go does not know are left out, as kubectl leaves them out. To write a file, use
//! [`Kubeconfig::to_yaml`].

mod json;
mod order;
mod scalar;
mod yaml;

use serde_json::{Map, Value, json};

use crate::model::{AuthProvider, Cluster, Context, EnvVar, Exec, Kubeconfig, NamedExtension, Preferences, User};
use crate::{Data, Secret};

/// Whether a view shows secrets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Disclosure {
    /// As kubectl without `--raw` and `--flatten`: `*-data` becomes `DATA+OMITTED`, a token or password `REDACTED`. Nothing else does:
    /// arguments and variables of `exec`, settings of `auth-provider`, extensions and passwords in URLs are shown.
    #[default]
    Redacted,
    /// As kubectl with `--raw` or `--flatten`: everything.
    Raw,
}

/// A kubeconfig in the layout of kubectl 1.37. There is no `Debug`: it may hold secrets.
#[derive(Clone, PartialEq)]
pub struct View(Value);

/// Why kubectl cannot print a kubeconfig as YAML: it prints JSON first and reads that as YAML, which does not allow
/// every character that JSON does.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the character U+{:04X} cannot be printed as YAML by kubectl; print JSON instead", u32::from(*character))]
pub struct ViewError {
    character: char,
}

impl ViewError {
    /// The first character that is refused.
    #[must_use]
    pub fn character(&self) -> char {
        self.character
    }
}

impl Kubeconfig {
    /// What `kubectl config view` shows: lists sorted by name, bytewise; fields in the order of client-go's types; `null`
    /// for no clusters, no users and no contexts.
    ///
    /// ```
    /// use kubeproof_kubeconfig::{Disclosure, Kubeconfig};
    ///
    /// let kubeconfig = Kubeconfig::parse("users: [{name: dev, user: {token: not-a-real-token}}]")?;
    /// let yaml = kubeconfig.view(Disclosure::Redacted).to_yaml()?;
    /// assert!(yaml.ends_with("users:\n- name: dev\n  user:\n    token: REDACTED\n"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn view(&self, disclosure: Disclosure) -> View {
        View(Printer(disclosure).kubeconfig(self))
    }
}

impl View {
    /// The view as a value, keys in the order in which kubectl prints JSON.
    #[must_use]
    pub fn as_value(&self) -> &Value {
        &self.0
    }

    /// The text that `-o json` prints, with a line end.
    #[must_use]
    pub fn to_json(&self) -> String {
        json::print(&self.0)
    }

    /// The text that `-o yaml` prints: keys sorted as go-yaml sorts them, lists not indented, long lines folded.
    ///
    /// Where kubectl changes a text on the way, because it reads its own JSON as YAML, this does not: U+0085 is printed
    /// as an escape, where kubectl makes a blank of it.
    ///
    /// # Errors
    /// When a text holds a character for which kubectl fails as well: U+007F, a control character from U+0080 to U+009F,
    /// U+FFFE or U+FFFF.
    pub fn to_yaml(&self) -> Result<String, ViewError> {
        match unprintable(&self.0) {
            Some(character) => Err(ViewError { character }),
            None => Ok(yaml::print(&self.0)),
        }
    }
}

/// The first character that JSON has raw and YAML does not allow.
fn unprintable(value: &Value) -> Option<char> {
    let in_text = |text: &str| {
        text.chars()
            .find(|character| matches!(character, '\u{7f}'..='\u{84}' | '\u{86}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}'))
    };
    match value {
        Value::String(text) => in_text(text),
        Value::Array(items) => items.iter().find_map(unprintable),
        Value::Object(fields) => fields.iter().find_map(|(key, value)| in_text(key).or_else(|| unprintable(value))),
        _ => None,
    }
}

struct Printer(Disclosure);

impl Printer {
    fn kubeconfig(&self, kubeconfig: &Kubeconfig) -> Value {
        let mut fields = Fields::default();
        fields.put("kind", "Config");
        fields.put("apiVersion", "v1");
        fields.put_object("preferences", preferences(&kubeconfig.preferences));
        fields.put(
            "clusters",
            list(
                &kubeconfig.clusters,
                |entry| &entry.name,
                |entry| json!({"name": entry.name, "cluster": self.cluster(&entry.cluster)}),
            ),
        );
        fields.put(
            "users",
            list(
                &kubeconfig.users,
                |entry| &entry.name,
                |entry| json!({"name": entry.name, "user": self.user(&entry.user)}),
            ),
        );
        fields.put(
            "contexts",
            list(
                &kubeconfig.contexts,
                |entry| &entry.name,
                |entry| json!({"name": entry.name, "context": context(&entry.context)}),
            ),
        );
        fields.put("current-context", &*kubeconfig.current_context);
        fields.put_extensions(&kubeconfig.extensions);
        fields.finish()
    }

    fn cluster(&self, cluster: &Cluster) -> Value {
        let mut fields = Fields::default();
        fields.put("server", &*cluster.server);
        fields.put_text("tls-server-name", cluster.tls_server_name.as_deref());
        fields.put_flag("insecure-skip-tls-verify", cluster.insecure_skip_tls_verify);
        fields.put_text("certificate-authority", cluster.certificate_authority.as_deref());
        self.put_data(&mut fields, "certificate-authority-data", cluster.certificate_authority_data.as_ref());
        fields.put_text("proxy-url", cluster.proxy_url.as_deref());
        fields.put_flag("disable-compression", cluster.disable_compression);
        fields.put_extensions(&cluster.extensions);
        fields.finish()
    }

    fn user(&self, user: &User) -> Value {
        let mut fields = Fields::default();
        fields.put_text("client-certificate", user.client_certificate.as_deref());
        self.put_data(&mut fields, "client-certificate-data", user.client_certificate_data.as_ref());
        fields.put_text("client-key", user.client_key.as_deref());
        self.put_data(&mut fields, "client-key-data", user.client_key_data.as_ref());
        self.put_secret(&mut fields, "token", user.token.as_ref());
        fields.put_text("tokenFile", user.token_file.as_deref());
        fields.put_text("as", user.impersonate.as_deref());
        fields.put_text("as-uid", user.impersonate_uid.as_deref());
        if !user.impersonate_groups.is_empty() {
            fields.put("as-groups", &*user.impersonate_groups);
        }
        if !user.impersonate_user_extra.is_empty() {
            let extra = user.impersonate_user_extra.iter();
            fields.put("as-user-extra", extra.map(|(key, values)| (key, values.clone())).collect::<Value>());
        }
        fields.put_text("username", user.username.as_deref());
        self.put_secret(&mut fields, "password", user.password.as_ref());
        if let Some(provider) = &user.auth_provider {
            fields.put("auth-provider", auth_provider(provider));
        }
        if let Some(program) = &user.exec {
            fields.put("exec", exec(program));
        }
        fields.put_extensions(&user.extensions);
        fields.finish()
    }

    fn put_data(&self, fields: &mut Fields, name: &str, data: Option<&Data>) {
        if let Some(data) = data.filter(|data| !data.is_empty()) {
            match self.0 {
                Disclosure::Redacted => fields.put(name, "DATA+OMITTED"),
                Disclosure::Raw => fields.put(name, data.to_base64()),
            }
        }
    }

    fn put_secret(&self, fields: &mut Fields, name: &str, secret: Option<&Secret>) {
        if let Some(secret) = secret.filter(|secret| !secret.is_empty()) {
            match self.0 {
                Disclosure::Redacted => fields.put(name, "REDACTED"),
                Disclosure::Raw => fields.put(name, secret.expose()),
            }
        }
    }
}

fn auth_provider(provider: &AuthProvider) -> Value {
    let setting = |(key, value): (&String, &Secret)| (key.clone(), Value::from(value.expose()));
    let config: Option<Map<_, _>> = provider.config.as_ref().map(|config| config.iter().map(setting).collect());
    json!({"name": provider.name, "config": config})
}

fn exec(exec: &Exec) -> Value {
    let variable = |variable: &EnvVar| json!({"name": variable.name, "value": variable.value.expose()});
    let mut fields = Fields::default();
    fields.put("command", &*exec.command);
    fields.put("args", exec.args.clone());
    fields.put("env", exec.env.as_ref().map(|env| env.iter().map(variable).collect::<Vec<_>>()));
    fields.put_text("apiVersion", exec.api_version.as_deref());
    fields.put_text("installHint", exec.install_hint.as_deref());
    fields.put("provideClusterInfo", exec.provide_cluster_info);
    fields.put_text("interactiveMode", exec.interactive_mode.as_deref());
    fields.finish()
}

fn context(context: &Context) -> Value {
    let mut fields = Fields::default();
    fields.put("cluster", &*context.cluster);
    fields.put("user", &*context.user);
    fields.put_text("namespace", context.namespace.as_deref());
    fields.put_extensions(&context.extensions);
    fields.finish()
}

fn preferences(preferences: &Preferences) -> Fields {
    let mut fields = Fields::default();
    fields.put_flag("colors", preferences.colors);
    fields.put_extensions(&preferences.extensions);
    fields
}

fn list<T>(items: &[T], name_of: impl Fn(&T) -> &str, print: impl Fn(&T) -> Value) -> Value {
    if items.is_empty() {
        return Value::Null;
    }
    let mut sorted: Vec<&T> = items.iter().collect();
    sorted.sort_by(|a, b| name_of(a).cmp(name_of(b)));
    sorted.into_iter().map(print).collect()
}

/// The fields of an object, in order. The setters leave out what client-go leaves out.
#[derive(Default)]
struct Fields(Map<String, Value>);

impl Fields {
    fn put(&mut self, name: &str, value: impl Into<Value>) {
        self.0.insert(name.to_owned(), value.into());
    }

    fn put_text(&mut self, name: &str, text: Option<&str>) {
        if let Some(text) = text.filter(|text| !text.is_empty()) {
            self.put(name, text);
        }
    }

    fn put_flag(&mut self, name: &str, flag: bool) {
        if flag {
            self.put(name, flag);
        }
    }

    fn put_object(&mut self, name: &str, object: Self) {
        if !object.0.is_empty() {
            self.put(name, object.finish());
        }
    }

    fn put_extensions(&mut self, extensions: &[NamedExtension]) {
        if !extensions.is_empty() {
            let print = |entry: &NamedExtension| {
                let mut extension = entry.extension.clone();
                extension.sort_all_objects();
                json!({"name": entry.name, "extension": extension})
            };
            self.put("extensions", list(extensions, |entry| &entry.name, print));
        }
    }

    fn finish(self) -> Value {
        Value::Object(self.0)
    }
}
