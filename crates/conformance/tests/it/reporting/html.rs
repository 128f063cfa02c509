//! The page, as far as it can be judged without a browser; `tests/tests/interop/report.rs` looks at it with one.

use std::collections::BTreeSet;

use kubeproof_conformance::Outcome;
use kubeproof_conformance::report::{Format, Report, Reports};

use super::sample::{NASTY, ordinary, report, with_everything};

/// The largest that a page of 2,000 cases by 10 adapters may be.
const LARGEST: usize = 5 * 1024 * 1024;

fn page(reports: Vec<Report>) -> String {
    let named = reports.into_iter().enumerate().map(|(number, mut report)| {
        report.adapter.name = format!("adapter-{number}");
        (number.to_string(), report)
    });
    Reports::merge(named).unwrap().render(Format::Html).unwrap()
}

/// How often something stands in a page.
#[track_caller]
fn check(page: &str, expected: &[(&str, usize)]) {
    for (text, count) in expected {
        assert_eq!(page.matches(text).count(), *count, "{text}");
    }
}

#[test]
fn every_case_is_a_row_and_every_failure_is_told() {
    let page = report().render(Format::Html);
    check(
        &page,
        &[
            ("<tr data-provider", 6),
            ("<td class=p>passed", 1),
            ("<td class=s>skipped", 1),
            ("<td class=f><a href=#f", 1),
            ("<td class=k><a href=#f", 1),
            ("<td class=u><a href=#f", 1),
            ("<td class=c><a href=#f", 1),
            ("<details id=\"f", 4),
            ("<article data-row", 4),
            ("<dd class=\"f\">error not-found, status 404", 2),
            ("<h4>Exchange 1</h4>", 4),
            ("errors are not told apart, issue 12", 1),
            ("take its entry out of the baseline", 1),
            ("One holds. <cite>docs/004, first sentence</cite>", 3),
            ("fixtures/digitalocean/cases/some.yaml:6", 1),
        ],
    );
}

/// What others wrote is text, in every place.
#[test]
fn nothing_of_others_is_markup() {
    let (page, plain) = (with_everything(NASTY).render(Format::Html), with_everything("text").render(Format::Html));
    for markup in ["<script", "</script>", "<b", "</pre>", "<pre", "</details>", "<!--"] {
        assert_eq!(page.matches(markup).count(), plain.matches(markup).count(), "{markup}");
    }
    assert!(page.contains("]]&gt; | `c` ``` &lt;/script&gt;"), "{page}");
}

#[test]
fn nothing_is_from_elsewhere() {
    let page = report().render(Format::Html);
    for reference in [" src=", "url(", "@import", "fetch(", "http://h", "https:"] {
        check(&page, &[(reference, 0)]);
    }
    check(
        &page,
        &[
            ("<link ", 1),
            ("<link rel=\"icon\" href=\"data:", 1),
            ("default-src 'none'", 1),
            (" style=", 0),
            (" onclick", 0),
        ],
    );
}

#[test]
fn failures_that_are_alike_are_told_once_and_bodies_too() {
    let mut other = report();
    for case in &mut other.cases {
        case.duration_ms += 1;
    }
    let alike = page(vec![report(), other]);
    check(
        &alike,
        &[("<details id=\"f", 4), ("</b> adapter-0 1.2.3, adapter-1 1.2.3", 4), ("<td class=f><a href=#f", 2)],
    );
    let mut second = report();
    for (number, case) in second.cases.iter_mut().enumerate() {
        for exchange in &mut case.exchanges {
            exchange.body = "a body that is long enough to be shown only once in a page ".repeat(5);
            exchange.request = format!("GET /{number}");
        }
    }
    check(&second.render(Format::Html), &[("<pre id=\"b", 1), ("shown already</a>", 3)]);
}

#[test]
fn a_case_that_an_adapter_did_not_have_is_said_to_be_so() {
    let mut other = report();
    other.cases.truncate(1);
    check(&page(vec![report(), other]), &[("<td class=n>not run", 5), ("<td class=p>passed", 2)]);
    check(&page(vec![Report { cases: Vec::new(), ..report() }]), &[("Every case that ran is as expected.", 1)]);
}

#[test]
fn two_thousand_cases_by_ten_adapters_fit() {
    let usual = page(
        (0..10)
            .map(|adapter| {
                let mut report = ordinary(2000);
                // Each fails elsewhere, and each in its own way.
                report.cases.rotate_left(adapter);
                for (number, case) in report.cases.iter_mut().enumerate() {
                    let at = (number + adapter) % 2000;
                    case.id = format!("digitalocean/group-{}/holds-what-a-usual-name-of-a-case-says-{at}", at / 50);
                }
                report
            })
            .collect(),
    );
    println!("2,000 cases by 10 adapters, one in ten failed: {} bytes", usual.len());
    assert!(usual.len() < LARGEST, "{}", usual.len());
    check(&usual, &[("<tr data-provider", 2000)]);

    // All fail, each in a way of its own, with text that grows when it is escaped.
    let worst = page(
        (0..10)
            .map(|adapter| {
                let mut report = ordinary(2000);
                for (number, case) in report.cases.iter_mut().enumerate() {
                    case.outcome = Outcome::Failed;
                    case.reason = Some(format!("{number} {adapter} {NASTY}"));
                }
                report
            })
            .collect(),
    );
    println!("the same, all failed: {} bytes", worst.len());
    assert!(worst.len() < LARGEST, "{}", worst.len());
    assert!(
        worst.contains("failures only the outcome is shown") && worst.contains("failures are left out"),
        "it is said"
    );
    let numbers = |before: &str, end: char| -> BTreeSet<String> {
        worst.split(before).skip(1).filter_map(|rest| rest.split(end).next()).map(str::to_owned).collect()
    };
    assert_eq!(
        numbers("<a href=#f", '>'),
        numbers("<details id=\"f", '"'),
        "a link leads nowhere, or a failure is not linked"
    );
}
