use minijinja::{Environment, UndefinedBehavior, Value, context};

use super::endpoint::{Owner, Path};
use super::name::ProviderName;
use super::{Answer, Credential};

/// What the templates are filled with.
pub(super) struct Draft<'a> {
    pub(super) name: &'a ProviderName,
    pub(super) path: &'a Path,
    pub(super) credential: Credential,
    pub(super) answer: Answer,
    pub(super) base_url: &'a str,
}

/// Where each file goes, `NAME` being the provider's name, and its template.
pub(super) const TEMPLATES: &[(&str, &str)] = &[
    ("fixtures/NAME/clauses.yaml", include_str!("../templates/provider/clauses.yaml")),
    ("fixtures/NAME/cases/access.yaml", include_str!("../templates/provider/cases/access.yaml")),
    ("fixtures/NAME/cases/errors.yaml", include_str!("../templates/provider/cases/errors.yaml")),
    ("fixtures/NAME/cases/not-ready.yaml", include_str!("../templates/provider/cases/not-ready.yaml")),
    ("fixtures/NAME/saboteurs.yaml", include_str!("../templates/provider/saboteurs.yaml")),
    ("crates/emulator/src/providers/NAME.rs", include_str!("../templates/provider/emulator/provider.rs")),
    ("crates/emulator/src/providers/NAME/dialect.rs", include_str!("../templates/provider/emulator/dialect.rs")),
    ("crates/emulator/src/providers/NAME/kubeconfig.rs", include_str!("../templates/provider/emulator/kubeconfig.rs")),
    ("crates/emulator/src/providers/NAME/world.rs", include_str!("../templates/provider/emulator/world.rs")),
    ("crates/NAME/Cargo.toml", include_str!("../templates/provider/client/Cargo.toml")),
    ("crates/NAME/src/lib.rs", include_str!("../templates/provider/client/src/lib.rs")),
    ("crates/NAME/src/cluster.rs", include_str!("../templates/provider/client/src/cluster.rs")),
    ("crates/NAME/tests/it/main.rs", include_str!("../templates/provider/client/tests/main.rs")),
    ("crates/NAME/tests/it/requests.rs", include_str!("../templates/provider/client/tests/requests.rs")),
    ("crates/reference/src/NAME.rs", include_str!("../templates/provider/reference.rs")),
    ("crates/cli/src/fetch/NAME.rs", include_str!("../templates/provider/fetch.rs")),
    ("docs/emulations/NAME.md", include_str!("../templates/provider/emulation.md")),
    ("snapshots/public-api/NAME.snap", include_str!("../templates/provider/public-api.snap")),
];

impl Draft<'_> {
    /// Every file, relative to the checkout, and its text.
    ///
    /// # Errors
    ///
    /// When a template is broken.
    pub(super) fn files(&self) -> Result<Vec<(String, String)>, minijinja::Error> {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        let context = self.context();
        let mut files = Vec::new();
        for (place, template) in TEMPLATES {
            // Its last line end is left out of what is rendered.
            let text = environment.render_named_str(place, template, &context)? + "\n";
            files.push((place.replace("NAME", self.name.as_str()), text));
        }
        Ok(files)
    }

    /// The arm that fetches by the client in the tests of every client.
    pub(super) fn client_under_test(&self) -> String {
        let Self { name, path, .. } = self;
        let ids = path.ids(|id| format!("&id(\"{id}\")"));
        format!(
            "        \"{name}\" => {{
            use kubeproof_{name}::{{Client, Cluster, Options}};
            let client = Client::builder(credentials).base_url(url).transport(options).build()?;
            let cluster = Cluster::parse({ids})?;
            Ok(Fetched::of(wait.fetch(&client, &cluster, &Options::default(), progress).await?.kubeconfig))
        }}"
        )
    }

    /// The row of the test of `new adapter`: what an adapter has to ask for.
    pub(super) fn adapter_under_test(&self) -> String {
        let Self { name, path, credential, .. } = self;
        let ids = path.ids(|id| format!("\"{id}\""));
        let features = match credential {
            Credential::Bearer => "bearer",
            Credential::Token => "token",
        };
        let path = path.beginning();
        format!("        (\"{name}\", &[{ids}], \"{path}\", [&{features}[..], &[\"kubeconfig\"]].concat()),")
    }

    fn context(&self) -> Value {
        let Self { name, path, credential, answer, base_url } = self;
        let owner = path.owner();
        let demo = |id: &str| match id {
            "cluster_id" => "demo".to_owned(),
            owner => format!("demo-{}", owner.trim_end_matches("_id")),
        };
        let field = |id: &str| if id == "cluster_id" { "id".to_owned() } else { id.to_owned() };
        let endpoint = context! {
            path => path.written(|id| format!("{{{id}}}")),
            beginning => path.beginning(),
            operation => path.operation(),
            // Of the emulation.
            example => path.written(demo),
            asked => path.elements(|id| format!("id(cluster, \"{id}\")")),
            pattern => path.elements(str::to_owned),
            named_asked => path.ids(|id| format!("(\"{id}\", {id})")),
            named_cluster => path.ids(|id| format!("(\"{id}\", &cluster.{})", field(id))),
            // Of the client.
            client_path => path.written(|_| "{}".to_owned()),
            client_ids => path.ids(|id| format!("self.{id}.encoded()")),
            encoded => path.written(|id| match id {
                "cluster_id" => "a%3Ab".to_owned(),
                owner => format!("my-{}", owner.trim_end_matches("_id")),
            }),
            owner => owner.map(Owner::word),
            article => owner.map(Owner::article),
        };
        let credential = match credential {
            Credential::Bearer => context! {
                credential => "bearer",
                credential_words => "bearer token",
                variant => "Bearer",
                other_variant => "Token",
                header => "authorization",
                header_shown => "Authorization",
                prefix => "Bearer ",
                wire_headers => "{authorization: \"Bearer {bearer}\"}",
            },
            Credential::Token => context! {
                credential => "token",
                credential_words => "token",
                variant => "Token",
                other_variant => "Bearer",
                header => "x-auth-token",
                header_shown => "X-Auth-Token",
                prefix => "",
                wire_headers => "{x-auth-token: \"{token}\"}",
            },
        };
        let answer = match answer {
            Answer::Yaml => context! {
                answer => "yaml",
                accept => "application/yaml, */*;q=0.1",
                written => "with_body(\"application/yaml\", body)",
            },
            Answer::Json => context! { answer => "json", accept => "application/json", written => "with_json(&body)" },
        };
        let own = context! {
            name => name.as_str(),
            type => name.type_name(),
            upper => name.upper(),
            base_url => *base_url,
            edition => "draft",
        };
        context! { ..own, ..endpoint, ..credential, ..answer }
    }
}
