//! One page that needs nothing besides itself. It is rendered here, so that it can be read without JavaScript; the script only
//! filters and opens.

mod failures;
mod room;

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use minijinja::value::Serde;
use minijinja::{Environment, UndefinedBehavior};
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use self::failures::{Article, Cell, Failures};
use self::room::{escape, size};
use super::several::in_order;
use super::{Report, ReportedCase, counted};
use crate::case::Level;
use crate::clause::Provenance;
use crate::outcome::Outcome;

const STYLE: &str = include_str!("html/style.css");
const SCRIPT: &str = include_str!("html/script.js");

#[expect(
    clippy::expect_used,
    reason = "the templates are ours, and every report fits them: tests render each part of them"
)]
pub(super) fn render(reports: &[Report]) -> String {
    page(reports).expect("the page can be rendered")
}

fn page(reports: &[Report]) -> Result<String, minijinja::Error> {
    let mut templates = Environment::new();
    templates.set_undefined_behavior(UndefinedBehavior::Strict);
    // Ours instead of the usual one: it is shorter by a third where there are many slashes and quotes, and spells out control
    // characters.
    templates.set_formatter(|out, _, value| {
        if value.is_safe() {
            return out.write_str(&value.to_string()).map_err(minijinja::Error::from);
        }
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        out.write_str(&escape(&text)).map_err(minijinja::Error::from)
    });
    templates.add_template("page.html", include_str!("html/page.html"))?;
    templates.add_template("article.html", include_str!("html/article.html"))?;
    templates.get_template("page.html")?.render(Serde(shown(reports)))
}

/// What the templates show.
#[derive(Serialize)]
struct Shown<'a> {
    title: String,
    policy: String,
    style: String,
    script: &'static str,
    adapters: Vec<Adapter<'a>>,
    outcomes: Vec<Choice>,
    providers: Vec<&'a str>,
    levels: [&'static str; 2],
    provenances: [&'static str; 4],
    rows: Vec<Row<'a>>,
    articles: Vec<Article<'a>>,
    left_out: room::LeftOut,
}

#[derive(Serialize)]
struct Adapter<'a> {
    name: &'a str,
    version: &'a str,
    counts: [usize; 6],
}

#[derive(Serialize)]
struct Choice {
    class: &'static str,
    word: &'static str,
    counted: &'static str,
}

/// A case: a line of the matrix.
#[derive(Serialize)]
struct Row<'a> {
    id: &'a str,
    title: &'a str,
    provider: &'a str,
    level: &'static str,
    provenance: &'static str,
    clauses: String,
    /// As HTML, which is made of our words and of numbers: there are many.
    cells: String,
}

fn shown(reports: &[Report]) -> Shown<'_> {
    let cases = union(reports);
    let failures = Failures::of(reports, &cases);
    let mut rows: Vec<Row<'_>> = cases.iter().map(|case| Row::of(case)).collect();
    let taken = rows.iter().map(|row| row.size(reports.len())).sum();
    let (articles, left_out) = failures.articles(taken);
    let told: BTreeSet<usize> = articles.iter().flat_map(Article::numbers).collect();
    for (row, cells) in rows.iter_mut().zip(failures.cells()) {
        row.cells = cells.iter().map(|found| cell(*found, &told)).collect();
    }
    let mut providers: Vec<&str> = cases.iter().map(|case| case.provider.as_str()).collect();
    providers.dedup();
    let style = format!(":root {{ --adapters: {}; }}\n{STYLE}", reports.len());
    let hash = |text: &str| STANDARD.encode(Sha256::digest(text));
    Shown {
        title: reports.iter().map(Report::title).collect::<Vec<_>>().join(", "),
        // Nothing but the two texts and the icon within the page.
        policy: format!(
            "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; img-src data:; base-uri 'none'; form-action 'none'",
            hash(&style),
            hash(SCRIPT)
        ),
        style,
        script: SCRIPT,
        adapters: reports.iter().map(Adapter::of).collect(),
        outcomes: Outcome::ALL
            .into_iter()
            .map(|outcome| Choice { class: class(outcome), word: outcome.as_str(), counted: counted(outcome) })
            .collect(),
        providers,
        levels: Level::ALL.map(Level::as_str),
        provenances: Provenance::ALL.map(Provenance::as_str),
        rows,
        articles,
        left_out,
    }
}

/// Every case of any adapter, in the order of the suite.
fn union(reports: &[Report]) -> Vec<&ReportedCase> {
    let mut seen = BTreeSet::new();
    let mut cases: Vec<&ReportedCase> =
        reports.iter().flat_map(|report| &report.cases).filter(|case| seen.insert(&case.id)).collect();
    cases.sort_by(|a, b| in_order(a).cmp(&in_order(b)));
    cases
}

/// A cell of the matrix, with a link to its failure if that is `told`.
fn cell(cell: Option<Cell>, told: &BTreeSet<usize>) -> String {
    let Some(Cell { outcome, failure }) = cell else { return "<td class=n>not run".to_owned() };
    let (class, word) = (class(outcome), outcome.as_str());
    match failure.filter(|failure| told.contains(failure)) {
        Some(failure) => format!("<td class={class}><a href=#f{failure}>{word}</a>"),
        None => format!("<td class={class}>{word}"),
    }
}

/// How the style and the script name an outcome.
fn class(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Passed => "p",
        Outcome::Failed => "f",
        Outcome::ExpectedFailure => "k",
        Outcome::UnexpectedPass => "u",
        Outcome::CouldNotRun => "c",
        Outcome::Skipped => "s",
    }
}

impl<'a> Adapter<'a> {
    fn of(report: &'a Report) -> Self {
        let summary = report.summary();
        Self {
            name: &report.adapter.name,
            version: &report.adapter.version,
            counts: Outcome::ALL.map(|outcome| summary.count(outcome)),
        }
    }
}

impl<'a> Row<'a> {
    /// Without its cells.
    fn of(case: &'a ReportedCase) -> Self {
        Self {
            id: &case.id,
            title: &case.title,
            provider: &case.provider,
            level: case.level.as_str(),
            provenance: case.provenance.as_str(),
            clauses: case.clauses.join(" "),
            cells: String::new(),
        }
    }

    /// How much it takes in the page at most, in bytes, with a cell for each of so many adapters.
    fn size(&self, adapters: usize) -> usize {
        const MARKUP: usize = 160;
        const CELL: usize = 46;
        let texts = [self.id, self.title, self.provider, &self.clauses];
        MARKUP + texts.into_iter().map(size).sum::<usize>() + adapters * CELL
    }
}
