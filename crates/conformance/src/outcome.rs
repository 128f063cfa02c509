use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;

use kubeproof_emulator::{Exchange, Redactor};
use serde::de::{self, Deserializer};
use serde::{Deserialize, Serialize, Serializer};

use crate::adapter::About;
use crate::case::Case;
use crate::judge::Mismatch;

/// What came of a run.
#[derive(Clone, Debug)]
pub struct Run {
    /// The adapter.
    pub adapter: About,
    /// A result for every case that was selected, in the order of the suite.
    pub results: Vec<CaseResult>,
}

/// What came of one case.
#[derive(Clone, Debug)]
pub struct CaseResult {
    /// The case.
    pub case: Case,
    /// What came of it.
    pub outcome: Outcome,
    /// What was not as expected.
    pub mismatches: Vec<Mismatch>,
    /// Why it was skipped or could not run, or what a baseline says of it.
    pub reason: Option<String>,
    /// How long it took, in milliseconds of wall-clock time.
    pub duration_ms: u64,
    /// What was on the wire, redacted.
    pub exchanges: Vec<ShownExchange>,
    /// The clauses by which the emulation refused something, or complained of it.
    pub refused_by: BTreeSet<&'static str>,
    /// What the adapter said meanwhile on standard error, redacted; empty where it said nothing, or has none.
    pub stderr: String,
}

/// What came of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Everything was as expected.
    Passed,
    /// Something was not.
    Failed,
    /// Something was not, and the baseline says so.
    ExpectedFailure,
    /// Everything was as expected, and the baseline says otherwise.
    UnexpectedPass,
    /// The harness could not judge.
    CouldNotRun,
    /// The adapter declared that it lacks what the case needs.
    Skipped,
}

impl Outcome {
    /// Every outcome.
    pub const ALL: [Self; 6] =
        [Self::Passed, Self::Failed, Self::ExpectedFailure, Self::UnexpectedPass, Self::CouldNotRun, Self::Skipped];

    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::ExpectedFailure => "expected-failure",
            Self::UnexpectedPass => "unexpected-pass",
            Self::CouldNotRun => "could-not-run",
            Self::Skipped => "skipped",
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl CaseResult {
    /// What is to be said of the outcome, on one line; empty when it passed.
    pub fn message(&self) -> String {
        let lines = self.mismatches.iter().map(|miss| {
            let step = miss.step.map(|step| format!("step {step}: ")).unwrap_or_default();
            format!("{step}expected {}; came {}", miss.expected, miss.came)
        });
        lines.chain(self.reason.clone()).collect::<Vec<_>>().join(" | ")
    }
}

/// How many cases had each outcome.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// See [`Outcome::Passed`].
    pub passed: usize,
    /// See [`Outcome::Failed`].
    pub failed: usize,
    /// See [`Outcome::ExpectedFailure`].
    pub expected_failure: usize,
    /// See [`Outcome::UnexpectedPass`].
    pub unexpected_pass: usize,
    /// See [`Outcome::CouldNotRun`].
    pub could_not_run: usize,
    /// See [`Outcome::Skipped`].
    pub skipped: usize,
}

impl Summary {
    /// Counts the outcomes of `results`.
    pub fn of<'a>(results: impl IntoIterator<Item = &'a CaseResult>) -> Self {
        results.into_iter().map(|result| result.outcome).collect()
    }

    /// How many cases had this outcome.
    pub fn count(&self, outcome: Outcome) -> usize {
        match outcome {
            Outcome::Passed => self.passed,
            Outcome::Failed => self.failed,
            Outcome::ExpectedFailure => self.expected_failure,
            Outcome::UnexpectedPass => self.unexpected_pass,
            Outcome::CouldNotRun => self.could_not_run,
            Outcome::Skipped => self.skipped,
        }
    }

    /// How many cases were judged.
    pub fn ran(&self) -> usize {
        self.passed + self.failed + self.expected_failure + self.unexpected_pass
    }

    /// How many cases were selected.
    pub fn selected(&self) -> usize {
        self.ran() + self.could_not_run + self.skipped
    }

    /// What these outcomes mean, when at least `min_ran` percent of the selected cases have to run.
    pub fn verdict(&self, min_ran: u8) -> Verdicts {
        if self.failed > 0 {
            Verdicts::Failed
        } else if self.could_not_run > 0 {
            Verdicts::CouldNotRun
        } else if self.unexpected_pass > 0 {
            Verdicts::StaleBaseline
        } else if self.ran() == 0 || self.ran() * 100 < self.selected() * usize::from(min_ran) {
            Verdicts::TooFewRan
        } else {
            Verdicts::Conformant
        }
    }
}

impl FromIterator<Outcome> for Summary {
    fn from_iter<I: IntoIterator<Item = Outcome>>(outcomes: I) -> Self {
        let mut summary = Self::default();
        for outcome in outcomes {
            let count = match outcome {
                Outcome::Passed => &mut summary.passed,
                Outcome::Failed => &mut summary.failed,
                Outcome::ExpectedFailure => &mut summary.expected_failure,
                Outcome::UnexpectedPass => &mut summary.unexpected_pass,
                Outcome::CouldNotRun => &mut summary.could_not_run,
                Outcome::Skipped => &mut summary.skipped,
            };
            *count += 1;
        }
        summary
    }
}

/// What a run means for whoever started it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdicts {
    /// Every case that ran is as expected.
    Conformant,
    /// A case failed.
    Failed,
    /// A case passed of which the baseline says that it fails.
    StaleBaseline,
    /// Nothing ran, or less than was demanded.
    TooFewRan,
    /// The harness could not judge a case.
    CouldNotRun,
}

impl Run {
    /// How many cases had each outcome.
    pub fn summary(&self) -> Summary {
        Summary::of(&self.results)
    }

    /// What the run means, when at least `min_ran` percent of the selected cases have to run.
    pub fn verdict(&self, min_ran: u8) -> Verdicts {
        self.summary().verdict(min_ran)
    }
}

/// One exchange, redacted, as reports show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShownExchange {
    /// Its place among the exchanges of the case, from 1.
    pub number: u64,
    /// When, by the emulator's clock.
    pub at: String,
    /// Which server it reached: `provider`, or `elsewhere` for another origin.
    pub origin: Cow<'static, str>,
    /// Method and target.
    pub request: String,
    /// The request's header fields.
    pub request_headers: Vec<Field>,
    /// The status.
    pub status: u16,
    /// The reply's header fields.
    pub reply_headers: Vec<Field>,
    /// The beginning of the reply's body.
    pub body: String,
    /// What the emulation decided.
    pub decision: String,
    /// The clause that decided.
    pub clause: Cow<'static, str>,
    /// Why, and what to change.
    pub explanation: String,
    /// What else was wrong with the request, and by which clause.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub complaints: Vec<String>,
}

/// A header field; in JSON `"name: value"`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// The name.
    pub name: String,
    /// The value.
    pub value: String,
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.name, self.value)
    }
}

impl Serialize for Field {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Field {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let (name, value) =
            text.split_once(": ").ok_or_else(|| de::Error::custom("a header field has to be written `name: value`"))?;
        Ok(Self { name: name.to_owned(), value: value.to_owned() })
    }
}

/// How much of a body reports show, in characters.
const SHOWN_BODY: usize = 2_000;

impl ShownExchange {
    pub(crate) fn new(exchange: &Exchange, origin: &'static str, redactor: &Redactor) -> Self {
        let fields = |headers: &kubeproof_emulator::HeaderMap| {
            let field = |(name, value): (&kubeproof_emulator::HeaderName, &kubeproof_emulator::HeaderValue)| Field {
                name: name.to_string(),
                value: redactor.header(name.as_str(), &String::from_utf8_lossy(value.as_bytes())),
            };
            headers.iter().map(field).collect()
        };
        let decision = &exchange.reply.decision;
        Self {
            number: exchange.number,
            at: exchange.at.to_string(),
            origin: Cow::Borrowed(origin),
            request: redactor.text(&format!("{} {}", exchange.request.method, exchange.request.target())),
            request_headers: fields(&exchange.request.headers),
            status: exchange.reply.status.as_u16(),
            reply_headers: fields(&exchange.reply.headers),
            body: cut(redactor.text(&String::from_utf8_lossy(&exchange.reply.body)), exchange.body_bytes.reply),
            decision: decision.verdict.to_string(),
            clause: Cow::Borrowed(decision.clause),
            explanation: redactor.text(&decision.explanation),
            complaints: exchange
                .reply
                .complaints
                .iter()
                .map(|complaint| format!("{}: {}", complaint.clause, redactor.text(&complaint.explanation)))
                .collect(),
        }
    }
}

/// The beginning of a body that was `bytes` long.
fn cut(text: String, bytes: usize) -> String {
    match text.char_indices().nth(SHOWN_BODY) {
        Some((end, _)) => format!("{}… (the whole body has {bytes} bytes)", text.get(..end).unwrap_or_default()),
        None => text,
    }
}
