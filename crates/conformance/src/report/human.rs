use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};

use super::visible::visible;
use super::{FINDINGS, Report, ReportedCase, counted};
use crate::clause::Provenance;
use crate::outcome::{Outcome, ShownExchange, Summary};

const GOOD: Style = AnsiColor::Green.on_default();
const BAD: Style = AnsiColor::Red.on_default().bold();
const ODD: Style = AnsiColor::Yellow.on_default();
const FAINT: Style = Style::new().dimmed();
const STRONG: Style = Style::new().bold();

/// For each adapter a line a case, by provider; then what is not as it should be, the most pressing first, known failures
/// in short; then the counts.
pub(super) fn render(reports: &[Report]) -> String {
    let mut out = String::new();
    for report in reports {
        if reports.len() > 1 {
            line(&mut out, format_args!("{STRONG}adapter {}{STRONG:#}\n", visible(&report.title())));
        }
        verdicts(&mut out, report);
        findings(&mut out, report);
        if reports.len() > 1 {
            out.push_str(&closing(report));
            out.push('\n');
        }
    }
    match reports {
        [report] => out.push_str(&closing(report)),
        several => several.iter().for_each(|report| out.push_str(&total(report))),
    }
    out
}

fn line(out: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a String does not fail.
    let _ = writeln!(out, "{text}");
}

fn verdicts(out: &mut String, report: &Report) {
    for (provider, cases) in report.by_provider() {
        let summary: Summary = cases.iter().map(|case| case.outcome).collect();
        let (name, title) = (visible(&provider.name), visible(&provider.title));
        line(out, format_args!("{STRONG}{name}{STRONG:#}  {title}  {}", counts(&summary)));
        for case in cases {
            line(out, format_args!("  {}", verdict(case)));
        }
        out.push('\n');
    }
}

fn findings(out: &mut String, report: &Report) {
    for (outcome, title) in FINDINGS {
        let found: Vec<&ReportedCase> = report.with(outcome).collect();
        if found.is_empty() {
            continue;
        }
        let style = style(outcome);
        line(out, format_args!("{style}{title}: {}{style:#}", found.len()));
        if outcome != Outcome::ExpectedFailure {
            out.push('\n');
        }
        for case in found {
            if outcome == Outcome::ExpectedFailure {
                let reason = case.reason.as_deref().unwrap_or(&case.message);
                line(out, format_args!("  {}  {FAINT}{}{FAINT:#}", visible(&case.id), visible(reason)));
            } else {
                out.push_str(&details(case, report));
                out.push('\n');
            }
        }
        if outcome == Outcome::ExpectedFailure {
            out.push('\n');
        }
    }
}

fn style(outcome: Outcome) -> Style {
    match outcome {
        Outcome::Passed => GOOD,
        Outcome::Failed | Outcome::UnexpectedPass | Outcome::CouldNotRun => BAD,
        Outcome::ExpectedFailure | Outcome::Skipped => ODD,
    }
}

/// `passed  ucs/download/second-call-is-refused  ucs.download-once`
fn verdict(case: &ReportedCase) -> String {
    let style = style(case.outcome);
    let provenance = match case.provenance {
        Provenance::Documented => String::new(),
        other => format!(" ({other})"),
    };
    let mut text = format!(
        "{style}{:<16}{style:#}  {}  {FAINT}{}{provenance}{FAINT:#}",
        case.outcome.as_str(),
        visible(&case.id),
        visible(&case.clauses.join(" "))
    );
    if let Some(reason) = &case.reason {
        let _ = write!(text, "  {ODD}{}{ODD:#}", visible(reason));
    }
    text
}

/// Everything that is known of one case: what was expected and what came, the exchanges, the clauses.
pub(super) fn details(case: &ReportedCase, report: &Report) -> String {
    let style = style(case.outcome);
    let id = visible(&case.id);
    let mut out = String::new();
    line(&mut out, format_args!("{style}{}{style:#}  {STRONG}{id}{STRONG:#}", case.outcome));
    line(&mut out, format_args!("  {} ({}, {})", visible(&case.title), case.level, case.provenance));
    if let Some(place) = &case.place {
        line(&mut out, format_args!("  {FAINT}at {}{FAINT:#}", visible(&place.to_string())));
    }
    if case.outcome == Outcome::UnexpectedPass {
        line(&mut out, format_args!("  it passes now: take its entry out of the baseline"));
    }
    for miss in &case.mismatches {
        let step = miss.step.map_or_else(|| "the case".to_owned(), |step| format!("step {step}"));
        line(&mut out, format_args!("  {step}"));
        line(&mut out, format_args!("    expected  {GOOD}{}{GOOD:#}", visible(&miss.expected)));
        line(&mut out, format_args!("    came      {BAD}{}{BAD:#}", visible(&miss.came)));
    }
    if let Some(reason) = &case.reason {
        line(&mut out, format_args!("  {}", visible(reason)));
    }
    for exchange in &case.exchanges {
        out.push_str(&exchanged(exchange));
    }
    if case.exchanges.is_empty() {
        line(&mut out, format_args!("  {FAINT}no request reached the provider{FAINT:#}"));
    }
    if let Some(stderr) = &case.stderr {
        line(&mut out, format_args!("  standard error of the adapter"));
        for text in stderr.lines() {
            line(&mut out, format_args!("    {FAINT}{}{FAINT:#}", visible(text)));
        }
    }
    for clause in report.clauses_of(case) {
        line(&mut out, format_args!("  clause {STRONG}{}{STRONG:#} ({})", visible(&clause.id), clause.provenance));
        line(&mut out, format_args!("    {}", visible(&clause.statement)));
        line(&mut out, format_args!("    {FAINT}{}{FAINT:#}", visible(&clause.source)));
    }
    line(
        &mut out,
        format_args!(
            "  alone, with the options of this run: kubeproof check {id}    explained: kubeproof explain {id}"
        ),
    );
    out
}

fn exchanged(exchange: &ShownExchange) -> String {
    let mut out = String::new();
    let origin = if exchange.origin == "elsewhere" { ", at another origin" } else { "" };
    line(&mut out, format_args!("  exchange {}{origin}", exchange.number));
    for text in request_lines(exchange) {
        line(&mut out, format_args!("    {FAINT}>{FAINT:#} {text}"));
    }
    for text in reply_head(exchange).into_iter().chain(exchange.body.lines().map(visible)) {
        line(&mut out, format_args!("    {FAINT}<{FAINT:#} {text}"));
    }
    line(&mut out, format_args!("    {FAINT}{}{FAINT:#}", visible(&decided(exchange))));
    for complaint in &exchange.complaints {
        line(&mut out, format_args!("    {FAINT}and {}{FAINT:#}", visible(complaint)));
    }
    out
}

/// Method, target and header fields.
pub(super) fn request_lines(exchange: &ShownExchange) -> Vec<String> {
    let fields = exchange.request_headers.iter().map(|field| visible(&field.to_string()));
    std::iter::once(visible(&exchange.request)).chain(fields).collect()
}

/// Status and header fields.
pub(super) fn reply_head(exchange: &ShownExchange) -> Vec<String> {
    let fields = exchange.reply_headers.iter().map(|field| visible(&field.to_string()));
    std::iter::once(exchange.status.to_string()).chain(fields).collect()
}

/// What the emulation decided, and why.
pub(super) fn decided(exchange: &ShownExchange) -> String {
    format!("{} by {}: {}", exchange.decision, exchange.clause, exchange.explanation)
}

fn counts(summary: &Summary) -> String {
    let shown: Vec<String> = Outcome::ALL
        .into_iter()
        .map(|outcome| (summary.count(outcome), counted(outcome), style(outcome)))
        .filter(|(count, _, _)| *count > 0)
        .map(|(count, word, style)| format!("{style}{count} {word}{style:#}"))
        .collect();
    if shown.is_empty() { "nothing ran".to_owned() } else { shown.join(", ") }
}

fn total(report: &Report) -> String {
    let summary = report.summary();
    format!("{}: {} cases: {}\n", visible(&report.title()), summary.selected(), counts(&summary))
}

fn closing(report: &Report) -> String {
    let mut out = total(report);
    let by_provenance: Vec<String> = Provenance::ALL
        .into_iter()
        .map(|provenance| (report.cases.iter().filter(|case| case.provenance == provenance).count(), provenance))
        .filter(|(count, _)| *count > 0)
        .map(|(count, provenance)| format!("{count} {provenance}"))
        .collect();
    if !by_provenance.is_empty() {
        line(&mut out, format_args!("{FAINT}by provenance: {}{FAINT:#}", by_provenance.join(", ")));
    }
    let mut reasons: Vec<&str> = report.with(Outcome::Skipped).map(|case| case.message.as_str()).collect();
    reasons.sort_unstable();
    for group in reasons.chunk_by(|a, b| a == b) {
        if let Some(reason) = group.first() {
            line(&mut out, format_args!("{ODD}skipped {}: {}{ODD:#}", group.len(), visible(reason)));
        }
    }
    out
}
