//! Writing, so that every YAML reader gets the same strings back.
//!
//! Keys are sorted as kubectl sorts them; lists keep their order. client-go's empty fields are left out, and a list that
//! is empty, or is not there, is `[]` or left out rather than kubectl's `null`, which some clients cannot read.

use std::collections::BTreeMap;
use std::convert::Infallible;

use serde::ser::{Serialize, SerializeMap as _, Serializer};
use serde_json::{Map, Value};

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
        // About as long as entries with tokens are: what grows is moved over and over.
        let entries = self.clusters.len() + self.users.len() + self.contexts.len();
        let mut yaml = String::with_capacity(entries.saturating_mul(BYTES_OF_AN_ENTRY));
        serde_saphyr::to_fmt_writer_with_options(&mut yaml, &Written(self), options)
            .map_err(|source| WriteError { source })?;
        Ok(yaml)
    }

    /// The kubeconfig as JSON, secrets included.
    #[must_use]
    #[expect(clippy::expect_used, reason = "keys are texts and numbers are JSON's, so there is nothing to refuse")]
    pub fn to_json(&self) -> Value {
        serde_json::to_value(Written(self)).expect("a kubeconfig is JSON")
    }
}

const BYTES_OF_AN_ENTRY: usize = 96;

/// The fields of a mapping of the model: the known ones, sorted, and those that client-go does not know.
trait Fields {
    /// Calls for each known field, with its name, and nothing where client-go leaves it out.
    fn each<'a, E>(&'a self, visit: &mut impl Visit<'a, E>) -> Result<(), E>;
    fn unknown(&self) -> &Unknown;
}

trait Visit<'a, E>: FnMut(&'static str, Option<Field<'a>>) -> Result<(), E> {}

impl<'a, E, V: FnMut(&'static str, Option<Field<'a>>) -> Result<(), E>> Visit<'a, E> for V {}

/// The known fields in a list.
fn known<T: Fields>(mapping: &T) -> Vec<(&'static str, Option<Field<'_>>)> {
    let mut known = Vec::new();
    let Ok(()) = mapping.each(&mut |name, field| {
        known.push((name, field));
        Ok::<_, Infallible>(())
    });
    known
}

/// What a field holds, borrowed from the model.
#[derive(Clone, Copy)]
enum Field<'a> {
    Text(&'a str),
    Base64(&'a Data),
    Flag(bool),
    Texts(&'a [String]),
    TextsByKey(&'a BTreeMap<String, Option<Vec<String>>>),
    Secrets(&'a BTreeMap<String, Secret>),
    Any(&'a Value),
    Clusters(&'a [NamedCluster]),
    Users(&'a [NamedUser]),
    Contexts(&'a [NamedContext]),
    Extensions(&'a [NamedExtension]),
    Variables(&'a [EnvVar]),
    Cluster(&'a Cluster),
    User(&'a User),
    Context(&'a Context),
    Preferences(&'a Preferences),
    AuthProvider(&'a AuthProvider),
    Exec(&'a Exec),
}

impl<'a> Field<'a> {
    fn optional_text(text: Option<&'a str>) -> Option<Self> {
        text.filter(|text| !text.is_empty()).map(Self::Text)
    }

    fn secret(secret: Option<&'a Secret>) -> Option<Self> {
        Self::optional_text(secret.map(Secret::expose))
    }

    fn data(data: Option<&'a Data>) -> Option<Self> {
        data.filter(|data| !data.is_empty()).map(Self::Base64)
    }

    fn flag(flag: bool) -> Option<Self> {
        flag.then_some(Self::Flag(true))
    }

    fn extensions(extensions: &'a [NamedExtension]) -> Option<Self> {
        (!extensions.is_empty()).then_some(Self::Extensions(extensions))
    }
}

impl Serialize for Field<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match *self {
            Self::Text(text) => serializer.serialize_str(text),
            Self::Base64(data) => serializer.serialize_str(&data.to_base64()),
            Self::Flag(flag) => serializer.serialize_bool(flag),
            Self::Texts(texts) => texts.serialize(serializer),
            Self::TextsByKey(texts) => texts.serialize(serializer),
            Self::Secrets(secrets) => {
                serializer.collect_map(secrets.iter().map(|(key, secret)| (key, secret.expose())))
            }
            Self::Any(value) => Sorted(value).serialize(serializer),
            Self::Clusters(clusters) => serializer.collect_seq(clusters.iter().map(Written)),
            Self::Users(users) => serializer.collect_seq(users.iter().map(Written)),
            Self::Contexts(contexts) => serializer.collect_seq(contexts.iter().map(Written)),
            Self::Extensions(extensions) => serializer.collect_seq(extensions.iter().map(Written)),
            Self::Variables(variables) => serializer.collect_seq(variables.iter().map(Written)),
            Self::Cluster(cluster) => Written(cluster).serialize(serializer),
            Self::User(user) => Written(user).serialize(serializer),
            Self::Context(context) => Written(context).serialize(serializer),
            Self::Preferences(preferences) => Written(preferences).serialize(serializer),
            Self::AuthProvider(provider) => Written(provider).serialize(serializer),
            Self::Exec(exec) => Written(exec).serialize(serializer),
        }
    }
}

/// A mapping of the model as it is written.
struct Written<'a, T>(&'a T);

impl<T: Fields> Serialize for Written<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if !self.0.unknown().is_empty() {
            let known = known(self.0);
            let written = known.iter().filter_map(|(name, field)| Some((*name, (*field)?)));
            let mut entries: Vec<_> = written.chain(unknown(self.0.unknown(), &known)).collect();
            entries.sort_unstable_by_key(|(name, _)| *name);
            return serializer.collect_map(entries);
        }
        let mut map = serializer.serialize_map(None)?;
        self.0.each(&mut |name, field| match field {
            Some(field) => map.serialize_entry(name, &field),
            None => Ok(()),
        })?;
        map.end()
    }
}

/// The fields that client-go does not know. One that has the name of a known field is none, also when that is empty.
fn unknown<'a>(
    unknown: &'a Unknown,
    known: &[(&'static str, Option<Field<'_>>)],
) -> impl Iterator<Item = (&'a str, Field<'a>)> {
    let is_unknown = |name: &str| known.iter().all(|(known, _)| *known != name);
    let fields = unknown.fields().iter().filter(move |(name, _)| is_unknown(name));
    fields.map(|(name, value)| (name.as_str(), Field::Any(value)))
}

/// A value of any shape, with the keys of its mappings sorted.
struct Sorted<'a>(&'a Value);

impl Serialize for Sorted<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Array(items) => serializer.collect_seq(items.iter().map(Sorted)),
            Value::Object(fields) => serializer.collect_map(sorted(fields)),
            value => value.serialize(serializer),
        }
    }
}

fn sorted(fields: &Map<String, Value>) -> Vec<(&str, Sorted<'_>)> {
    let mut entries: Vec<_> = fields.iter().map(|(name, value)| (name.as_str(), Sorted(value))).collect();
    entries.sort_unstable_by_key(|(name, _)| *name);
    entries
}

impl Fields for Kubeconfig {
    fn each<'a, E>(&'a self, visit: &mut impl Visit<'a, E>) -> Result<(), E> {
        visit("apiVersion", Some(Field::Text("v1")))?;
        visit("clusters", Some(Field::Clusters(&self.clusters)))?;
        visit("contexts", Some(Field::Contexts(&self.contexts)))?;
        visit("current-context", Some(Field::Text(&self.current_context)))?;
        visit("extensions", Field::extensions(&self.extensions))?;
        visit("kind", Some(Field::Text("Config")))?;
        visit("preferences", is_written(&self.preferences).then_some(Field::Preferences(&self.preferences)))?;
        visit("users", Some(Field::Users(&self.users)))
    }

    fn unknown(&self) -> &Unknown {
        &self.unknown
    }
}

fn is_written(preferences: &Preferences) -> bool {
    let known = known(preferences);
    known.iter().any(|(_, field)| field.is_some()) || unknown(&preferences.unknown, &known).next().is_some()
}

impl Fields for NamedCluster {
    fn each<'a, E>(&'a self, visit: &mut impl Visit<'a, E>) -> Result<(), E> {
        visit("cluster", Some(Field::Cluster(&self.cluster)))?;
        visit("name", Some(Field::Text(&self.name)))
    }

    fn unknown(&self) -> &Unknown {
        &self.unknown
    }
}

impl Fields for Cluster {
    fn each<'a, E>(&'a self, visit: &mut impl Visit<'a, E>) -> Result<(), E> {
        visit("certificate-authority", Field::optional_text(self.certificate_authority.as_deref()))?;
        visit("certificate-authority-data", Field::data(self.certificate_authority_data.as_ref()))?;
        visit("disable-compression", Field::flag(self.disable_compression))?;
        visit("extensions", Field::extensions(&self.extensions))?;
        visit("insecure-skip-tls-verify", Field::flag(self.insecure_skip_tls_verify))?;
        visit("proxy-url", Field::optional_text(self.proxy_url.as_deref()))?;
        visit("server", Some(Field::Text(&self.server)))?;
        visit("tls-server-name", Field::optional_text(self.tls_server_name.as_deref()))
    }

    fn unknown(&self) -> &Unknown {
        &self.unknown
    }
}

impl Fields for NamedUser {
    fn each<'a, E>(&'a self, visit: &mut impl Visit<'a, E>) -> Result<(), E> {
        visit("name", Some(Field::Text(&self.name)))?;
        visit("user", Some(Field::User(&self.user)))
    }

    fn unknown(&self) -> &Unknown {
        &self.unknown
    }
}

impl Fields for User {
    fn each<'a, E>(&'a self, visit: &mut impl Visit<'a, E>) -> Result<(), E> {
        let (groups, extra) = (&self.impersonate_groups, &self.impersonate_user_extra);
        visit("as", Field::optional_text(self.impersonate.as_deref()))?;
        visit("as-groups", (!groups.is_empty()).then_some(Field::Texts(groups)))?;
        visit("as-uid", Field::optional_text(self.impersonate_uid.as_deref()))?;
        visit("as-user-extra", (!extra.is_empty()).then_some(Field::TextsByKey(extra)))?;
        visit("auth-provider", self.auth_provider.as_ref().map(Field::AuthProvider))?;
        visit("client-certificate", Field::optional_text(self.client_certificate.as_deref()))?;
        visit("client-certificate-data", Field::data(self.client_certificate_data.as_ref()))?;
        visit("client-key", Field::optional_text(self.client_key.as_deref()))?;
        visit("client-key-data", Field::data(self.client_key_data.as_ref()))?;
        visit("exec", self.exec.as_ref().map(Field::Exec))?;
        visit("extensions", Field::extensions(&self.extensions))?;
        visit("password", Field::secret(self.password.as_ref()))?;
        visit("token", Field::secret(self.token.as_ref()))?;
        visit("tokenFile", Field::optional_text(self.token_file.as_deref()))?;
        visit("username", Field::optional_text(self.username.as_deref()))
    }

    fn unknown(&self) -> &Unknown {
        &self.unknown
    }
}

impl Fields for AuthProvider {
    fn each<'a, E>(&'a self, visit: &mut impl Visit<'a, E>) -> Result<(), E> {
        visit("config", self.config.as_ref().map(Field::Secrets))?;
        visit("name", Some(Field::Text(&self.name)))
    }

    fn unknown(&self) -> &Unknown {
        &self.unknown
    }
}

impl Fields for Exec {
    fn each<'a, E>(&'a self, visit: &mut impl Visit<'a, E>) -> Result<(), E> {
        visit("apiVersion", Field::optional_text(self.api_version.as_deref()))?;
        visit("args", self.args.as_deref().map(Field::Texts))?;
        visit("command", Some(Field::Text(&self.command)))?;
        visit("env", self.env.as_deref().map(Field::Variables))?;
        visit("installHint", Field::optional_text(self.install_hint.as_deref()))?;
        visit("interactiveMode", Field::optional_text(self.interactive_mode.as_deref()))?;
        visit("provideClusterInfo", Field::flag(self.provide_cluster_info))
    }

    fn unknown(&self) -> &Unknown {
        &self.unknown
    }
}

impl Fields for EnvVar {
    fn each<'a, E>(&'a self, visit: &mut impl Visit<'a, E>) -> Result<(), E> {
        visit("name", Some(Field::Text(&self.name)))?;
        visit("value", Some(Field::Text(self.value.expose())))
    }

    fn unknown(&self) -> &Unknown {
        &self.unknown
    }
}

impl Fields for NamedContext {
    fn each<'a, E>(&'a self, visit: &mut impl Visit<'a, E>) -> Result<(), E> {
        visit("context", Some(Field::Context(&self.context)))?;
        visit("name", Some(Field::Text(&self.name)))
    }

    fn unknown(&self) -> &Unknown {
        &self.unknown
    }
}

impl Fields for Context {
    fn each<'a, E>(&'a self, visit: &mut impl Visit<'a, E>) -> Result<(), E> {
        visit("cluster", Some(Field::Text(&self.cluster)))?;
        visit("extensions", Field::extensions(&self.extensions))?;
        visit("namespace", Field::optional_text(self.namespace.as_deref()))?;
        visit("user", Some(Field::Text(&self.user)))
    }

    fn unknown(&self) -> &Unknown {
        &self.unknown
    }
}

impl Fields for Preferences {
    fn each<'a, E>(&'a self, visit: &mut impl Visit<'a, E>) -> Result<(), E> {
        visit("colors", Field::flag(self.colors))?;
        visit("extensions", Field::extensions(&self.extensions))
    }

    fn unknown(&self) -> &Unknown {
        &self.unknown
    }
}

impl Fields for NamedExtension {
    fn each<'a, E>(&'a self, visit: &mut impl Visit<'a, E>) -> Result<(), E> {
        visit("extension", Some(Field::Any(&self.extension)))?;
        visit("name", Some(Field::Text(&self.name)))
    }

    fn unknown(&self) -> &Unknown {
        &self.unknown
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(mapping: &impl Fields) {
        assert!(known(mapping).is_sorted_by_key(|(name, _)| *name));
    }

    #[test]
    fn known_fields_are_sorted() {
        check(&Kubeconfig::default());
        check(&NamedCluster::default());
        check(&Cluster::default());
        check(&NamedUser::default());
        check(&User::default());
        check(&AuthProvider::default());
        check(&Exec::default());
        check(&EnvVar { name: String::new(), value: Secret::new(""), unknown: Unknown::default() });
        check(&NamedContext::default());
        check(&Context::default());
        check(&Preferences::default());
        check(&NamedExtension { name: String::new(), extension: Value::Null, unknown: Unknown::default() });
    }
}
