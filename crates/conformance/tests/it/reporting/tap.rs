//! A small parser of TAP 14 reads back what is written, and another YAML reader its diagnostics.

use kubeproof_conformance::Outcome;
use kubeproof_conformance::report::{Format, Report, Reports};
use serde_yaml::Value;

use super::sample::{NASTY, report, with_everything};

/// A test point.
#[derive(Debug, PartialEq)]
struct Point {
    ok: bool,
    description: String,
    directive: Option<(String, String)>,
    diagnostics: Option<Value>,
    subtest: Vec<Point>,
}

/// The grammar of the specification, as far as a producer may use it: version, plan, points with diagnostics, comments,
/// subtests.
fn parse(text: &str) -> Result<Vec<Point>, String> {
    let rest = text.strip_prefix("TAP version 14\n").ok_or("no version")?;
    points(&rest.lines().collect::<Vec<_>>())
}

fn points(lines: &[&str]) -> Result<Vec<Point>, String> {
    let (mut points, mut plan, mut subtest) = (Vec::<Point>::new(), None, Vec::new());
    let mut at = 0;
    while let Some(line) = lines.get(at) {
        at += 1;
        if let Some(inner) = line.strip_prefix("    ") {
            subtest.push(inner);
        } else if let Some(count) = line.strip_prefix("1..") {
            if plan.replace(count.parse::<usize>().map_err(|_| format!("plan {line}"))?).is_some() {
                return Err("two plans".to_owned());
            }
        } else if *line == "  ---" {
            let length = lines[at..].iter().position(|line| *line == "  ...").ok_or("no end of diagnostics")?;
            let yaml: Vec<&str> =
                lines[at..at + length].iter().map(|line| line.strip_prefix("  ").unwrap_or("\u{0}")).collect();
            let read = serde_yaml::from_str(&yaml.join("\n")).map_err(|error| format!("{error}: {yaml:?}"))?;
            points.last_mut().ok_or("diagnostics of nothing")?.diagnostics = Some(read);
            at += length + 1;
        } else if line.starts_with('#') {
        } else {
            let inner = std::mem::take(&mut subtest);
            let inner = if inner.is_empty() { Vec::new() } else { self::points(&inner)? };
            points.push(Point { subtest: inner, ..point(line, points.len() + 1)? });
        }
    }
    if plan != Some(points.len()) {
        return Err(format!("planned {plan:?}, came {}", points.len()));
    }
    Ok(points)
}

fn point(line: &str, number: usize) -> Result<Point, String> {
    let (ok, rest) = match (line.strip_prefix("ok "), line.strip_prefix("not ok ")) {
        (Some(rest), _) => (true, rest),
        (_, Some(rest)) => (false, rest),
        _ => return Err(format!("no test point: {line}")),
    };
    let rest = rest.strip_prefix(&format!("{number} - ")).ok_or(format!("not number {number}: {line}"))?;
    // A hash with a space before it, and no backslash, begins a directive.
    let (mut description, mut directive, mut chars) = (String::new(), None, rest.chars());
    while let Some(c) = chars.next() {
        match c {
            '\\' => description.extend(chars.next()),
            '#' if description.ends_with(' ') => {
                let text = chars.as_str().trim().to_owned();
                let (word, reason) = text.split_once(' ').unwrap_or((&text, ""));
                directive = Some((word.to_owned(), unescaped(reason)));
                break;
            }
            c => description.push(c),
        }
    }
    if let Some((word, _)) = &directive
        && !["SKIP", "TODO"].contains(&word.as_str())
    {
        return Err(format!("no directive: {line}"));
    }
    Ok(Point { ok, description: description.trim_end().to_owned(), directive, diagnostics: None, subtest: Vec::new() })
}

fn unescaped(text: &str) -> String {
    let (mut out, mut chars) = (String::new(), text.chars());
    while let Some(c) = chars.next() {
        out.extend(if c == '\\' { chars.next() } else { Some(c) });
    }
    out
}

/// Points say of each case what the report says.
#[track_caller]
fn check(points: &[Point], report: &Report) {
    assert_eq!(points.len(), report.cases.len());
    for (point, case) in points.iter().zip(&report.cases) {
        assert_eq!(point.description, case.id);
        let ok = matches!(case.outcome, Outcome::Passed | Outcome::Skipped);
        assert_eq!(point.ok, ok, "{}", case.id);
        let word = point.directive.as_ref().map(|(word, _)| word.as_str());
        let expected = match case.outcome {
            Outcome::Skipped => Some("SKIP"),
            Outcome::ExpectedFailure => Some("TODO"),
            _ => None,
        };
        assert_eq!(word, expected, "{}", case.id);
        assert_eq!(point.diagnostics.is_some(), !ok, "{}", case.id);
        if let Some(diagnostics) = &point.diagnostics {
            assert_eq!(diagnostics["outcome"].as_str(), Some(case.outcome.as_str()));
            let first = diagnostics["mismatches"][0]["expected"].as_str();
            assert_eq!(first.is_some(), !case.mismatches.is_empty(), "{}", case.id);
        }
    }
}

#[test]
fn it_is_read_back() {
    for report in
        [report(), with_everything(NASTY), with_everything(""), with_everything("- a: b # c"), with_everything("null")]
    {
        let text = report.render(Format::Tap);
        check(&parse(&text).unwrap_or_else(|error| panic!("{error}\n{text}")), &report);
    }
    let nasty = parse(&with_everything(NASTY).render(Format::Tap)).unwrap();
    let message = nasty.iter().find_map(|point| point.diagnostics.as_ref()?["message"].as_str()).unwrap();
    assert!(message.starts_with("a\\u{1b}[31mb\\u{7}"), "{message}");
    assert!(message.contains("]]> | `c` ``` </script>") && message.ends_with("<b>'\"\\"), "{message}");
    let (_, reason) = nasty.iter().find_map(|point| point.directive.as_ref()).unwrap();
    assert!(reason.contains("# SKIP") && reason.ends_with('\\'), "{reason}");
}

#[test]
fn each_of_several_adapters_is_a_subtest() {
    let mut passing = report();
    passing.adapter.name = "pass #ing".to_owned();
    passing.cases.retain(|case| matches!(case.outcome, Outcome::Passed | Outcome::ExpectedFailure));
    let reports = Reports::merge([("a", report()), ("b", passing.clone())]).unwrap();
    let text = reports.render(Format::Tap).unwrap();
    let points = parse(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    let seen: Vec<(bool, &str)> = points.iter().map(|point| (point.ok, point.description.as_str())).collect();
    assert_eq!(seen, [(false, "test 1.2.3"), (true, "pass #ing 1.2.3")]);
    check(&points[0].subtest, &report());
    check(&points[1].subtest, &passing);
}

#[test]
fn the_parser_finds_what_is_wrong() {
    let text = report().render(Format::Tap);
    for (from, to, complaint) in [
        ("TAP version 14", "TAP version 13", "no version"),
        ("1..6", "1..7", "planned Some(7), came 6"),
        ("ok 3", "ok 4", "not number 3"),
        ("# SKIP", "# SKIPPED", "no directive"),
        ("  ...\n", "", "no end of diagnostics"),
        ("outcome: ", "outcome", ""),
    ] {
        assert!(text.contains(from), "{from}: {text}");
        // Every end of diagnostics, or the next one is taken for it.
        let error = parse(&text.replace(from, to)).unwrap_err();
        assert!(error.contains(complaint), "{from} → {to}: {error}");
    }
}
