use std::fmt::Write as _;

use super::human::details;
use super::visible::{beginning, visible};
use super::{FINDINGS, Report, ReportedCase, counted};
use crate::clause::Clause;
use crate::outcome::{Outcome, Summary};

/// How long the summary may be before a further row of a table, further details, and a further clause, in bytes: GitHub
/// refuses one of more than a mebibyte whole.
const TABLES: usize = 256 * 1024;
const DETAILS: usize = 768 * 1024;
const CLAUSES: usize = 960 * 1024;

/// How much of what was expected and came is in a table, in characters.
const SHOWN: usize = 300;

/// For the summary of a step of GitHub Actions, or any reader of its Markdown.
pub(super) fn render(reports: &[Report]) -> String {
    let mut out = String::new();
    // Writing to a String does not fail.
    let _ = writeln!(out, "## {}\n", headline(reports));
    counts(&mut out, reports);
    for (outcome, title) in FINDINGS {
        let found: Vec<(&Report, &ReportedCase)> =
            reports.iter().flat_map(|report| report.with(outcome).map(move |case| (report, case))).collect();
        if !found.is_empty() {
            let _ = writeln!(out, "\n### {title}\n");
            table(&mut out, &found, reports.len() > 1);
        }
    }
    folded(&mut out, reports);
    skips(&mut out, reports);
    clauses(&mut out, reports);
    out
}

fn headline(reports: &[Report]) -> String {
    let all: Summary = reports.iter().flat_map(|report| &report.cases).map(|case| case.outcome).collect();
    let said = [
        (Outcome::Failed, "❌"),
        (Outcome::CouldNotRun, "⚠️"),
        (Outcome::UnexpectedPass, "⚠️"),
        (Outcome::ExpectedFailure, "✅"),
        (Outcome::Passed, "✅"),
    ];
    let said = said.into_iter().find(|(outcome, _)| all.count(*outcome) > 0);
    let names = reports.iter().map(|report| text(&report.title())).collect::<Vec<_>>().join(", ");
    match said {
        Some((outcome, sign)) => format!("{sign} kubeproof: {} {}: {names}", all.count(outcome), counted(outcome)),
        None => format!("⚠️ kubeproof: nothing ran: {names}"),
    }
}

fn counts(out: &mut String, reports: &[Report]) {
    let words: Vec<&str> = Outcome::ALL.into_iter().map(counted).collect();
    let _ = writeln!(out, "| adapter | {} |", words.join(" | "));
    let _ = writeln!(out, "|---|{}", "--:|".repeat(words.len()));
    for report in reports {
        let summary = report.summary();
        let counts: Vec<String> = Outcome::ALL.into_iter().map(|outcome| summary.count(outcome).to_string()).collect();
        let _ = writeln!(out, "| {} | {} |", text(&report.title()), counts.join(" | "));
    }
}

fn table(out: &mut String, found: &[(&Report, &ReportedCase)], several: bool) {
    let (head, rule) = if several { ("adapter | ", "---|") } else { ("", "") };
    let _ = writeln!(out, "| {head}case | clauses | what came |");
    let _ = writeln!(out, "|{rule}---|---|---|");
    for (at, (report, case)) in found.iter().enumerate() {
        if out.len() > TABLES {
            let _ = writeln!(out, "\n{} more are left out here; they are in the JSON report.", found.len() - at);
            return;
        }
        let adapter = if several { format!("{} | ", text(&report.title())) } else { String::new() };
        let place = case.place.as_ref().map(|place| format!("<br>{}", code(&format!("{}:{}", place.file, place.line))));
        let known = |id: &String| report.clauses.iter().find(|clause| clause.id == *id);
        let cited: Vec<String> = case
            .clauses
            .iter()
            .map(|id| known(id).map_or_else(|| code(id), |clause| format!("[{}](#{})", code(id), anchor(clause))))
            .collect();
        let _ = writeln!(
            out,
            "| {adapter}{}{} | {} | {} |",
            code(&case.id),
            place.unwrap_or_default(),
            cited.join("<br>"),
            came(case)
        );
    }
}

/// What is to be said of a case in a table.
fn came(case: &ReportedCase) -> String {
    let mut said = Vec::new();
    if case.outcome == Outcome::UnexpectedPass {
        said.push("It passes now: take its entry out of the baseline.".to_owned());
    }
    said.extend(case.reason.as_deref().map(|reason| text(&beginning(reason, SHOWN))));
    if case.outcome == Outcome::Failed {
        said.extend(case.mismatches.iter().map(|miss| {
            let step = miss.step.map_or_else(|| "the case".to_owned(), |step| format!("step {step}"));
            let (expected, came) = (beginning(&miss.expected, SHOWN), beginning(&miss.came, SHOWN));
            format!("{step}: expected {}; came {}", text(&expected), text(&came))
        }));
    }
    if said.is_empty() { text(&beginning(&case.message, SHOWN)) } else { said.join("<br>") }
}

/// Everything that is known of what is not as expected.
fn folded(out: &mut String, reports: &[Report]) {
    let mut left_out = 0;
    for (outcome, _) in FINDINGS.into_iter().filter(|(outcome, _)| *outcome != Outcome::ExpectedFailure) {
        for (report, case) in reports.iter().flat_map(|report| report.with(outcome).map(move |case| (report, case))) {
            let whole = anstream::adapter::strip_str(&details(case, report)).to_string();
            if out.len() + whole.len() > DETAILS {
                left_out += 1;
                continue;
            }
            let adapter = if reports.len() > 1 { format!("{}: ", text(&report.title())) } else { String::new() };
            // HTML from `<pre>` to `</pre>`: nothing in it is Markdown.
            let _ = writeln!(
                out,
                "\n<details><summary>{adapter}{} {}</summary>\n\n<pre>{}</pre>\n\n</details>",
                case.outcome,
                code(&case.id),
                html(&whole)
            );
        }
    }
    if left_out > 0 {
        let _ = writeln!(out, "\nThe details of {left_out} more are left out here; they are in the JSON report.");
    }
}

/// Why cases were skipped, and how many.
fn skips(out: &mut String, reports: &[Report]) {
    for report in reports {
        let mut reasons: Vec<&str> = report.with(Outcome::Skipped).map(|case| case.message.as_str()).collect();
        reasons.sort_unstable();
        let adapter = if reports.len() > 1 { format!("{}: ", text(&report.title())) } else { String::new() };
        for group in reasons.chunk_by(|a, b| a == b) {
            if let Some(reason) = group.first() {
                let _ = writeln!(out, "\n{adapter}skipped {}: {}", group.len(), text(&beginning(reason, SHOWN)));
            }
        }
    }
}

/// The clauses that the tables link to.
fn clauses(out: &mut String, reports: &[Report]) {
    let mut cited: Vec<&Clause> = Vec::new();
    for (outcome, _) in FINDINGS {
        for (report, case) in reports.iter().flat_map(|report| report.with(outcome).map(move |case| (report, case))) {
            for clause in report.clauses_of(case) {
                if !cited.iter().any(|other| other.id == clause.id) {
                    cited.push(clause);
                }
            }
        }
    }
    if cited.is_empty() {
        return;
    }
    cited.sort_by(|a, b| a.id.cmp(&b.id));
    let _ = writeln!(out, "\n### Clauses\n");
    for (at, clause) in cited.iter().enumerate() {
        if out.len() > CLAUSES {
            let _ = writeln!(out, "\n{} more are left out here; they are in the JSON report.", cited.len() - at);
            return;
        }
        let _ = writeln!(
            out,
            "- <a id=\"{}\"></a>{} ({}): {} ({})",
            anchor(clause),
            code(&clause.id),
            clause.provenance,
            text(&clause.statement),
            text(&clause.source)
        );
    }
}

/// What a clause is linked by: letters, digits and hyphens.
fn anchor(clause: &Clause) -> String {
    let id = clause.id.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' });
    format!("clause-{}", id.collect::<String>())
}

/// Text of others within a line of Markdown: nothing in it is markup, a mention, a link or a table's border.
fn text(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let shown = visible(text);
    let mut chars = shown.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            // What an escape with `\` does not keep GitHub from seeing: mentions, issues, emoji, addresses, formulas.
            ':' if chars.peek().is_none_or(|next| next.is_whitespace()) => out.push(':'),
            '@' | '#' | ':' | '$' => {
                let _ = write!(out, "&#{};", u32::from(c));
            }
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '(' | ')' | '+' | '!' | '|' | '~' => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out.replace("www.", "www&#46;")
}

/// Text of others as code. Backticks would need to be longer than those in it, and a `|` ends a cell even there.
fn code(code: &str) -> String {
    format!("<code>{}</code>", text(code))
}

fn html(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
