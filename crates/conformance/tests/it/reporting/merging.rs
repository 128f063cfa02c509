//! Shards become one report, and adapters stand side by side.

use kubeproof_conformance::Outcome;
use kubeproof_conformance::report::{Format, Report, Reports};

use super::sample::report;

fn shard(cases: std::ops::Range<usize>) -> Report {
    let mut report = report();
    report.cases = report.cases.get(cases).unwrap().to_vec();
    report
}

fn merge(reports: impl IntoIterator<Item = (&'static str, Report)>) -> Vec<Report> {
    Reports::merge(reports).unwrap().iter().cloned().collect()
}

#[test]
fn shards_in_any_order_are_the_whole_run() {
    let whole = [report()];
    let (first, second, third) = (shard(0..2), shard(2..5), shard(5..6));
    assert_eq!(merge([("1", first.clone()), ("2", second.clone()), ("3", third.clone())]), whole);
    assert_eq!(merge([("3", third.clone()), ("1", first.clone()), ("2", second.clone())]), whole);
    // A shard twice, or shards that overlap and agree.
    assert_eq!(
        merge([("1", first.clone()), ("1 again", first), ("2", second), ("3", third), ("4", shard(4..6))]),
        whole
    );
}

#[test]
fn the_summary_is_counted_anew() {
    let merged = merge([("1", shard(0..3)), ("2", shard(3..6))]);
    let text = merged[0].render(Format::Json);
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(json["summary"]["passed"], 1);
    assert_eq!(json["summary"]["failed"], 1);
    assert_eq!(json["summary"]["skipped"], 1);
}

#[test]
fn a_case_that_came_out_differently_is_an_error_that_names_both_files() {
    let mut other = shard(0..2);
    other.cases[0].outcome = Outcome::Failed;
    let error = Reports::merge([("one.json", report()), ("two.json", other.clone())]).unwrap_err().to_string();
    let said = "the case `digitalocean/some/passes` of test 1.2.3 is `passed` in one.json and `failed` in two.json";
    assert!(error.starts_with(said), "{error}");
    // Another version is another column.
    other.adapter.version = "1.2.4".to_owned();
    assert_eq!(merge([("one.json", report()), ("two.json", other)]).len(), 2);
    let none: [(&str, Report); 0] = [];
    assert!(Reports::merge(none).unwrap_err().to_string().contains("there is no report"));
}

/// What the shards' adapters say of themselves, and what they cite, comes together.
#[test]
fn what_shards_say_besides_cases_comes_together() {
    let (mut first, mut second) = (shard(0..1), shard(1..2));
    first.clauses.truncate(1);
    first.adapter.providers = vec!["digitalocean".to_owned()];
    second.adapter.providers = vec!["ucs".to_owned()];
    second.clauses.remove(0);
    let merged = merge([("1", first), ("2", second)]);
    assert_eq!(merged[0].clauses, report().clauses);
    assert_eq!(merged[0].adapter.providers, ["digitalocean", "ucs"]);
}
