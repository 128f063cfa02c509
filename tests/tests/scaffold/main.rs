//! What `kubeproof new provider` writes builds, and fails exactly where it says; with the client of `docs/new-provider.md` it
//! passes. `just scaffold` runs this, after it has built the program.

mod checkout;

use std::collections::BTreeSet;

use checkout::Checkout;

/// A provider, and how it is written.
struct Written {
    name: &'static str,
    arguments: &'static [&'static str],
}

/// Every choice there is, in two of them.
const WRITTEN: [Written; 2] = [
    Written { name: "cirrus", arguments: &[] },
    Written {
        name: "stratus",
        arguments: &[
            "--path",
            "/stratus/projects/{project_id}/clusters/{cluster_id}",
            "--credential",
            "token",
            "--answer",
            "json",
        ],
    },
];

/// Proves the whole suite, which takes long; here that of the new providers alone is.
const TAKES_LONG: &str = "kubeproof-cli it prove::the_suite_bites";

/// The pages that are made of the data, and what leads to them.
const BOOK: [&str; 5] = ["commands::", "emulations::", "links::", "reference::", "summary::"];

#[test]
fn a_new_provider_fails_where_it_says_until_its_client_is_written() {
    let checkout = Checkout::new();
    let mut promised = BTreeSet::new();
    for Written { name, arguments } in &WRITTEN {
        let said = checkout.kubeproof(&[&["new", "provider", name], *arguments].concat());
        promised.extend(said.lines().filter_map(row));
    }
    assert!(promised.remove(TAKES_LONG), "{promised:#?}");
    assert_eq!(promised.len(), 2 * 8 + 6 + 8, "{promised:#?}");
    checkout.cargo(&["fmt", "--all"]);

    // What each provider's own tests are, those that go through every provider, and what was promised.
    let built = checkout.build(&WRITTEN.map(|written| written.name));
    let mut failed = BTreeSet::new();
    for (binary, filters) in [
        ("kubeproof-cirrus it", &[][..]),
        ("kubeproof-stratus it", &[]),
        (
            "kubeproof-emulator it",
            &["asking::", "clauses::", "robustness::every_request", "secrecy::", "kubernetes::every"],
        ),
        ("kubeproof-tests clients", &["over", "waiting::"]),
        (
            "kubeproof-tests it",
            &["architecture::", "explanations::", "public_api::", "licences::", "hosts::every_case"],
        ),
        (
            "kubeproof-cli it",
            &["check::the_embedded", "manual::help", "new::", "no_option_takes", "all_providers_answer"],
        ),
        ("kubeproof-cli book", &BOOK),
        ("kubeproof-tests conformance", &["cirrus/"]),
        ("kubeproof-tests conformance", &["stratus/"]),
    ] {
        let ran = built.test(binary, filters, &[]);
        assert!(!ran.passed.is_empty(), "{binary}: nothing passed: {:?}", ran.failed);
        failed.extend(ran.failed.into_iter().map(|test| format!("{binary} {test}")));
    }
    assert_eq!(failed, promised);

    // The program knows them.
    for Written { name, .. } in &WRITTEN {
        let (code, said) = built.kubeproof(&["check", name]);
        assert!(code == Some(1) && said.contains(&format!("the client of {name} is not written yet")), "{said}");
        let (code, said) = built.kubeproof(&["clauses", "--provider", name]);
        assert!(code == Some(0) && said.contains(&format!("{name}.reply.kubeconfig")), "{said}");
        let (code, said) = built.kubeproof(&["serve", "--provider", name, "--print-world"]);
        assert!(code == Some(0) && said.contains(&format!("example-{name}-token")), "{said}");
    }

    // The guide's client.
    for Written { name, .. } in &WRITTEN {
        checkout.write_client(name);
    }
    checkout.cargo(&["fmt", "--all"]);
    let built = checkout.build(&WRITTEN.map(|written| written.name));
    // One test of the book may look at what another one is about to write.
    built.test("kubeproof-cli book", &BOOK, &[("KUBEPROOF_WRITE_DOCS", "1")]);
    for (binary, filters) in [
        ("kubeproof-cli book", &BOOK[..]),
        ("kubeproof-tests conformance", &["cirrus/"]),
        ("kubeproof-tests conformance", &["stratus/"]),
        ("kubeproof-tests clients", &["over", "waiting::"]),
        ("kubeproof-cirrus it", &[]),
    ] {
        let ran = built.test(binary, filters, &[]);
        assert!(ran.failed.is_empty() && !ran.passed.is_empty(), "{binary}: {:?}", ran.failed);
    }
    for Written { name, .. } in &WRITTEN {
        let (code, said) = built.kubeproof(&["prove", "--provider", name]);
        assert_eq!(code, Some(0), "{said}");
    }
}

/// A test that is promised to fail: package, binary and name.
fn row(line: &str) -> Option<String> {
    let words: Vec<&str> = line.split_whitespace().collect();
    match words.as_slice() {
        [package, binary, test] if line.starts_with("  kubeproof-") => Some(format!("{package} {binary} {test}")),
        _ => None,
    }
}
