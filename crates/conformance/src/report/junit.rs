use std::time::Duration;

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use super::human::details;
use crate::outcome::{CaseResult, Outcome, Run};
use crate::suite::Suite;

#[expect(clippy::expect_used, reason = "it is written to memory, and quick-junit takes out what XML forbids")]
pub(super) fn render(run: &Run, suite: &Suite) -> String {
    let mut report = Report::new(format!("kubeproof: {}", run.adapter.name));
    for provider in suite.providers() {
        let results: Vec<&CaseResult> =
            run.results.iter().filter(|result| result.case.provider == provider.name).collect();
        if results.is_empty() {
            continue;
        }
        let mut cases = TestSuite::new(provider.name);
        for result in results {
            cases.add_test_case(test_case(result, suite));
        }
        report.add_test_suite(cases);
    }
    let mut text = report.to_string().expect("a report is XML");
    if !text.ends_with('\n') {
        text.push('\n');
    }
    text
}

fn test_case(result: &CaseResult, suite: &Suite) -> TestCase {
    let status = match result.outcome {
        Outcome::Passed => TestCaseStatus::success(),
        Outcome::Skipped | Outcome::ExpectedFailure => {
            let mut status = TestCaseStatus::skipped();
            status.set_message(result.message());
            status
        }
        Outcome::Failed | Outcome::UnexpectedPass => unsuccessful(NonSuccessKind::Failure, result, suite),
        Outcome::CouldNotRun => unsuccessful(NonSuccessKind::Error, result, suite),
    };
    let mut case = TestCase::new(&result.case.id, status);
    case.set_classname(result.case.provider);
    case.set_time(Duration::from_millis(result.duration_ms));
    case
}

fn unsuccessful(kind: NonSuccessKind, result: &CaseResult, suite: &Suite) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(kind);
    status.set_type(result.outcome.as_str());
    status.set_message(result.message());
    status.set_description(anstream::adapter::strip_str(&details(result, suite)).to_string());
    status
}
