//! Reports, as people and programs read them.

mod html;
mod junit;
mod merging;
mod reading;
mod sample;
mod shards;
mod tap;

use kubeproof_conformance::report::{Format, Reports};
use kubeproof_conformance::{Clause, Field, Outcome};
use serde_json::Value;

use self::sample::{NASTY, SECRET, ordinary, report, with_everything};

#[track_caller]
fn check(name: &str, text: &str) {
    insta::with_settings!({
        snapshot_path => concat!(env!("CARGO_MANIFEST_DIR"), "/../../snapshots/reports"),
        prepend_module_to_snapshot => false,
        omit_expression => true,
    }, { insta::assert_snapshot!(name, text) });
}

#[test]
fn what_people_and_programs_read() {
    let report = report();
    let human = report.render(Format::Human);
    assert!(human.contains("\u{1b}["), "styled, for whoever prints it to keep or strip");
    check("human", &anstream::adapter::strip_str(&human).to_string());
    for format in [Format::Json, Format::Junit, Format::Tap, Format::Markdown, Format::Github, Format::Badge] {
        check(format.as_str(), &report.render(format));
    }
}

#[test]
fn what_is_read_of_several_adapters() {
    let (mut other, mut newer) = (report(), report());
    other.adapter.name = "other".to_owned();
    other.cases.truncate(2);
    newer.adapter.version = "2.0.0".to_owned();
    let reports = Reports::merge([("a.json", report()), ("b.json", other), ("c.json", newer)]).unwrap();
    let human = reports.render(Format::Human).unwrap();
    check("several-human", &anstream::adapter::strip_str(&human).to_string());
    for format in [Format::Junit, Format::Tap, Format::Markdown, Format::Github] {
        check(&format!("several-{format}"), &reports.render(format).unwrap());
    }
    for format in [Format::Json, Format::Badge] {
        let refused = reports.render(format).unwrap_err().to_string();
        assert!(
            refused.contains("of one adapter, and these are of 3: test 1.2.3, other 1.2.3, test 2.0.0"),
            "{refused}"
        );
    }
}

/// The most pressing first, whatever the order of the cases.
#[test]
fn what_is_wrong_comes_by_urgency() {
    let report = with_everything("plain text");
    for format in [Format::Human, Format::Markdown] {
        let text = report.render(format);
        let titles = ["Failed", "Stale baseline entries", "Could not run", "Known failures"];
        let places: Vec<usize> = titles.iter().map(|title| text.find(title).unwrap()).collect();
        assert!(places.is_sorted(), "{format}: {places:?}");
    }
}

#[test]
fn a_badge_says_the_most_pressing() {
    let rows = [
        ("failed could-not-run unexpected-pass expected-failure passed", "1 of 4 failed", "red"),
        ("could-not-run unexpected-pass expected-failure passed", "1 could not run", "lightgrey"),
        ("unexpected-pass expected-failure passed", "1 stale in the baseline", "orange"),
        ("expected-failure passed skipped", "1 passed, 1 known failures", "yellow"),
        ("passed skipped", "1 passed", "brightgreen"),
        ("skipped", "nothing ran", "lightgrey"),
        ("", "nothing ran", "lightgrey"),
    ];
    for (outcomes, message, color) in rows {
        let mut report = with_everything("text");
        report.cases.retain(|case| outcomes.split(' ').any(|outcome| outcome == case.outcome.as_str()));
        let badge: Value = serde_json::from_str(&report.render(Format::Badge)).unwrap();
        let expected =
            serde_json::json!({"schemaVersion": 1, "label": "kubeproof", "message": message, "color": color});
        assert_eq!(badge, expected, "{outcomes}");
    }
}

/// Nothing of others steers a terminal, or turns text around, in any format.
#[test]
fn nothing_of_others_steers_who_reads_it() {
    let report = with_everything(NASTY);
    for format in Format::ALL {
        // Our own styles are wanted.
        let text = anstream::adapter::strip_str(&report.render(format)).to_string();
        for steering in ["\u{1b}", "\u{7}", "\u{202e}", "\u{9b}", "\r"] {
            assert!(!text.contains(steering), "{format} holds {steering:?}: {text}");
        }
    }
}

/// What is secret by its place does not get through a file either.
#[test]
fn a_secret_in_a_file_gets_into_no_format() {
    let mut report = with_everything(&format!("token: {SECRET}"));
    // The suite's own words hold no secret.
    report.providers = sample::report().providers;
    report.clauses = sample::report().clauses;
    report.cases.iter_mut().for_each(|case| case.title.clear());
    let field =
        report.cases.iter_mut().find_map(|case| case.exchanges.first_mut()?.request_headers.first_mut()).unwrap();
    *field = Field { name: "authorization".to_owned(), value: format!("Bearer {SECRET}") };
    let written = report.render(Format::Json);
    assert!(written.contains(SECRET), "or nothing is planted");
    let read = kubeproof_conformance::report::Report::from_json("a.json", &written).unwrap();
    for format in Format::ALL {
        assert!(!read.render(format).contains(SECRET), "{format}");
    }
}

#[test]
fn a_command_of_github_is_one_line_and_its_text_none() {
    let text = with_everything(NASTY).render(Format::Github);
    let commands: Vec<&str> = text.lines().map(|line| line.split([' ', ',']).next().unwrap()).collect();
    assert_eq!(commands, ["::error", "::error", "::warning", "::notice"], "{text}");
    for line in text.lines().take(3) {
        let (properties, _) = line.split_once(' ').unwrap().1.split_once("::").unwrap();
        let names: Vec<&str> = properties.split(',').map(|property| property.split_once('=').unwrap().0).collect();
        assert_eq!(names, ["file", "line", "col", "title"], "{line}");
    }
    assert!(text.contains("%250A"), "a percent sign is kept: {text}");
}

/// Whatever stands in a text, the tables keep their columns and the folds their ends.
#[test]
fn markdown_keeps_its_shape_whatever_is_in_it() {
    let shape = |text: &str| -> Vec<(usize, usize)> {
        let bars = |line: &str| line.matches('|').count() - line.matches("\\|").count();
        let is_shaped = |line: &&str| line.starts_with('|') || line.contains("details>") || line.starts_with('#');
        text.lines().filter(is_shaped).map(|line| (bars(line), line.matches("details>").count())).collect()
    };
    let (plain, nasty) =
        (with_everything("plain").render(Format::Markdown), with_everything(NASTY).render(Format::Markdown));
    assert_eq!(shape(&plain), shape(&nasty), "{nasty}");
    // Nothing between `<pre>` and `</pre>` is Markdown, and only the end of it would be HTML.
    let is_outside = |part: &&str| !part.contains("</pre>");
    let outside: Vec<&str> = nasty.split("<pre>").flat_map(|part| part.rsplit("</pre>").take(1)).collect();
    assert_eq!(nasty.matches("</pre>").count(), plain.matches("</pre>").count());
    assert!(outside.len() > 3 && outside.iter().all(is_outside));
    for markup in ["</script>", "<!--", "@someone", "](http", "#1 ", "|c|", "$x$", "http:/", " `c`"] {
        let is_found = outside.iter().any(|part| part.contains(markup));
        assert!(!is_found, "{markup}: {nasty}");
    }
}

/// GitHub refuses a summary of more than a mebibyte.
#[test]
fn a_summary_of_many_failures_is_cut_and_says_so() {
    let mut report = ordinary(8000);
    let findings = [Outcome::Failed, Outcome::UnexpectedPass, Outcome::CouldNotRun, Outcome::ExpectedFailure];
    for (case, outcome) in report.cases.iter_mut().zip(findings.into_iter().cycle()) {
        case.outcome = outcome;
        case.clauses.push(format!("digitalocean.of-{}", case.id));
        report.clauses.push(Clause { id: format!("digitalocean.of-{}", case.id), ..report.clauses[0].clone() });
    }
    let text = report.render(Format::Markdown);
    assert!(text.len() < 1024 * 1024, "{}", text.len());
    assert!(text.contains("more are left out here; they are in the JSON report"), "{text}");
}
