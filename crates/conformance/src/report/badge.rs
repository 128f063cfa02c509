use serde_json::json;

use super::Report;
use crate::outcome::Summary;

/// <https://shields.io/badges/endpoint-badge>
pub(super) fn render(report: &Report) -> String {
    let (message, color) = said(&report.summary());
    let badge = json!({"schemaVersion": 1, "label": "kubeproof", "message": message, "color": color});
    format!("{badge:#}\n")
}

/// The most pressing that is to be said.
fn said(summary: &Summary) -> (String, &'static str) {
    let Summary { passed, failed, expected_failure, unexpected_pass, could_not_run, .. } = *summary;
    if failed > 0 {
        (format!("{failed} of {} failed", summary.ran()), "red")
    } else if could_not_run > 0 {
        (format!("{could_not_run} could not run"), "lightgrey")
    } else if unexpected_pass > 0 {
        (format!("{unexpected_pass} stale in the baseline"), "orange")
    } else if summary.ran() == 0 {
        ("nothing ran".to_owned(), "lightgrey")
    } else if expected_failure > 0 {
        (format!("{passed} passed, {expected_failure} known failures"), "yellow")
    } else {
        (format!("{passed} passed"), "brightgreen")
    }
}
