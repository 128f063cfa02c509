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
/// the prelude of Rust among them; and what every command has, `help` and `version`. And `nimbus`, which tests take for a provider that there is not.
const TAKEN: &[&str] = &[
    "accepted",
    "access",
    "adapter",
    "admission",
    "alloc",
    "answer",
    "arc",
    "args",
    "auth",
    "authority",
    "base64",
    "bool",
    "box",
    "btreemap",
    "bytes",
    "caller",
    "char",
    "cli",
    "client",
    "clone",
    "cluster",
    "command",
    "conformance",
    "connection",
    "copy",
    "core",
    "cow",
    "credentials",
    "debug",
    "default",
    "delivery",
    "dialect",
    "digest",
    "display",
    "drop",
    "duration",
    "edition",
    "emulation",
    "emulator",
    "endpoint",
    "eq",
    "err",
    "error",
    "fetch",
    "fetching",
    "formatter",
    "from",
    "given",
    "hash",
    "help",
    "http",
    "ids",
    "incident",
    "into",
    "issued",
    "iterator",
    "jiff",
    "kubeconfig",
    "kubeproof",
    "ledger",
    "meaning",
    "method",
    "named",
    "nimbus",
    "none",
    "ok",
    "option",
    "options",
    "ord",
    "owner",
    "partialeq",
    "presented",
    "problem",
    "provider",
    "providers",
    "rcgen",
    "readiness",
    "reference",
    "refusal",
    "registry",
    "reply",
    "request",
    "result",
    "scalar",
    "secret",
    "send",
    "serde",
    "sha2",
    "sha256",
    "sized",
    "some",
    "statuscode",
    "std",
    "str",
    "string",
    "sync",
    "test",
    "tests",
    "timestamp",
    "tokio",
    "toowned",
    "tostring",
    "url",
    "value",
    "vec",
    "version",
    "visitor",
    "whereabouts",
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
