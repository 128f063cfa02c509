use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use kubeproof::conformance::prove::{Against, Finding, Proof};
use serde_json::json;

use super::protocol::{Caught, Noticed};

const BAD: Style = AnsiColor::Red.on_default().bold();
const FAINT: Style = Style::new().dimmed();
const STRONG: Style = Style::new().bold();

/// What came of all, to be shown.
pub(super) struct Shown<'a> {
    pub(super) proof: &'a Proof<'a>,
    pub(super) of_suite: &'a [Finding],
    pub(super) protocol: &'a [Caught],
    pub(super) against: Against,
    /// The arguments that leave something out; none where all of it was tried.
    pub(super) part: &'a [String],
}

impl Shown<'_> {
    /// Of each saboteur, which cases catch it, those first that are about what it breaks.
    pub(super) fn lines(&self) -> String {
        let proof = self.proof;
        let mut out = String::new();
        for trial in &proof.trials {
            let saboteur = trial.saboteur;
            // Writing to a String does not fail.
            let _ = writeln!(out, "{STRONG}{}{STRONG:#}  {}", saboteur.id, saboteur.title);
            let aimed = trial.caught_on_purpose(proof.suite);
            for case in &aimed {
                let _ = writeln!(out, "  {case}");
            }
            let others: Vec<&str> = trial.caught_by.difference(&aimed).copied().collect();
            match (others.as_slice(), aimed.is_empty()) {
                ([], true) => _ = writeln!(out, "  {BAD}nothing catches it{BAD:#}"),
                ([], false) => {}
                (others, _) => _ = writeln!(out, "  {FAINT}and {}{FAINT:#}", some(others)),
            }
        }
        for caught in self.protocol {
            let (id, title) = (caught.breaker.id(), caught.breaker.title());
            let _ = writeln!(out, "{STRONG}{id}{STRONG:#}  {title}\n  noticed {}", caught.place());
        }
        let smallest = proof.smallest_set();
        if !smallest.cases.is_empty() {
            let noun = if smallest.is_smallest { "the smallest set of cases" } else { "a small set of cases" };
            let _ = writeln!(out, "\n{STRONG}{noun} that catches all{STRONG:#}");
            for case in &smallest.cases {
                let _ = writeln!(out, "  {case}");
            }
        }
        let _ = writeln!(
            out,
            "\n{} saboteurs of clients, {} programs that break the protocol, {} cases, of which {} catch all; {} findings",
            proof.trials.len(),
            self.protocol
                .iter()
                .filter(|caught| caught.finding().is_some() || caught.noticed != Noticed::Nowhere)
                .count(),
            proof.cases.len(),
            smallest.cases.len(),
            self.of_suite.len() + self.protocol.iter().filter_map(Caught::finding).count(),
        );
        out
    }

    pub(super) fn json(&self) -> String {
        let proof = self.proof;
        let saboteurs = proof.trials.iter().map(|trial| {
            json!({
                "id": trial.saboteur.id,
                "title": trial.saboteur.title,
                "breaks": trial.saboteur.breaks,
                "refused": trial.saboteur.refused,
                "refused_by": trial.refused_by,
                "caught_by": trial.caught_by,
                "caught_on_purpose": trial.caught_on_purpose(proof.suite),
                "file": trial.saboteur.place.file,
                "line": trial.saboteur.place.line,
            })
        });
        let protocol = self.protocol.iter().map(|caught| {
            let (place, what) = match &caught.noticed {
                Noticed::Greeting(what) => ("greeting", json!(what)),
                Noticed::Cases(cases) => ("cases", json!(cases)),
                Noticed::End(what) => ("end", json!(what)),
                Noticed::Nowhere => ("nowhere", json!(null)),
            };
            json!({"id": caught.breaker.id(), "title": caught.breaker.title(), "noticed": place, "what": what})
        });
        let of_protocol = self.protocol.iter().filter_map(|caught| {
            let message = caught.finding()?;
            Some(json!({"finding": "protocol", "program": caught.breaker.id(), "message": message}))
        });
        let findings: Vec<_> = self.of_suite.iter().map(|finding| json!(finding)).chain(of_protocol).collect();
        let smallest = proof.smallest_set();
        let value = json!({
            "schema": "kubeproof.proof/1",
            "against": match self.against { Against::Every => "every", Against::Aimed => "aimed" },
            "cases": proof.cases.len(),
            "saboteurs": saboteurs.collect::<Vec<_>>(),
            "protocol": protocol.collect::<Vec<_>>(),
            "tell_nothing_on_the_wire": proof.blind,
            "smallest_set": {"cases": smallest.cases, "is_smallest": smallest.is_smallest},
            "findings": findings,
        });
        format!("{value:#}\n")
    }
}

/// The first of them, and how many more.
fn some(names: &[&str]) -> String {
    const SHOWN: usize = 3;
    let shown: Vec<&str> = names.iter().take(SHOWN).copied().collect();
    match names.len().saturating_sub(SHOWN) {
        0 => shown.join(", "),
        more => format!("{}, and {more} more", shown.join(", ")),
    }
}
