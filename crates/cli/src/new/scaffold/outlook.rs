use super::name::ProviderName;

/// The cases that fail until the client reads the answer.
const RED: [&str; 8] = [
    "access/kubeconfig",
    "errors/unknown-token",
    "errors/token-without-rights",
    "errors/unknown-cluster",
    "errors/rate-limited",
    "errors/unavailable",
    "not-ready/says-so",
    "not-ready/ready-later",
];

/// What fails now, why, and what to run next.
pub(super) fn outlook(name: &ProviderName) -> String {
    let cases: String = RED.iter().map(|case| format!("  {name}/{case}\n")).collect();
    format!(
        "
red until `Client::fetch` in crates/{name}/src/lib.rs reads the answer, since the emulation answers and the client does not:
{cases}
next:
  cargo fmt --all
  cargo run -- check {name}
  cargo run -- clauses --provider {name}
  cargo run -- serve --provider {name}
  docs/new-provider.md leads on
"
    )
}
