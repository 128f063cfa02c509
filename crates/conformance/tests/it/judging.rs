//! Every expectation is met by what fits, and by nothing else.

use std::sync::Arc;

use kubeproof_conformance::adapter::{About, Failure, FailureKind, Feature, FetchRequest, Fetched, adapter_fn};
use kubeproof_conformance::{CaseResult, Outcome, Runner};
use kubeproof_emulator::Session;
use kubeproof_emulator::providers::digitalocean::DigitalOcean;
use kubeproof_emulator::providers::fireworks::Fireworks;

use crate::raw::send;
use crate::suite_of::{CLAUSES, suite_of};

/// Judges a result that does not depend on the server by a case with this expectation.
fn judge(expect: &str, result: Result<Fetched, Failure>) -> CaseResult {
    judge_case(&format!("steps: [{{expect: {expect}}}]"), move |_| result.clone())
}

/// Whether an adapter asks the provider before it says something.
#[derive(Clone, Copy, PartialEq)]
enum Asks {
    Once,
    Never,
}

/// Judges what `fetch` says, after one request to the provider, by a case with these lines.
fn judge_case(
    lines: &str,
    fetch: impl Fn(FetchRequest) -> Result<Fetched, Failure> + Send + Sync + 'static,
) -> CaseResult {
    judge_adapter(lines, About::new("test", "1.0.0", ["digitalocean"]), Asks::Once, fetch)
}

fn judge_adapter(
    lines: &str,
    about: About,
    asks: Asks,
    fetch: impl Fn(FetchRequest) -> Result<Fetched, Failure> + Send + Sync + 'static,
) -> CaseResult {
    let case = format!("- id: digitalocean/some/x\n  title: X\n  clauses: [digitalocean.one]\n  {lines}\n");
    let suite = suite_of(CLAUSES, &case).unwrap();
    let adapter = adapter_fn(about, move |request: FetchRequest| {
        let base_url = request.base_url.clone();
        let result = fetch(request);
        async move {
            if asks == Asks::Once {
                send(&base_url, "GET / HTTP/1.1\nhost: HOST\nconnection: close\n\n").await;
            }
            result
        }
    });
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let case = suite.cases().next().unwrap().clone();
    runtime.block_on(Runner::new(Arc::new(adapter)).run_case(case))
}

#[track_caller]
fn passes(result: &CaseResult) {
    assert_eq!(result.outcome, Outcome::Passed, "{}", result.message());
}

#[track_caller]
fn fails(result: &CaseResult, part: &str) {
    assert_eq!(result.outcome, Outcome::Failed);
    assert!(result.message().contains(part), "`{part}` is not in: {}", result.message());
}

fn failure(kind: FailureKind) -> Result<Fetched, Failure> {
    let message = "the cluster is gone".to_owned();
    Err(Failure { status: Some(404), code: Some("not_found".to_owned()), message, ..Failure::new(kind) })
}

/// A complete kubeconfig with the certificate authority of the default world.
fn kubeconfig(changes: &[(&str, &str)]) -> Result<Fetched, Failure> {
    let authority = Session::new::<DigitalOcean>(Default::default()).certificate_authority();
    let authority = base64(authority.as_bytes());
    let mut text = format!(
        "\
clusters:
- name: c
  cluster: {{server: 'https://k8s.example.test', certificate-authority-data: {authority}}}
users:
- name: u
  user: {{token: a-token-of-the-cluster}}
contexts:
- name: x
  context: {{cluster: c, user: u}}
current-context: x
"
    );
    for (from, to) in changes {
        assert!(text.contains(from), "{from}");
        text = text.replace(from, to);
    }
    Ok(Fetched::Kubeconfig(text))
}

fn base64(bytes: &[u8]) -> String {
    kubeproof_kubeconfig::Data::new(bytes.to_vec()).to_base64()
}

#[test]
fn kinds_of_errors() {
    passes(&judge("{error: not-found}", failure(FailureKind::NotFound)));
    passes(&judge("{error: [forbidden, not-found]}", failure(FailureKind::NotFound)));
    passes(&judge("{error: any}", failure(FailureKind::Timeout)));
    fails(
        &judge("{error: not-found}", failure(FailureKind::Forbidden)),
        "expected error not-found; came error forbidden",
    );
    fails(&judge("{error: not-found}", failure(FailureKind::Error)), "came error error");
    fails(&judge("{error: any}", kubeconfig(&[])), "expected an error; came a kubeconfig");
    fails(&judge("{kubeconfig: {}}", failure(FailureKind::NotFound)), "expected a kubeconfig; came error not-found");
}

#[test]
fn details_of_errors() {
    let fits = "{error: {kind: not-found, status: 404, code: not_found, mentions: gone}}";
    passes(&judge(fits, failure(FailureKind::NotFound)));
    for (from, to) in [("404", "403"), ("not_found", "other"), ("gone", "here"), ("kind: not-found", "kind: forbidden")]
    {
        fails(&judge(&fits.replace(from, to), failure(FailureKind::NotFound)), "expected error");
    }
}

#[test]
fn an_adapter_that_cannot_tell_errors_apart_is_not_asked_to_and_that_is_said() {
    let judge = |expect: &str| {
        let about = About::new("test", "1.0.0", ["digitalocean"]).without(Feature::ErrorKinds);
        let lines = format!("steps: [{{expect: {{error: {expect}}}}}]");
        judge_adapter(&lines, about, Asks::Once, |_| Err(Failure::new(FailureKind::Error)))
    };
    passes(&judge("any"));
    for precise in ["not-found", "[not-found, forbidden]", "{status: 404}", "{mentions: gone}"] {
        let result = judge(precise);
        assert_eq!((result.outcome, result.message().as_str()), (Outcome::Skipped, "the adapter lacks: error-kinds"));
    }
}

#[test]
fn an_error_is_the_provider_s_doing() {
    let silent = |expect: &str, wire: &str| {
        let about = About::new("test", "1.0.0", ["digitalocean"]);
        let lines = format!("steps: [{{expect: {{error: {expect}}}}}]\n  wire: {wire}");
        judge_adapter(&lines, about, Asks::Never, |_| Err(Failure::new(FailureKind::InvalidArgument)))
    };
    fails(&silent("any", "{}"), "came no request reached the provider");
    fails(&silent("any", "{requests: 1}"), "came no request reached the provider");
    passes(&silent("any", "{requests: {at-most: 1}}"));
    passes(&silent("invalid-argument", "{}"));
    passes(&silent("[not-found, invalid-argument]", "{}"));
}

#[test]
fn a_request_id_is_one_that_was_sent() {
    let with_id = Err(Failure { request_id: Some("made-up".to_owned()), ..Failure::new(FailureKind::NotFound) });
    fails(&judge("{error: {request-id: sent}}", with_id), "with the id of the request that the provider sent");
    fails(&judge("{error: {request-id: sent}}", failure(FailureKind::NotFound)), "with the id of the request");
}

#[test]
fn an_error_holds_no_secret() {
    let leaky = |request: FetchRequest| {
        let message = format!("asked with {:?}", request.credentials.secrets());
        Err(Failure { message, ..Failure::new(FailureKind::Transport) })
    };
    let result = judge_case("steps: [{expect: {error: any}}]", leaky);
    fails(&result, "expected an error that holds no secret");
    assert!(!result.message().contains("example-do-api-token"), "{}", result.message());
}

#[test]
fn a_kubeconfig_loads_and_is_complete() {
    passes(&judge("{kubeconfig: {}}", kubeconfig(&[])));
    fails(&judge("{kubeconfig: {}}", Ok(Fetched::Kubeconfig("id: not_found\nmessage: m".to_owned()))), "complete");
    fails(&judge("{kubeconfig: {}}", Ok(Fetched::Kubeconfig("<html>".to_owned()))), "does not load");
    fails(&judge("{kubeconfig: {}}", Ok(Fetched::Kubeconfig(String::new()))), "complete");
    fails(&judge("{kubeconfig: {}}", kubeconfig(&[("current-context: x", "current-context: z")])), "complete");
    fails(&judge("{kubeconfig: {}}", kubeconfig(&[("token: a-token-of-the-cluster", "")])), "complete");
    fails(&judge("{kubeconfig: {}}", kubeconfig(&[("https://", "http://")])), "complete");
    fails(&judge("{kubeconfig: {}}", kubeconfig(&[("a-token-of-the-cluster", "12345")])), "does not load");
}

#[test]
fn names_and_server_of_a_kubeconfig() {
    let rows = [
        ("current-context: x", "current-context: z", "current context `z`"),
        ("contexts: [x]", "contexts: [x, y]", "contexts `x`, `y`"),
        ("clusters: [c]", "clusters: []", "clusters none"),
        ("users: [u]", "users: [v]", "users `v`"),
        ("server: 'https://k8s.example.test'", "server: 'https://other.example.test'", "server `https://other"),
        ("auth: token", "auth: client-certificate", "a user with a client certificate"),
    ];
    for (fits, does_not, part) in rows {
        passes(&judge(&format!("{{kubeconfig: {{{fits}}}}}"), kubeconfig(&[])));
        fails(&judge(&format!("{{kubeconfig: {{{does_not}}}}}"), kubeconfig(&[])), part);
    }
}

#[test]
fn the_certificate_authority_is_the_one_that_was_sent() {
    let other = Session::new::<Fireworks>(Default::default()).certificate_authority();
    let ours = Session::new::<DigitalOcean>(Default::default()).certificate_authority();
    let changed = kubeconfig(&[(&base64(ours.as_bytes()), &base64(other.as_bytes()))]);
    fails(&judge("{kubeconfig: {}}", changed.clone()), "came another certificate authority");
    passes(&judge("{kubeconfig: {certificate-authority: any}}", changed));
    let without = kubeconfig(&[(&base64(ours.as_bytes()), "''")]);
    fails(&judge("{kubeconfig: {}}", without), "came no certificate authority");
}

#[test]
fn the_life_of_a_credential() {
    fails(&judge("{kubeconfig: {lasts: 7d}}", kubeconfig(&[])), "refused a second before that");
    let twice = "steps: [{expect: {kubeconfig: {}}}, {expect: {kubeconfig: {credential: new}}}]";
    fails(&judge_case(twice, |_| kubeconfig(&[])), "step 2: expected a credential that differs");
    passes(&judge_case(twice, |request| {
        kubeconfig(&[("a-token-of-the-cluster", &format!("token-of-{}", request.id.replace(['/', '#'], "-")))])
    }));
}

#[test]
fn one_of_several_results() {
    let choice = "{either: [{error: [not-ready, not-found]}, {kubeconfig: {auth: token}}]}";
    passes(&judge(choice, failure(FailureKind::NotFound)));
    passes(&judge(choice, kubeconfig(&[])));
    let neither = judge(choice, failure(FailureKind::Forbidden));
    fails(&neither, "expected error not-ready or not-found, or a kubeconfig; came error forbidden");
    let exec = "exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: doctl}";
    let program = judge(choice, kubeconfig(&[("token: a-token-of-the-cluster", exec)]));
    fails(&program, "or a user with a token; came a kubeconfig; a user with an exec plugin");
    // A secret is looked for whichever of them fits.
    let kept = judge_case(&format!("steps: [{{expect: {choice}}}]"), |_| {
        kubeconfig(&[("a-token-of-the-cluster", "example-do-api-token")])
    });
    fails(&kept, "expected a result without the provider credential");
}

#[test]
fn a_choice_needs_what_each_of_it_needs_and_an_error_of_it_is_the_provider_s_doing() {
    let judge = |expect: &str, about: About| {
        let lines = format!("steps: [{{expect: {{either: {expect}}}}}]");
        judge_adapter(&lines, about, Asks::Never, |_| failure(FailureKind::NotFound))
    };
    let about = || About::new("test", "1.0.0", ["digitalocean"]);
    let lacking = judge("[{error: not-found}, {kubeconfig: {}}]", about().without(Feature::Kubeconfig));
    assert_eq!((lacking.outcome, lacking.message().as_str()), (Outcome::Skipped, "the adapter lacks: kubeconfig"));
    fails(&judge("[{error: not-found}, {kubeconfig: {}}]", about()), "came no request reached the provider");
    passes(&judge("[{error: [not-found, invalid-argument]}, {kubeconfig: {}}]", about()));
}

#[test]
fn the_provider_credential_is_not_kept() {
    let result = judge_case("steps: [{expect: {kubeconfig: {}}}]", |_| {
        kubeconfig(&[("a-token-of-the-cluster", "example-do-api-token")])
    });
    fails(&result, "expected a result without the provider credential");
}

#[test]
fn connection_information() {
    let authority = Session::new::<DigitalOcean>(Default::default()).certificate_authority();
    let endpoint = "https://k8s.example.test".to_owned();
    let bare = |ca_data: String| Ok(Fetched::Connection { endpoint: endpoint.clone(), ca_data });
    let expect = "{connection: {endpoint: 'https://k8s.example.test'}}";
    passes(&judge(expect, bare(base64(authority.as_bytes()))));
    passes(&judge(expect, kubeconfig(&[])));
    fails(&judge(&expect.replace("k8s", "other"), bare(base64(authority.as_bytes()))), "endpoint `https://other");
    fails(&judge(expect, bare(String::new())), "came no certificate authority");
    fails(&judge(expect, bare("%%%".to_owned())), "came no certificate authority");
    fails(&judge(expect, Ok(Fetched::Access(Vec::new()))), "came access information");
    fails(&judge("{access: {}}", bare(String::new())), "came connection information");
}

#[test]
fn what_is_expected_on_the_wire_is_missed_when_nothing_is_sent() {
    let silent = |wire: &str| {
        let about = About::new("test", "1.0.0", ["digitalocean"]);
        let lines = format!("steps: [{{expect: {{error: invalid-argument}}}}]\n  wire: {wire}");
        judge_adapter(&lines, about, Asks::Never, |_| failure(FailureKind::InvalidArgument))
    };
    passes(&silent("{requests: 0}"));
    fails(&silent("{requests: 1}"), "expected 1 request; came 0 requests");
    fails(&silent("{requests: {at-least: 2}}"), "at least 2");
    passes(&silent("{requests: {at-most: 2}}"));
    fails(&silent("{headers: {x-auth-token: ~}}"), "expected a request; came none");
    fails(&silent("{method: GET}"), "expected a request; came none");
    passes(&silent("{requests: 0, method: GET}"));
}
