use std::fmt;
use std::str::FromStr;

/// What a provider is called everywhere: in ids of clauses and cases, as a folder, a crate, a module, a command and a type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ProviderName(String);

/// The keywords of Rust, those kept for later included.
const KEYWORDS: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate", "do", "dyn", "else",
    "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro", "match", "mod",
    "move", "mut", "override", "priv", "pub", "ref", "return", "self", "static", "struct", "super", "trait", "true",
    "try", "type", "typeof", "union", "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];

/// What the code around the provider calls something else: crates, and modules, types, traits and primitives that its modules use,
/// the prelude of Rust among them; and what every command has, `help` and `version`; what `serve` and `prove` call by such a
/// name, `admin`, `elsewhere` and `protocol`. And `nimbus`, which tests take for a provider that there is not.
const TAKEN: &[&str] = &[
    "about",
    "accepted",
    "access",
    "adapter",
    "admin",
    "admission",
    "alloc",
    "answer",
    "any",
    "arc",
    "args",
    "asking",
    "attempt",
    "auth",
    "authority",
    "base64",
    "bearer",
    "bool",
    "box",
    "btreemap",
    "bytes",
    "caller",
    "char",
    "clap",
    "cli",
    "client",
    "clone",
    "cluster",
    "clusters",
    "collections",
    "command",
    "conformance",
    "connection",
    "copy",
    "core",
    "cow",
    "credential",
    "credentials",
    "debug",
    "decoded",
    "default",
    "delivery",
    "deserialize",
    "deserializer",
    "dialect",
    "digest",
    "display",
    "drop",
    "duration",
    "edition",
    "editions",
    "elsewhere",
    "emulation",
    "emulator",
    "endpoint",
    "eq",
    "err",
    "error",
    "fetch",
    "fetched",
    "fetching",
    "fmt",
    "formatter",
    "from",
    "given",
    "hash",
    "help",
    "hex",
    "http",
    "id",
    "identifier",
    "ids",
    "incident",
    "into",
    "issued",
    "iterator",
    "jiff",
    "json",
    "known",
    "kubeconfig",
    "kubeproof",
    "kubernetes",
    "ledger",
    "matchers",
    "meaning",
    "method",
    "misused",
    "mock",
    "name",
    "named",
    "nimbus",
    "none",
    "ok",
    "option",
    "options",
    "ord",
    "output",
    "owner",
    "partialeq",
    "parts",
    "pki",
    "presented",
    "problem",
    "protocol",
    "provider",
    "providers",
    "provisioning",
    "rcgen",
    "readiness",
    "reference",
    "refusal",
    "registry",
    "repeat",
    "reply",
    "request",
    "result",
    "saboteur",
    "scalar",
    "secret",
    "send",
    "sense",
    "serde",
    "serialize",
    "session",
    "sha2",
    "sha256",
    "sized",
    "some",
    "statuscode",
    "std",
    "str",
    "string",
    "subcommand",
    "sync",
    "test",
    "tests",
    "timestamp",
    "tokio",
    "toowned",
    "tostring",
    "transport",
    "url",
    "value",
    "vec",
    "version",
    "visitor",
    "way",
    "whereabouts",
    "wiremock",
    "world",
];

impl ProviderName {
    /// The name as that of a type: `cirrus` is `Cirrus`.
    pub(super) fn type_name(&self) -> String {
        let mut letters = self.0.chars();
        letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect()
    }

    /// The name within that of a variable of the environment.
    pub(super) fn upper(&self) -> String {
        self.0.to_ascii_uppercase()
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ProviderName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for ProviderName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if !is_well_formed(text) {
            return Err(format!(
                "it becomes a crate, a module and a type: write 2 to 20 lowercase letters and digits, a letter first, such as {}",
                suggestion(text)
            ));
        }
        if KEYWORDS.contains(&text) {
            return Err(format!("it is a word of Rust: write another, such as {text}cloud"));
        }
        if TAKEN.contains(&text) {
            return Err(format!("the code around it has another {text}: write another name, such as {text}cloud"));
        }
        Ok(Self(text.to_owned()))
    }
}

fn is_well_formed(text: &str) -> bool {
    (2..=20).contains(&text.len())
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
}

/// The name that was meant, as far as it can be told.
fn suggestion(text: &str) -> String {
    let letters = text.chars().filter(char::is_ascii_alphanumeric).skip_while(char::is_ascii_digit);
    let meant: String = letters.take(20).map(|c| c.to_ascii_lowercase()).collect();
    if is_well_formed(&meant) { meant } else { "cirrus".to_owned() }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::new::scaffold::files::TEMPLATES;

    /// The files that name every provider.
    const REGISTRIES: [&str; 3] = [
        include_str!("../../fetch.rs"),
        include_str!("../../../../emulator/src/providers.rs"),
        include_str!("../../../../reference/src/lib.rs"),
    ];

    /// The words of what a text uses and defines.
    fn words(text: &str) -> impl Iterator<Item = &str> {
        let is_prose = |line: &&str| line.starts_with("//") && !(line.contains("use ") && line.contains("::"));
        let lines = text.lines().map(str::trim_start).filter(move |line| !is_prose(line));
        let lines = lines.map(|line| line.trim_start_matches("//!").trim_start_matches("///").trim_start());
        let mut is_open = false;
        let named = lines.filter(move |line| {
            let begins = ["use ", "pub use ", "pub(crate) use "].iter().any(|start| line.starts_with(start));
            let defines = ["struct ", "enum ", "trait ", "type "].iter().any(|word| line.contains(word));
            let is_named = begins || is_open || (defines && !line.starts_with('/') && !line.starts_with('#'));
            is_open = (begins || is_open) && !line.contains(';');
            is_named
        });
        // What is within {% %} is of the template, and not of what is made of it.
        let written =
            named.flat_map(|line| line.split("{%").map(|part| part.split_once("%}").map_or(part, |(_, rest)| rest)));
        written.flat_map(|text| text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_'))
    }

    /// A name that the code around a provider has already would not build.
    #[test]
    fn what_the_templates_use_is_no_name() {
        let templates = TEMPLATES.iter().filter(|(file, _)| file.ends_with(".rs")).map(|(_, text)| *text);
        let mut open = BTreeSet::new();
        for word in templates.chain(REGISTRIES).flat_map(words) {
            let name = word.to_ascii_lowercase();
            let is_provider = kubeproof::emulator::providers::PROVIDERS.contains(&name.as_str());
            if let (false, Ok(name)) = (is_provider, name.parse::<ProviderName>()) {
                // `TransportOptions` is not the type of a provider `transportoptions`.
                open.extend((word == name.as_str() || word == name.type_name()).then(|| name.to_string()));
            }
        }
        assert_eq!(open, BTreeSet::new(), "put these into TAKEN");
    }
}
