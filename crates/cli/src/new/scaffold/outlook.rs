use super::name::ProviderName;

/// The cases that fail until the client reads answers, below the provider's name.
const CASES: [&str; 8] = [
    "access/kubeconfig",
    "errors/rate-limited",
    "errors/token-without-rights",
    "errors/unavailable",
    "errors/unknown-cluster",
    "errors/unknown-token",
    "not-ready/ready-later",
    "not-ready/says-so",
];

/// The tests of every client that fail until then, each with its package and binary.
const TESTS: [(&str, &str); 6] = [
    ("kubeproof-tests clients", "faults::over_plain_http"),
    ("kubeproof-tests clients", "faults::over_tls"),
    ("kubeproof-tests clients", "waiting::every_client_waits_until_its_cluster_is_ready"),
    ("kubeproof-tests clients", "waiting::no_client_waits_longer_than_it_is_told"),
    ("kubeproof-tests it", "hosts::every_case_passes_over_tls_and_http_2"),
    ("kubeproof-cli it", "check::the_embedded_suite_is_conformant"),
];

/// The tests that compare with what was taken down before.
const TAKEN_DOWN: [(&str, &str); 9] = [
    ("kubeproof-cli it", "manual::help_teaches"),
    ("kubeproof-cli it", "prove::the_suite_bites"),
    ("kubeproof-cli book", "commands::every_command_is_in_the_reference"),
    ("kubeproof-cli book", "emulations::every_emulation_has_a_page_that_is_true_of_the_data"),
    ("kubeproof-cli book", "links::every_link_leads_somewhere"),
    ("kubeproof-cli book", "reference::every_case_is_in_the_reference"),
    ("kubeproof-cli book", "reference::every_clause_is_in_the_reference"),
    ("kubeproof-cli book", "reference::every_provider_is_in_the_introduction"),
    ("kubeproof-cli book", "summary::every_page_is_in_the_summary_once"),
];

/// What fails now and why, and what to run next.
pub(super) fn outlook(name: &ProviderName) -> String {
    let row = |binary: &str, test: &str| format!("  {binary:<28}{test}\n");
    let cases: String =
        CASES.iter().map(|case| row("kubeproof-tests conformance", &format!("{name}/{case}"))).collect();
    let tests: String = TESTS.iter().map(|(binary, test)| row(binary, test)).collect();
    let taken_down: String = TAKEN_DOWN.iter().map(|(binary, test)| row(binary, test)).collect();
    format!(
        "
these fail until `Client::fetch` in crates/{name}/src/lib.rs reads answers: the emulation gives them, the client makes nothing of them
{cases}{tests}and these until what it changes in snapshots/ and docs/ is written down, by `just reference`, and for the first two, when the client
reads answers, by INSTA_UPDATE=always KUBEPROOF_WRITE_DOCS=1 cargo test -p kubeproof-cli --test it -- help_teaches the_suite_bites
{taken_down}
next, as docs/new-provider.md has it:
  cargo fmt --all
  cargo run -- check {name}
  cargo run -- clauses --provider {name}
  cargo run -- serve --provider {name}
"
    )
}
