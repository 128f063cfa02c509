//! The tables of client-go in `vectors/`, each through one check.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};

use kubeproof_kubeconfig::{
    Disclosure, Files, Finding, Kubeconfig, LoadErrorKind, Loaded, Rules, Sources, View, relativized, validate,
};
use serde::Deserialize;
use serde::de::DeserializeOwned;

fn vectors<T: DeserializeOwned>(text: &str) -> T {
    let mut value: serde_yaml::Value = serde_yaml::from_str(text).unwrap();
    value.apply_merge().unwrap();
    serde_yaml::from_value(value).unwrap()
}

/// Files by their path, and one folder.
struct InMemory<'a>(&'a BTreeMap<String, String>);

impl Files for InMemory<'_> {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        match self.0.get(path.to_str().unwrap()) {
            _ if path == Path::new("folder") => Err(io::ErrorKind::IsADirectory.into()),
            Some(text) => Ok(text.clone().into_bytes()),
            None => Err(io::ErrorKind::NotFound.into()),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PathVectors {
    sources: Vec<SourcesRow>,
    resolve: Vec<PathRow>,
    relativize: Vec<PathRow>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SourcesRow {
    explicit: Option<PathBuf>,
    variable: Option<String>,
    home: Option<PathBuf>,
    files: Vec<PathBuf>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PathRow {
    folder: String,
    #[serde(default)]
    field: String,
    path: String,
    expect: Option<String>,
}

#[test]
#[cfg(unix)]
fn paths() {
    let vectors: PathVectors = vectors(include_str!("vectors/paths.yaml"));
    for row in &vectors.sources {
        let sources =
            Sources::find(row.explicit.as_deref(), row.variable.as_deref().map(OsStr::new), row.home.as_deref());
        assert_eq!(sources.paths(), row.files, "{row:?}");
        assert_eq!(sources.is_explicit(), row.explicit.as_ref().is_some_and(|path| !path.as_os_str().is_empty()));
    }
    for row in &vectors.resolve {
        check_resolved(row);
    }
    for row in &vectors.relativize {
        let relative = relativized(&row.path, Path::new(&row.folder));
        assert_eq!(relative.ok(), row.expect, "{row:?}");
    }
}

/// Loads a file with one path in it.
#[track_caller]
fn check_resolved(row: &PathRow) {
    let PathRow { folder, field, path, expect } = row;
    let text = match field.as_str() {
        "certificate-authority" => format!("clusters: [{{name: a, cluster: {{{field}: '{path}'}}}}]"),
        "command" => format!("users: [{{name: a, user: {{exec: {{{field}: '{path}'}}}}}}]"),
        _ => format!("users: [{{name: a, user: {{{field}: '{path}'}}}}]"),
    };
    let file = format!("{folder}/config");
    let files = BTreeMap::from([(file.clone(), text)]);
    let loaded = Loaded::from_sources(&Sources::Explicit(file.into()), &InMemory(&files)).unwrap();
    let json = loaded.with_resolved_paths().unwrap().to_json();
    let pointer = match field.as_str() {
        "certificate-authority" => "/clusters/0/cluster/certificate-authority".to_owned(),
        "command" => "/users/0/user/exec/command".to_owned(),
        _ => format!("/users/0/user/{field}"),
    };
    let resolved = json.pointer(&pointer).and_then(serde_json::Value::as_str).unwrap_or_default();
    assert_eq!(Some(resolved), expect.as_deref(), "{row:?}");
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LoadVectors {
    files: BTreeMap<String, String>,
    rows: Vec<LoadRow>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LoadRow {
    name: String,
    explicit: Option<PathBuf>,
    variable: String,
    expect: Option<Summary>,
    error: Option<String>,
    file: Option<PathBuf>,
}

#[derive(Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Summary {
    current: String,
    clusters: BTreeMap<String, String>,
    users: BTreeMap<String, String>,
    contexts: BTreeMap<String, String>,
    missing: Vec<PathBuf>,
}

impl Summary {
    fn of(loaded: &Loaded) -> Self {
        let Loaded { kubeconfig, origins, .. } = loaded;
        let words =
            |parts: &[&str]| parts.iter().copied().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
        let origin = |origins: &BTreeMap<String, PathBuf>, name: &str| origins[name].to_str().unwrap().to_owned();
        let clusters = kubeconfig.clusters.iter().map(|entry| {
            let compression = if entry.cluster.disable_compression { "uncompressed" } else { "" };
            let origin = origin(&origins.clusters, &entry.name);
            (entry.name.clone(), words(&[&entry.cluster.server, compression, &origin]))
        });
        let users = kubeconfig.users.iter().map(|entry| {
            let token = entry.user.token.as_ref().unwrap().expose();
            let other = entry.user.impersonate.as_ref().map(|user| format!("as {user}")).unwrap_or_default();
            (entry.name.clone(), words(&[token, &other, &origin(&origins.users, &entry.name)]))
        });
        let contexts = kubeconfig.contexts.iter().map(|entry| {
            let context = &entry.context;
            let namespace = context.namespace.as_deref().unwrap_or_default();
            let origin = origin(&origins.contexts, &entry.name);
            (entry.name.clone(), words(&[&context.cluster, &context.user, namespace, &origin]))
        });
        let current = origins.current_context.as_ref().map(|path| path.to_str().unwrap()).unwrap_or_default();
        Self {
            current: words(&[&kubeconfig.current_context, current]),
            clusters: clusters.collect(),
            users: users.collect(),
            contexts: contexts.collect(),
            missing: loaded.missing.clone(),
        }
    }
}

#[test]
#[cfg(unix)]
fn several_files() {
    let vectors: LoadVectors = vectors(include_str!("vectors/load.yaml"));
    for row in &vectors.rows {
        let sources = Sources::find(row.explicit.as_deref(), Some(OsStr::new(&row.variable)), None);
        match Loaded::from_sources(&sources, &InMemory(&vectors.files)) {
            Ok(loaded) => assert_eq!(Some(Summary::of(&loaded)), row.expect, "{}", row.name),
            Err(error) => {
                let kind = match error.kind() {
                    LoadErrorKind::Missing => "missing",
                    LoadErrorKind::Unreadable => "unreadable",
                    LoadErrorKind::Invalid => "invalid",
                    _ => "another",
                };
                assert_eq!(
                    (Some(kind), Some(error.path())),
                    (row.error.as_deref(), row.file.as_deref()),
                    "{}",
                    row.name
                );
                assert!(error.to_string().starts_with(error.path().to_str().unwrap()), "{error}");
            }
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ValidateRow {
    name: String,
    text: Option<String>,
    cluster: Option<String>,
    user: Option<String>,
    every: Vec<String>,
    current: Option<Vec<String>>,
}

impl ValidateRow {
    fn text(&self) -> String {
        self.text.clone().unwrap_or_else(|| {
            let cluster = self.cluster.as_deref().unwrap_or("server: 'http://localhost:1'");
            let user = self.user.as_deref().unwrap_or("token: t");
            format!(
                "current-context: c\nclusters: [{{name: k, cluster: {{{cluster}}}}}]\nusers: [{{name: u, user: \
                 {{{user}}}}}]\ncontexts: [{{name: c, context: {{cluster: k, user: u}}}}]\n"
            )
        })
    }
}

#[test]
fn validation() {
    let rows: Vec<ValidateRow> = vectors(include_str!("vectors/validate.yaml"));
    let can_read = |path: &Path| {
        let is_gone = path.to_str().unwrap().starts_with("gone");
        if is_gone { Err(io::ErrorKind::NotFound.into()) } else { Ok(()) }
    };
    for row in &rows {
        let kubeconfig = Kubeconfig::parse(&row.text()).unwrap_or_else(|error| panic!("{}: {error}", row.name));
        let codes = |findings: Vec<Finding>| -> Vec<String> {
            findings.iter().map(|finding| format!("{} {}", finding.path, finding.code)).collect()
        };
        assert_eq!(codes(validate(&kubeconfig, Rules::ClientGo, can_read)), row.every, "{}", row.name);
        let current = row.current.as_ref().unwrap_or(&row.every);
        assert_eq!(codes(validate(&kubeconfig, Rules::CurrentContext, can_read)), *current, "{}", row.name);
        let of_name = validate(&kubeconfig, Rules::Context(&kubeconfig.current_context), can_read);
        assert_eq!(codes(of_name), *current, "{}", row.name);
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ViewRow {
    name: String,
    options: String,
    text: String,
    #[serde(default)]
    files: BTreeMap<String, String>,
    yaml: Option<String>,
    error: Option<String>,
    /// What `-o json` prints, where the row is about that.
    json: Option<String>,
}

impl ViewRow {
    fn view(&self) -> Result<View, String> {
        let mut files = self.files.clone();
        files.insert("config".to_owned(), self.text.clone());
        let has = |option| self.options.split(' ').any(|given| given == option);
        let loaded = Loaded::from_sources(&Sources::Explicit("config".into()), &InMemory(&files)).unwrap();
        let mut kubeconfig = loaded.kubeconfig;
        if has("--minify") {
            kubeconfig = kubeconfig.minified().map_err(|error| error.to_string())?;
        }
        if has("--flatten") {
            kubeconfig = kubeconfig.flattened(&loaded.origins, &InMemory(&files)).map_err(|error| error.to_string())?;
        }
        Ok(kubeconfig.view(if has("--raw") { Disclosure::Raw } else { Disclosure::Redacted }))
    }
}

#[test]
fn views() {
    let rows: Vec<ViewRow> = vectors(include_str!("vectors/view.yaml"));
    for row in &rows {
        let view = row.view();
        if let Some(json) = &row.json {
            let view = view.as_ref().unwrap();
            assert_eq!(&view.to_json(), json, "{}", row.name);
            assert_eq!(view.as_value()["kind"], "Config", "{}", row.name);
        }
        let printed = view.and_then(|view| view.to_yaml().map_err(|error| error.to_string()));
        match (printed, &row.yaml, &row.error) {
            (Ok(printed), Some(expected), _) => assert_eq!(&printed, expected, "{}", row.name),
            (Err(error), _, Some(expected)) => assert!(error.contains(expected), "{}: {error}", row.name),
            (printed, _, _) => panic!("{}: {printed:?}", row.name),
        }
    }
}
