use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

use super::human::details;
use super::visible::{visible, visible_lines};
use super::{Report, ReportedCase, ReportedProvider};
use crate::outcome::{Outcome, Summary};

/// As the schema has it that Jenkins holds JUnit XML to, `junit-10.xsd` of its xUnit plugin; Surefire and GitLab read the same.
#[expect(clippy::expect_used, reason = "writing to memory does not fail")]
pub(super) fn render(reports: &[Report]) -> String {
    let mut xml = Writer::new_with_indent(Vec::new(), b' ', 4);
    write(&mut xml, reports).expect("a report is XML");
    let mut text = String::from_utf8(xml.into_inner()).expect("it is made of strings");
    text.push('\n');
    text
}

type Xml = Writer<Vec<u8>>;

fn write(xml: &mut Xml, reports: &[Report]) -> std::io::Result<()> {
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let names: Vec<&str> = reports.iter().map(|report| report.adapter.name.as_str()).collect();
    let name = visible(&format!("kubeproof: {}", names.join(", ")));
    let all = reports.iter().flat_map(|report| &report.cases);
    let time = seconds(all.clone().map(|case| case.duration_ms).sum());
    let counts = Counts::of(&all.map(|case| case.outcome).collect());
    let attributes = [
        ("name", name.as_str()),
        ("time", &time),
        ("tests", &counts.tests),
        ("failures", &counts.failures),
        ("errors", &counts.errors),
    ];
    xml.create_element("testsuites").with_attributes(attributes).write_inner_content(|xml| {
        for report in reports {
            let adapter = (reports.len() > 1).then(|| report.title());
            for (provider, cases) in report.by_provider() {
                suite(xml, adapter.as_deref(), &provider, &cases, report)?;
            }
        }
        Ok(())
    })?;
    Ok(())
}

/// The cases of one provider. The adapter is named where there are several.
fn suite(
    xml: &mut Xml,
    adapter: Option<&str>,
    provider: &ReportedProvider,
    cases: &[&ReportedCase],
    report: &Report,
) -> std::io::Result<()> {
    let name = adapter.map_or_else(|| provider.name.clone(), |adapter| format!("{adapter}: {}", provider.name));
    let time = seconds(cases.iter().map(|case| case.duration_ms).sum());
    let counts = Counts::of(&cases.iter().map(|case| case.outcome).collect());
    let name = visible(&name);
    let attributes = [
        ("name", name.as_str()),
        ("tests", &counts.tests),
        ("failures", &counts.failures),
        ("errors", &counts.errors),
        ("skipped", &counts.skipped),
        ("time", &time),
    ];
    xml.create_element("testsuite")
        .with_attributes(attributes)
        .write_inner_content(|xml| cases.iter().try_for_each(|case| test_case(xml, &name, case, report)))?;
    Ok(())
}

fn test_case(xml: &mut Xml, class: &str, case: &ReportedCase, report: &Report) -> std::io::Result<()> {
    let (name, time) = (visible(&case.id), seconds(case.duration_ms));
    let attributes = [("name", name.as_str()), ("classname", class), ("time", time.as_str())];
    let element = xml.create_element("testcase").with_attributes(attributes);
    let kind = match case.outcome {
        Outcome::Passed if case.stderr.is_none() => return element.write_empty().map(drop),
        Outcome::Passed => None,
        Outcome::Skipped | Outcome::ExpectedFailure => Some("skipped"),
        Outcome::Failed | Outcome::UnexpectedPass => Some("failure"),
        Outcome::CouldNotRun => Some("error"),
    };
    element.write_inner_content(|xml| {
        if let Some(kind) = kind {
            let message = visible(&case.message);
            let attributes = [("type", case.outcome.as_str()), ("message", message.as_str())];
            let element = xml.create_element(kind).with_attributes(attributes);
            if kind == "skipped" {
                element.write_empty()?;
            } else {
                let details = anstream::adapter::strip_str(&details(case, report)).to_string();
                element.write_text_content(BytesText::new(&details))?;
            }
        }
        if let Some(stderr) = &case.stderr {
            xml.create_element("system-err").write_text_content(BytesText::new(&visible_lines(stderr)))?;
        }
        Ok(())
    })?;
    Ok(())
}

struct Counts {
    tests: String,
    failures: String,
    errors: String,
    skipped: String,
}

impl Counts {
    fn of(summary: &Summary) -> Self {
        Self {
            tests: summary.selected().to_string(),
            failures: (summary.failed + summary.unexpected_pass).to_string(),
            errors: summary.could_not_run.to_string(),
            skipped: (summary.skipped + summary.expected_failure).to_string(),
        }
    }
}

fn seconds(milliseconds: u64) -> String {
    format!("{}.{:03}", milliseconds / 1000, milliseconds % 1000)
}
