use super::visible::visible;
use super::{Report, ReportedCase, counted};
use crate::outcome::{Outcome, Summary};

/// <https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands>
pub(super) fn render(reports: &[Report]) -> String {
    let mut out = String::new();
    for (outcome, command) in
        [(Outcome::Failed, "error"), (Outcome::CouldNotRun, "error"), (Outcome::UnexpectedPass, "warning")]
    {
        for report in reports {
            for case in report.with(outcome) {
                out.push_str(&annotation(command, report, case));
            }
        }
    }
    for report in reports {
        let summary = report.summary();
        let text = format!("{}: {} cases: {}", report.title(), summary.selected(), counts(&summary));
        out.push_str(&format!("::notice title=kubeproof::{}\n", data(&visible(&text))));
    }
    out
}

fn annotation(command: &str, report: &Report, case: &ReportedCase) -> String {
    let mut properties = Vec::new();
    if let Some(place) = &case.place {
        properties.push(format!("file={}", property(&visible(&place.file))));
        properties.push(format!("line={}", place.line));
        properties.push(format!("col={}", place.column));
    }
    properties
        .push(format!("title={}", property(&visible(&format!("{}: {} {}", report.title(), case.outcome, case.id)))));
    let message = match case.outcome {
        Outcome::UnexpectedPass => "it passes now: take its entry out of the baseline".to_owned(),
        _ => case.message.clone(),
    };
    let mut lines = vec![visible(&case.title), visible(&message)];
    lines.extend(report.clauses_of(case).map(|clause| {
        visible(&format!("{} ({}): {} [{}]", clause.id, clause.provenance, clause.statement, clause.source))
    }));
    lines.retain(|line| !line.is_empty());
    format!("::{command} {}::{}\n", properties.join(","), data(&lines.join("\n")))
}

fn counts(summary: &Summary) -> String {
    let counts = Outcome::ALL.into_iter().map(|outcome| (summary.count(outcome), outcome));
    let shown: Vec<String> = counts
        .filter(|(count, _)| *count > 0)
        .map(|(count, outcome)| format!("{count} {}", counted(outcome)))
        .collect();
    if shown.is_empty() { "nothing ran".to_owned() } else { shown.join(", ") }
}

/// What follows the second `::`.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The value of a property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
