use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};

use crate::clause::Provenance;
use crate::outcome::{CaseResult, Outcome, Run, ShownExchange, Summary};
use crate::suite::Suite;

const GOOD: Style = AnsiColor::Green.on_default();
const BAD: Style = AnsiColor::Red.on_default().bold();
const ODD: Style = AnsiColor::Yellow.on_default();
const FAINT: Style = Style::new().dimmed();
const STRONG: Style = Style::new().bold();

/// A line a case, by provider; then every case that is not as expected, whole; then the counts.
pub(super) fn render(run: &Run, suite: &Suite) -> String {
    let mut out = String::new();
    for provider in suite.providers() {
        let results: Vec<&CaseResult> =
            run.results.iter().filter(|result| result.case.provider == provider.name).collect();
        if results.is_empty() {
            continue;
        }
        let summary = Summary::of(results.iter().copied());
        line(&mut out, format_args!("{STRONG}{}{STRONG:#}  {}  {}", provider.name, provider.title, counts(&summary)));
        for result in &results {
            line(&mut out, format_args!("  {}", verdict(result)));
        }
        out.push('\n');
    }
    for result in run.results.iter().filter(|result| is_trouble(result.outcome)) {
        out.push_str(&details(result, suite));
        out.push('\n');
    }
    out.push_str(&closing(run));
    out
}

fn line(out: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a String does not fail.
    let _ = writeln!(out, "{text}");
}

fn is_trouble(outcome: Outcome) -> bool {
    matches!(outcome, Outcome::Failed | Outcome::UnexpectedPass | Outcome::CouldNotRun)
}

fn style(outcome: Outcome) -> Style {
    match outcome {
        Outcome::Passed => GOOD,
        Outcome::Failed | Outcome::UnexpectedPass | Outcome::CouldNotRun => BAD,
        Outcome::ExpectedFailure | Outcome::Skipped => ODD,
    }
}

/// `passed  ucs/download/second-call-is-refused  ucs.download-once`
fn verdict(result: &CaseResult) -> String {
    let style = style(result.outcome);
    let provenance = match result.case.provenance {
        Provenance::Documented => String::new(),
        other => format!(" ({other})"),
    };
    let mut text = format!(
        "{style}{:<16}{style:#}  {}  {FAINT}{}{provenance}{FAINT:#}",
        result.outcome.as_str(),
        result.case.id,
        result.case.clauses.join(" ")
    );
    if let Some(reason) = &result.reason {
        let _ = write!(text, "  {ODD}{reason}{ODD:#}");
    }
    text
}

/// Everything that is known of one case: what was expected and what came, the exchanges, the clauses.
pub(super) fn details(result: &CaseResult, suite: &Suite) -> String {
    let case = &result.case;
    let style = style(result.outcome);
    let mut out = String::new();
    line(&mut out, format_args!("{style}{}{style:#}  {STRONG}{}{STRONG:#}", result.outcome, case.id));
    line(&mut out, format_args!("  {} ({}, {})", case.title, case.level, case.provenance));
    line(&mut out, format_args!("  {FAINT}at {}{FAINT:#}", case.place));
    for miss in &result.mismatches {
        let step = miss.step.map_or_else(|| "the case".to_owned(), |step| format!("step {step}"));
        line(&mut out, format_args!("  {step}"));
        line(&mut out, format_args!("    expected  {GOOD}{}{GOOD:#}", visible(&miss.expected)));
        line(&mut out, format_args!("    came      {BAD}{}{BAD:#}", visible(&miss.came)));
    }
    if let Some(reason) = &result.reason {
        line(&mut out, format_args!("  {reason}"));
    }
    for exchange in &result.exchanges {
        out.push_str(&exchanged(exchange));
    }
    if result.exchanges.is_empty() {
        line(&mut out, format_args!("  {FAINT}no request reached the provider{FAINT:#}"));
    }
    for clause in case.clauses.iter().filter_map(|id| suite.clause(id)) {
        line(&mut out, format_args!("  clause {STRONG}{}{STRONG:#} ({})", clause.id, clause.provenance));
        line(&mut out, format_args!("    {}", clause.statement));
        line(&mut out, format_args!("    {FAINT}{}{FAINT:#}", clause.source));
    }
    line(&mut out, format_args!("  alone: kubeproof check {}    explained: kubeproof explain {}", case.id, case.id));
    out
}

fn exchanged(exchange: &ShownExchange) -> String {
    let mut out = String::new();
    let origin = if exchange.origin == "elsewhere" { ", at another origin" } else { "" };
    line(&mut out, format_args!("  exchange {}{origin}", exchange.number));
    line(&mut out, format_args!("    {FAINT}>{FAINT:#} {}", visible(&exchange.request)));
    for field in &exchange.request_headers {
        line(&mut out, format_args!("    {FAINT}>{FAINT:#} {}", visible(&field.to_string())));
    }
    line(&mut out, format_args!("    {FAINT}<{FAINT:#} {}", exchange.status));
    for field in &exchange.reply_headers {
        line(&mut out, format_args!("    {FAINT}<{FAINT:#} {}", visible(&field.to_string())));
    }
    for text in exchange.body.lines() {
        line(&mut out, format_args!("    {FAINT}<{FAINT:#} {}", visible(text)));
    }
    line(
        &mut out,
        format_args!("    {FAINT}{} by {}: {}{FAINT:#}", exchange.decision, exchange.clause, exchange.explanation),
    );
    for complaint in &exchange.complaints {
        line(&mut out, format_args!("    {FAINT}and {complaint}{FAINT:#}"));
    }
    out
}

/// Text of others for a terminal: what could steer it is spelled out.
fn visible(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() && c != '\t' { c.escape_unicode().to_string() } else { c.to_string() })
        .collect()
}

fn counts(summary: &Summary) -> String {
    let all = [
        (summary.passed, "passed", GOOD),
        (summary.failed, "failed", BAD),
        (summary.expected_failure, "expected failures", ODD),
        (summary.unexpected_pass, "unexpected passes", BAD),
        (summary.could_not_run, "could not run", BAD),
        (summary.skipped, "skipped", ODD),
    ];
    let shown: Vec<String> = all
        .into_iter()
        .filter(|(count, _, _)| *count > 0)
        .map(|(count, word, style)| format!("{style}{count} {word}{style:#}"))
        .collect();
    if shown.is_empty() { "nothing ran".to_owned() } else { shown.join(", ") }
}

fn closing(run: &Run) -> String {
    let summary = run.summary();
    let mut out = String::new();
    line(
        &mut out,
        format_args!(
            "{} {}: {} cases: {}",
            run.adapter.name,
            run.adapter.version,
            summary.selected(),
            counts(&summary)
        ),
    );
    let by_provenance: Vec<String> = Provenance::ALL
        .into_iter()
        .filter_map(|provenance| {
            let results = run.results.iter().filter(|result| result.case.provenance == provenance);
            let summary = Summary::of(results);
            (summary.selected() > 0).then(|| format!("{} {provenance}", summary.selected()))
        })
        .collect();
    line(&mut out, format_args!("{FAINT}by provenance: {}{FAINT:#}", by_provenance.join(", ")));
    if summary.skipped > 0 {
        let mut reasons: Vec<&str> =
            run.results.iter().filter(|r| r.outcome == Outcome::Skipped).filter_map(|r| r.reason.as_deref()).collect();
        reasons.sort_unstable();
        for group in reasons.chunk_by(|a, b| a == b) {
            if let Some(reason) = group.first() {
                line(&mut out, format_args!("{ODD}skipped {}: {reason}{ODD:#}", group.len()));
            }
        }
    }
    out
}
