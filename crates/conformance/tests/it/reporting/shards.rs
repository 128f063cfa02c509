//! Shards know what they are, and nothing is made of some of them.

use std::sync::{Arc, LazyLock};

use kubeproof_conformance::adapter::{About, Failure, FailureKind, adapter_fn};
use kubeproof_conformance::report::{Format, Report, ReportedShard, Reports};
use kubeproof_conformance::{Case, CaseResult, Hosting, Run, Runner, Shard, Suite};

static SUITE: LazyLock<Suite> = LazyLock::new(|| Suite::embedded().unwrap());

/// Everything, by an adapter that does nothing: few cases pass, and many are skipped.
static RUN: LazyLock<Run> = LazyLock::new(|| {
    let about = About::new("idle", "1.0.0", ["cce", "ucs", "fireworks"]);
    let adapter = adapter_fn(about, |_| async { Err(Failure::new(FailureKind::InvalidArgument)) });
    tokio::runtime::Runtime::new().unwrap().block_on(Runner::new(Arc::new(adapter)).run(SUITE.cases()))
});

/// The report of one shard of the cases of which this holds, as it is read from its file.
fn shard(text: &str, is_selected: impl Fn(&Case) -> bool) -> Report {
    let shard: Shard = text.parse().unwrap();
    let selected: Vec<&CaseResult> = RUN.results.iter().filter(|result| is_selected(&result.case)).collect();
    let results = shard.pick(selected.iter().copied()).cloned().collect();
    let mut report = Report::of(&Run { adapter: RUN.adapter.clone(), results }, &SUITE);
    report.shard =
        Some(ReportedShard::new(shard, &SUITE, Hosting::default(), selected.iter().map(|result| &result.case)));
    Report::from_json("shard.json", &report.render(Format::Json)).unwrap()
}

fn of_all(text: &str) -> Report {
    shard(text, |_| true)
}

fn whole() -> Report {
    Report::from_json("whole.json", &Report::of(&RUN, &SUITE).render(Format::Json)).unwrap()
}

fn merge(shards: impl IntoIterator<Item = Report>) -> Result<Vec<Report>, String> {
    let named = (1..).zip(shards).map(|(number, report)| (format!("{number}.json"), report));
    Reports::merge(named).map(|reports| reports.iter().cloned().collect()).map_err(|error| error.to_string())
}

#[test]
fn all_shards_are_the_whole_run() {
    let whole = whole();
    assert!(whole.summary().failed > 100 && whole.summary().skipped > 100, "{:?}", whole.summary());
    for count in [1, 2, 3, 7, 64] {
        let shards = (1..=count).map(|number| of_all(&format!("{number}/{count}")));
        // From the last to the first: the order of the files says nothing.
        let merged = merge(shards.rev()).unwrap();
        assert!(merged == [whole.clone()], "{count} shards are something else");
    }
}

/// Of three cases in five shards, two are empty, and belong to it.
#[test]
fn empty_shards_belong_to_it() {
    let ids: Vec<&str> = SUITE.cases().take(3).map(|case| case.id.as_str()).collect();
    let few = |text: &str| shard(text, |case| ids.contains(&case.id.as_str()));
    let merged = merge(["1/5", "2/5", "3/5", "4/5", "5/5"].map(few)).unwrap();
    assert_eq!(merged[0].cases.len(), 3);
    let error = merge(["1/5", "2/5", "3/5", "4/5"].map(few)).unwrap_err();
    assert!(error.contains("and 5/5 did not"), "{error}");
    assert!(few("5/5").cases.is_empty());
}

#[track_caller]
fn check(shards: impl IntoIterator<Item = Report>, parts: &[&str]) {
    let error = merge(shards).unwrap_err();
    for part in parts {
        assert!(error.contains(part), "`{part}` is not in: {error}");
    }
}

#[test]
fn a_shard_that_is_missing_is_an_error() {
    let said =
        "of the shards of idle 1.0.0, 1/3 (1.json), 3/3 (2.json) came, and 2/3 did not: name the report of every shard";
    check(["1/3", "3/3"].map(of_all), &[said]);
    // One alone is what is left when jobs write to one file.
    check([of_all("2/3")], &["2/3 (1.json) came, and 1/3, 3/3 did not", "each in a file of its own"]);
    check(["1/30", "4/30"].map(of_all), &["came, and 2/30, 3/30, 5/30, 6/30, 7/30, 8/30 and 22 more did not"]);
    // Nobody counts to a number that a file says.
    let huge = shard("1/2", |_| true).render(Format::Json).replace("\"count\": 2", "\"count\": 18446744073709551615");
    check([Report::from_json("huge.json", &huge).unwrap()], &["18446744073709551608 more did not"]);
}

#[test]
fn a_shard_that_comes_twice_is_an_error() {
    let said = "the shard 1/2 of idle 1.0.0 came twice, in 1.json and in 3.json: leave one file out";
    check(["1/2", "2/2", "1/2"].map(of_all), &[said]);
    // Also before anything is missed.
    check(["1/2", "1/2"].map(of_all), &["came twice, in 1.json and in 2.json"]);
}

#[test]
fn shards_of_different_runs_are_no_run() {
    let of_ucs = |text: &str| shard(text, |case| case.provider == "ucs");
    check(
        [of_all("1/2"), of_ucs("2/2")],
        &[
            "1/2 (1.json) came, and 2/2 did not",
            "of another run is 2/2 (2.json)",
            "the same patterns, fixtures, options and version",
        ],
    );
    check([of_all("1/2"), of_all("2/3")], &["1/2 (1.json) came, and 2/2 did not"]);
    // Another provider in shards of its own, and a third whole, make a run of all.
    let of_cce = |text: &str| shard(text, |case| case.provider == "cce");
    let mut rest = whole();
    rest.cases.retain(|case| !["ucs", "cce"].contains(&case.provider.as_str()));
    let all = [of_ucs("1/2"), of_cce("3/3"), rest, of_ucs("2/2"), of_cce("1/3"), of_cce("2/3")];
    assert_eq!(merge(all.clone()).unwrap()[0].cases, whole().cases);
    let [first, _, third, fourth, fifth, last] = all;
    check([first, third, fourth, fifth, last], &["1/3 (4.json), 2/3 (5.json) came, and 3/3 did not"]);
}

#[test]
fn a_case_that_got_lost_is_an_error() {
    let mut cut = of_all("2/2");
    cut.cases.pop();
    let said = "the shards of idle 1.0.0 do not hold the cases that were selected: 1.json, 2.json were changed";
    check([of_all("1/2"), cut], &[said]);
}

#[test]
fn a_shard_says_what_it_is() {
    let report = of_all("2/3");
    let json: serde_json::Value = serde_json::from_str(&report.render(Format::Json)).unwrap();
    assert_eq!((&json["shard"]["number"], &json["shard"]["count"]), (&2.into(), &3.into()));
    // SHA-256, as `kubeproof list --json | jq -r '.[].id' | LC_ALL=C sort | sha256sum` has it.
    assert_eq!(json["shard"]["selection"].as_str().unwrap().len(), 64);
    for format in [Format::Human, Format::Markdown, Format::Github, Format::Html] {
        let text = report.render(format);
        assert!(
            text.contains("idle 1.0.0 (shard 2/3)") || text.contains(r"idle 1.0.0 \(shard 2/3\)"),
            "{format}: {text}"
        );
    }
    let none = whole().render(Format::Json);
    assert!(!none.contains("\"shard\""), "a whole run says nothing of shards");
}

#[test]
fn what_is_no_shard_is_refused() {
    let text = of_all("2/3").render(Format::Json);
    for (from, to, part) in [
        ("\"number\": 2", "\"number\": 4", "shard: `4/3` is no shard"),
        ("\"number\": 2", "\"number\": 0", "`0/3` is no shard"),
        ("\"number\": 2", "\"number\": -1", "invalid value: integer `-1`"),
        ("\"number\": 2,", "", "missing field `number`"),
        ("\"shard\": {", "\"shard\": 7, \"x\": {", "invalid type: integer `7`"),
    ] {
        assert!(text.contains(from), "{from}");
        let error = Report::from_json("a.json", &text.replacen(from, to, 1)).unwrap_err().to_string();
        assert!(error.starts_with("a.json:") && error.contains(part), "{error}");
    }
    // One that a reader does not know is no mistake.
    let null = text.replacen("\"shard\": {", "\"shard\": null, \"x\": {", 1);
    assert_eq!(Report::from_json("a.json", &null).unwrap().shard, None);
}
