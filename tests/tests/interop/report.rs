//! The page of a report, in a real Chromium: `tests/interop/report.py` looks and clicks, and here is what has to come of it.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use kubeproof::conformance::adapter::{About, Adapter, Failure, FailureKind, adapter_fn};
use kubeproof::conformance::report::{Format, Report, Reports};
use kubeproof::conformance::{Field, Outcome, Runner, Suite};
use kubeproof::emulator::providers::PROVIDERS;
use kubeproof_reference::ReferenceAdapter;
use serde_json::{Value, json};

use crate::oracle::Oracle;

/// What the reference makes of the suite, and what one makes of it that does the same and says that it failed.
fn judged() -> &'static [Report; 2] {
    static JUDGED: OnceLock<[Report; 2]> = OnceLock::new();
    JUDGED.get_or_init(|| {
        let suite = Suite::embedded().unwrap();
        let failing = adapter_fn(About::new("failing", "0.9.0", PROVIDERS.iter().copied()), |request| async move {
            let _ = ReferenceAdapter.fetch(request).await;
            Err(Failure::new(FailureKind::Timeout))
        });
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let run = |runner: Runner| Report::of(&runtime.block_on(runner.run(suite.cases())), &suite);
        [run(Runner::new(Arc::new(ReferenceAdapter))), run(Runner::new(Arc::new(failing)))]
    })
}

/// Every outcome, of three adapters, one of which has fewer cases. Some of each provider: the more there are, the longer is looked.
fn small() -> Vec<Report> {
    let [mut reference, mut failing] = judged().clone();
    for report in [&mut reference, &mut failing] {
        let mut kept = std::collections::BTreeMap::<String, usize>::new();
        report.cases.retain(|case| {
            let count = kept.entry(case.provider.clone()).or_default();
            *count += 1;
            *count <= 15
        });
    }
    let mut mixed = failing.clone();
    mixed.adapter.name = "mixed <script>".to_owned();
    mixed.cases.truncate(40);
    for (number, case) in mixed.cases.iter_mut().enumerate() {
        (case.outcome, case.reason) = match number % 5 {
            0 => (Outcome::ExpectedFailure, Some("issue 12: <b>known</b>".to_owned())),
            1 => (Outcome::UnexpectedPass, None),
            2 => (Outcome::CouldNotRun, Some("no port is free".to_owned())),
            3 => (Outcome::Skipped, Some("the adapter lacks: tls".to_owned())),
            _ => (Outcome::Failed, None),
        };
        case.stderr = Some("Traceback <module>\n  line two".to_owned());
    }
    vec![reference, failing, mixed]
}

/// 2,000 cases by 10 adapters, one in ten of which failed, in a way of its own.
fn large() -> Vec<Report> {
    let [reference, failing] = judged();
    let adapter = |adapter: usize| {
        let mut report = reference.clone();
        report.adapter.name = format!("an-sdk-{adapter}");
        report.cases = (0..2000)
            .map(|number| {
                let from = if (number * 7 + adapter * 3).is_multiple_of(10) { failing } else { reference };
                let mut case = from.cases[number % from.cases.len()].clone();
                case.id = format!("{}-{}", case.id, number / from.cases.len());
                for exchange in &mut case.exchanges {
                    let agent = Field { name: "x-agent".to_owned(), value: format!("sdk {adapter}, case {number}") };
                    exchange.request_headers.push(agent);
                }
                case
            })
            .collect();
        report
    };
    (0..10).map(adapter).collect()
}

fn page(reports: Vec<Report>) -> String {
    let reports = reports.into_iter().map(|report| (report.title(), report));
    Reports::merge(reports).unwrap().render(Format::Html).unwrap()
}

/// What a browser saw.
fn seen(way: &str, page: &str) -> Value {
    let shots = Path::new(env!("CARGO_TARGET_TMPDIR")).join("report");
    std::fs::create_dir_all(&shots).unwrap();
    let file: PathBuf = shots.join(format!("{way}.html"));
    std::fs::write(&file, page).unwrap();
    let seen = Oracle::new().browser_of_report(way, &file, &shots);
    assert_quiet(&seen);
    seen
}

/// It says nothing on the console and asks for nothing.
#[track_caller]
fn assert_quiet(seen: &Value) {
    if let Some(complaints) = seen.get("complaints") {
        assert_eq!(complaints, &json!([]));
        let requests = seen["requests"].as_array().unwrap();
        let is_own = |url: &Value| {
            url.as_str().is_some_and(|url| ["file://", "data:", "about:"].iter().any(|scheme| url.starts_with(scheme)))
        };
        assert!(!requests.is_empty() && requests.iter().all(is_own), "{requests:?}");
    }
}

/// How many cases of any of these reports fulfil something.
fn count(reports: &[Report], fits: impl Fn(&str) -> bool) -> usize {
    reports[0].cases.iter().filter(|case| fits(&case.id)).count()
}

fn outcomes(reports: &[Report], id: &str) -> Vec<Option<Outcome>> {
    reports.iter().map(|report| report.cases.iter().find(|case| case.id == id).map(|case| case.outcome)).collect()
}

#[test]
fn without_javascript_everything_can_be_read() {
    let reports = small();
    let seen = seen("read", &page(reports.clone()));
    assert_eq!(seen["headings"], json!(["Adapters", "Cases", "Failures"]));
    let first = &reports[0];
    assert_eq!(
        seen["columns"],
        json!(["Case", format!("1 {}", first.title()), "2 failing 0.9.0", "3 mixed <script> 0.9.0"])
    );
    assert_eq!(seen["counts"].as_array().unwrap().len(), 4);
    assert_eq!(seen["counts"][1], json!(["1", first.title(), first.cases.len().to_string(), "0", "0", "0", "0", "0"]));
    assert_eq!(seen["counts"][3], json!(["3", "mixed <script> 0.9.0", "0", "8", "8", "8", "8", "8"]));
    let rows = seen["rows"].as_array().unwrap();
    assert_eq!(rows.len(), first.cases.len());
    for (row, case) in rows.iter().zip(&first.cases) {
        let head = row[0].as_str().unwrap();
        assert!(head.starts_with(&case.id) && head.contains(&case.clauses.join(" ")), "{head}");
        let expected =
            outcomes(&reports, &case.id).into_iter().map(|outcome| outcome.map_or("not run", Outcome::as_str));
        let cells: Vec<&str> = row.as_array().unwrap().iter().skip(1).map(|cell| cell.as_str().unwrap()).collect();
        assert_eq!(cells, expected.collect::<Vec<_>>(), "{head}");
    }
    assert_eq!(seen["controls"], 0, "what does not work is not offered");
    assert!(seen["note"].as_str().unwrap().contains("With JavaScript they can be filtered"), "{}", seen["note"]);
    let opened = seen["opened"].as_str().unwrap();
    for part in [
        "failing 0.9.0",
        "error timeout",
        "Exchange 1",
        "GET /v2/kubernetes/clusters/",
        "authorization: Bearer <redacted>",
        "200",
    ] {
        assert!(opened.contains(part), "{part}: {opened}");
    }
    assert!(!seen["clauses"].as_array().unwrap().is_empty());
}

#[test]
fn filters_and_failures_are_used_by_mouse_and_by_keyboard() {
    let reports = small();
    let seen = seen("use", &page(reports.clone()));
    let all = reports[0].cases.len();
    let rows = |name: &str| usize::try_from(seen[name]["rows"].as_u64().unwrap()).unwrap();
    assert_eq!((rows("all"), rows("all again")), (all, all));
    assert_eq!((&seen["all"]["said"], &seen["all again"]["fragment"]), (&json!(format!("{all} cases")), &json!("")));
    let with = |outcome: Outcome| count(&reports, |id| outcomes(&reports, id).contains(&Some(outcome)));
    assert_eq!(rows("ucs"), count(&reports, |id| id.starts_with("ucs/")));
    assert_eq!(seen["ucs"]["fragment"], "#provider=ucs");
    assert_eq!(seen["ucs"]["said"], format!("{} of {all} cases", rows("ucs")));
    assert_eq!((rows("failed"), rows("expected-failure")), (with(Outcome::Failed), with(Outcome::ExpectedFailure)));
    assert_eq!(
        seen["expected-failure"]["articles"], seen["expected-failure"]["rows"],
        "failures are filtered with their cases"
    );
    let differs = count(&reports, |id| !outcomes(&reports, id).windows(2).all(|pair| pair[0] == pair[1]));
    assert_eq!(rows("differs"), differs);
    let cases = &reports[0].cases;
    assert_eq!(rows("should"), cases.iter().filter(|case| case.level.as_str() == "should").count());
    assert_eq!(rows("inferred"), cases.iter().filter(|case| case.provenance.as_str() == "inferred").count());

    assert_eq!((&seen["first focus"], &seen["second focus"]), (&json!("Skip to the cases"), &json!("provider")));
    // Of the words, which are written as they come, all have to be somewhere.
    let has_both = |text: String| ["token", "iam"].iter().all(|word| text.to_lowercase().contains(word));
    let typed = cases.iter().filter(|case| case.provider == "ucs");
    let typed = typed.filter(|case| has_both(format!("{} {} {}", case.id, case.title, case.clauses.join(" ")))).count();
    assert!(typed > 0 && typed < rows("ucs"), "{typed}");
    assert_eq!((rows("typed"), &seen["typed"]["fragment"]), (typed, &json!("#provider=ucs&text=token+IAM")));
    assert_eq!(seen["typed"], seen["typed, loaded again"]);
    assert_eq!((&seen["none"]["rows"], &seen["none"]["empty"]), (&json!(0), &json!(true)));

    for (name, fragment) in
        [("opened", "#provider=ucs&open="), ("opened, loaded again", "#provider=ucs&open="), ("linked", "#")]
    {
        let (opened, id) = (&seen[name], &seen[if name == "linked" { "linked" } else { "opened" }]["id"]);
        assert_eq!((&opened["open"], &opened["focus"], &opened["inView"]), (&json!([id]), id, &json!(true)), "{name}");
        assert_eq!(opened["fragment"], format!("{fragment}{}", id.as_str().unwrap()), "{name}");
    }
    assert_eq!(seen["still filtered"], rows("ucs"));
    assert_eq!(seen["nonsense"], json!({"outcome": "", "level": "must"}));
    assert_eq!(seen["injected"], json!([null, true]));
}

#[test]
fn it_can_be_read_and_used_in_light_and_dark_on_a_desk_and_at_320_px() {
    let seen = seen("look", &page(small()));
    let mut grounds = Vec::new();
    for (view, seen) in seen.as_object().unwrap() {
        assert_quiet(seen);
        grounds.push((seen["ground"].clone(), seen["text"].clone()));
        assert_eq!(seen["violations"], json!([]), "{view}");
        assert_eq!(seen["undecided"], json!([]), "{view}");
        // The contrast that WCAG 2 asks of text at level AA.
        assert!(seen["texts"].as_u64().unwrap() > 150, "{view}: {}", seen["texts"]);
        assert!(seen["least contrast"].as_f64().unwrap() >= 4.5, "{view}: {}", seen["least contrast"]);
        let borders = seen["borders"].as_array().unwrap();
        assert!(
            borders.len() > 5 && borders.iter().all(|border| border[1].as_f64().unwrap() >= 3.0),
            "{view}: {borders:?}"
        );
        assert_eq!(seen["focus"], json!(["text", "solid", "2px"]), "{view}");
        let widths = &seen["widths"];
        assert!(widths[0].as_u64() <= widths[1].as_u64(), "{view} scrolls sideways: {widths}");
    }
    let [desktop_light, phone_light, desktop_dark, phone_dark] = grounds.as_slice() else { panic!("{grounds:?}") };
    assert_eq!((desktop_light, desktop_dark), (phone_light, phone_dark));
    assert!(desktop_light.0 != desktop_dark.0 && desktop_light.1 != desktop_dark.1, "{grounds:?}");
}

/// Times are printed: what is a visible pause on this machine is for whoever reads them to say.
#[test]
fn two_thousand_cases_by_ten_adapters_open_and_filter() {
    let page = page(large());
    assert!(page.len() < 5 * 1024 * 1024, "{}", page.len());
    let left_out = page.contains("are left out, to keep") || page.contains("only the outcome is shown, to keep");
    let seen = seen("large", &page);
    assert_eq!((&seen["all"]["rows"], &seen["all again"]), (&json!(2000), &json!(2000)));
    println!("{} bytes, anything left out: {left_out}, {} elements", page.len(), seen["nodes"]);
    println!("opened in {} ms, first painted after {} ms", seen["opened"], seen["painted"]);
    for filtered in seen["filtered"].as_array().unwrap() {
        println!("{}: script {} ms, shown after {} ms", filtered[0], filtered[1], filtered[2]);
    }
}
