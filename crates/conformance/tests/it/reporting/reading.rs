//! Files of reports that are right, and those that are not.

use std::sync::Arc;

use kubeproof_conformance::adapter::{About, Failure, FailureKind, FetchRequest, adapter_fn};
use kubeproof_conformance::report::{Format, Report};
use kubeproof_conformance::{Runner, Suite};
use kubeproof_emulator::providers::PROVIDERS;

use super::sample::{NASTY, report, with_everything};
use crate::raw::send;

#[test]
fn what_was_written_is_read() {
    for report in [report(), with_everything(NASTY)] {
        let text = report.render(Format::Json);
        assert_eq!(Report::from_json("a.json", &text).unwrap(), report);
        assert_eq!(Report::from_json("a.json", &format!("\u{feff}{text}")).unwrap(), report);
    }
}

/// What the redactor does to a file does nothing to what was redacted before, nor to what the suite says.
#[test]
fn what_holds_no_secret_is_read_as_it_is() {
    let suite = Suite::embedded().unwrap();
    let providers = PROVIDERS.iter().copied();
    let adapter = adapter_fn(About::new("refusing", "1.0.0", providers), |request: FetchRequest| async move {
        let path = "GET /v2/unknown?token=example HTTP/1.1\nhost: HOST\nx-auth-token: example\nconnection: close\n\n";
        if request.ca_pem.is_none() {
            send(&request.base_url, path).await;
        }
        Err(Failure::new(FailureKind::Error))
    });
    let plain = suite.cases().filter(|case| case.fits_any_host());
    let run = tokio::runtime::Runtime::new().unwrap().block_on(Runner::new(Arc::new(adapter)).run(plain));
    let report = Report::of(&run, &suite);
    assert!(report.summary().failed > 100, "{:?}", report.summary());
    let read = Report::from_json("a.json", &report.render(Format::Json)).unwrap();
    for (read, written) in read.clauses.iter().zip(&report.clauses) {
        assert_eq!(read, written);
    }
    for (read, written) in read.cases.iter().zip(&report.cases) {
        assert_eq!(read, written);
    }
    assert!(read == report, "something besides clauses and cases");
}

/// Fields that a later version adds are no mistake, and those that this one added may be missing.
#[test]
fn fields_come_and_go() {
    let text = report().render(Format::Json);
    let newer = text.replace("\"outcome\":", "\"weather\": {\"is\": [\"fine\"]}, \"outcome\":");
    assert_eq!(Report::from_json("a.json", &newer).unwrap(), report());
    let mut older: serde_json::Value = serde_json::from_str(&text).unwrap();
    for field in ["providers", "clauses"] {
        older.as_object_mut().unwrap().remove(field);
    }
    for case in older["cases"].as_array_mut().unwrap() {
        for field in ["place", "reason", "stderr"] {
            case.as_object_mut().unwrap().remove(field);
        }
    }
    let read = Report::from_json("a.json", &older.to_string()).unwrap();
    assert_eq!(read.cases.len(), report().cases.len());
    for format in Format::ALL {
        assert!(!read.render(format).is_empty(), "{format}");
    }
}

#[track_caller]
fn check(from: &str, to: &str, place: &str, parts: &[&str]) {
    let text = report().render(Format::Json);
    assert!(text.contains(from), "{from}: {text}");
    let problem = Report::from_json("a.json", &text.replacen(from, to, 1)).unwrap_err().to_string();
    assert!(problem.starts_with(&format!("a.json:{place}")), "{problem}");
    for part in parts {
        assert!(problem.contains(part), "`{part}` is not in: {problem}");
    }
}

#[test]
fn what_is_wrong_is_said_with_its_place_and_remedy() {
    const REMEDY: &str = "`kubeproof check --report json=FILE` writes reports";
    check(
        "report/1",
        "report/2",
        "2:32",
        &["the schema `kubeproof.report/2` cannot be read, only `kubeproof.report/1`", "version"],
    );
    check("\"schema\": \"kubeproof.report/1\",", "", "", &["names no `schema`", REMEDY]);
    check(
        "\"outcome\": \"passed\"",
        "\"outcome\": \"fine\"",
        "",
        &["cases[0].outcome", "unknown variant `fine`", REMEDY],
    );
    check("\"duration_ms\": 7", "\"duration_ms\": \"7\"", "", &["cases[0].duration_ms", "invalid type", REMEDY]);
    check("\"outcome\": \"passed\",", "", "", &["cases[0]", "missing field `outcome`"]);
    check("\"schema\"", "schema", "2:3", &["this is no JSON", REMEDY]);
    check("some/is-known-to-fail", "some/passes", "76:13", &["the case `digitalocean/some/passes` stands here twice"]);
    check("\"host: 127.0.0.1:40123\"", "\"host\"", "", &["request_headers[0]", "`name: value`"]);
}

#[test]
fn what_is_no_report_is_refused() {
    for (text, part) in [
        ("", "the file is empty"),
        ("{}", "names no `schema`"),
        ("[]", "this is no report of kubeproof: invalid length 0, expected the JSON object of a report"),
        ("null", "invalid type: null, expected the JSON object of a report"),
        ("{\"schema\": 1}", "invalid type: integer `1`"),
    ] {
        let problem = Report::from_json("a.json", text).unwrap_err().to_string();
        assert!(problem.starts_with("a.json:1:") && problem.contains(part), "{text}: {problem}");
    }
    let whole = report().render(Format::Json);
    let cut = whole.get(..whole.len() / 2).unwrap();
    let problem = Report::from_json("a.json", cut).unwrap_err().to_string();
    assert!(problem.contains("ends here before it is whole; write it again"), "{problem}");
    let more = Report::from_json("a.json", &format!("{whole}{whole}")).unwrap_err().to_string();
    assert!(more.contains("this is no JSON: trailing characters"), "{more}");
}
