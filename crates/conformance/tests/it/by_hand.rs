//! The commands by which a case is made by hand.

use kubeproof_conformance::by_hand::Reached;

use crate::suite_of::{CLAUSES, suite_of, suite_of_cce};

const PLAIN: Reached<'_> =
    Reached { base_url: "http://127.0.0.1:7420", admin_url: Some("http://127.0.0.1:7420/_kubeproof/"), ca_file: None };

/// The commands of a case of digitalocean with these lines beside its steps.
#[track_caller]
fn check(lines: &str, reached: Reached<'_>, expected: &str) {
    let case = format!("- id: digitalocean/some/x\n  title: X\n  clauses: [digitalocean.one]\n  {lines}\n");
    let suite = suite_of(CLAUSES, &case).unwrap();
    assert_eq!(suite.cases().next().unwrap().by_hand(reached), expected);
}

#[test]
fn a_step_is_a_command_of_curl() {
    check(
        "steps: [{fetch: {options: {expiry_seconds: 300}}, expect: {kubeconfig: {}}}]",
        PLAIN,
        "# step 1: a kubeconfig\n\
         curl -i --path-as-is \
         'http://127.0.0.1:7420/v2/kubernetes/clusters/0c0ffee0-0000-4000-8000-000000000001/kubeconfig?expiry_seconds=300' \
         -H 'Authorization: Bearer example-do-api-token'\n",
    );
}

#[test]
fn a_shell_takes_nothing_for_its_own() {
    check(
        "steps: [{fetch: {cluster: 'it''s $HOME', credentials: {bearer: '`id` ''$x'' !'}, timeout: 500ms}, expect: {error: timeout}}]",
        Reached { base_url: "https://[::1]:7420", admin_url: None, ca_file: Some("/tmp/it's/ca.pem") },
        "# step 1: error timeout\n\
         curl -i --path-as-is --cacert '/tmp/it'\\''s/ca.pem' --max-time 0.5 \
         'https://[::1]:7420/v2/kubernetes/clusters/it%27s%20%24HOME/kubeconfig' \
         -H 'Authorization: Bearer `id` '\\''$x'\\'' !'\n",
    );
}

#[test]
fn the_clock_is_moved_between_steps() {
    check(
        "steps: [{expect: {error: any}}, {after: 24h, fetch: {cluster: c}, expect: {error: [not-found, forbidden]}}]",
        PLAIN,
        "# step 1: an error\n\
         curl -i --path-as-is \
         'http://127.0.0.1:7420/v2/kubernetes/clusters/0c0ffee0-0000-4000-8000-000000000001/kubeconfig' \
         -H 'Authorization: Bearer example-do-api-token'\n\
         # the clock moves on by 1d\n\
         curl -X POST 'http://127.0.0.1:7420/_kubeproof/clock/advance' -H 'content-type: application/json' \
         -d '{\"by\":\"1d\"}'\n\
         # step 2: error not-found or forbidden\n\
         curl -i --path-as-is 'http://127.0.0.1:7420/v2/kubernetes/clusters/c/kubeconfig' \
         -H 'Authorization: Bearer example-do-api-token'\n",
    );
}

#[test]
fn a_clock_that_cannot_be_moved_is_said() {
    check(
        "steps: [{after: 90m, fetch: {cluster: c}, expect: {error: any}}]",
        Reached { admin_url: None, ..PLAIN },
        "# the clock has to move on by 90m, which takes the admin API: serve with --admin\n\
         # step 1: an error\n\
         curl -i --path-as-is 'http://127.0.0.1:7420/v2/kubernetes/clusters/c/kubeconfig' \
         -H 'Authorization: Bearer example-do-api-token'\n",
    );
}

#[test]
fn what_cannot_be_sent_is_said() {
    check(
        "steps: [{fetch: {cluster: c, credentials: {bearer: \"a\\r\\nx-smuggled: yes\"}}, expect: {error: invalid-argument}}]",
        PLAIN,
        "# step 1: error invalid-argument\n\
         # nothing is sent: HTTP allows no such credential, and a client has to refuse it\n",
    );
    // An empty token is a header field without a value, which curl writes with a semicolon.
    let suite = suite_of_cce(
        "- id: cce/some/x\n  title: X\n  clauses: [cce.one]\n  steps: [{fetch: {credentials: {token: ''}}, expect: {error: any}}]\n",
    );
    let commands = suite.cases().next().unwrap().by_hand(PLAIN);
    assert!(commands.contains(" -H 'X-Auth-Token;' -H 'content-type: application/json'\n"), "{commands}");
}

#[test]
fn what_has_to_be_signed_is_said_and_a_token_does_it_too() {
    let case = |world: &str| {
        format!(
            "- id: cce/some/x\n  title: X\n  clauses: [cce.one]\n  {world}\n  steps: [{{fetch: {{credentials: ak-sk}}, expect: {{kubeconfig: {{}}}}}}]\n"
        )
    };
    let suite = suite_of_cce(&case("level: must"));
    let commands = suite.cases().next().unwrap().by_hand(PLAIN);
    for part in [
        "# curl cannot sign it: GET http://127.0.0.1:7420/api/v3/projects/",
        "key pair AKEXAMPLE (SDK-HMAC-SHA256)",
        "huaweicloudsdkcce",
        "# with a token instead:\ncurl ",
        "-H 'X-Auth-Token: example-iam-token'",
    ] {
        assert!(commands.contains(part), "`{part}` is not in: {commands}");
    }
    assert!(!commands.contains("SKEXAMPLE"));
    let suite = suite_of_cce(&case("world: {tokens: []}"));
    let commands = suite.cases().next().unwrap().by_hand(PLAIN);
    assert!(commands.contains("AKEXAMPLE") && !commands.contains("\ncurl"), "{commands}");
}

#[test]
fn every_case_can_be_made_by_hand() {
    let suite = kubeproof_conformance::Suite::embedded().unwrap();
    for case in suite.cases() {
        let commands = case.by_hand(PLAIN);
        assert!(commands.lines().all(|line| line.starts_with("# ") || line.starts_with("curl ")), "{commands}");
        assert_eq!(commands.matches("# step ").count(), case.steps.len(), "{}", case.id);
    }
}
