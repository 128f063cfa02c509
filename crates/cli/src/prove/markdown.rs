//! The page of the docs that says what the suite would catch.

use std::fmt::Write as _;

use super::shown::Shown;

/// Who is caught by the cases that are about what it breaks. It is the same whatever cases saboteurs were run against.
pub(super) fn page(shown: &Shown<'_>) -> String {
    let proof = shown.proof.on_purpose();
    let smallest = proof.smallest_set();
    let mut out = String::new();
    let origin = if shown.part.is_empty() {
        "`kubeproof prove --aimed --report markdown=docs/prove.md` wrote this page; a test keeps it true.".to_owned()
    } else {
        format!("`kubeproof prove {}` wrote this page: it is of this part alone.", shown.part.join(" "))
    };
    // Writing to a String does not fail.
    let _ = write!(
        out,
        "# What the suite would catch\n\n\
         {origin} A saboteur is an honest client but for one \
         thing. Each has to be caught by a case about the clause that it breaks, each case has to catch one, each clause that can \
         be seen from outside has to be broken by one, and the honest client is not accused.\n\n\
         There are {} saboteurs of clients and {} programs that break the adapter protocol, against {} cases. {} of these cases \
         would be enough to catch all ({}).\n",
        proof.trials.len(),
        shown.protocol.iter().filter(|caught| caught.breaker != super::protocol::Breaker::Honest).count(),
        proof.cases.len(),
        smallest.cases.len(),
        if smallest.is_smallest { "no fewer do" } else { "fewer may do" },
    );
    for group in proof.trials.chunk_by(|one, other| one.saboteur.provider == other.saboteur.provider) {
        let Some(first) = group.first() else { continue };
        let _ = write!(
            out,
            "\n## {}\n\n| saboteur | what it does | breaks | caught by |\n|---|---|---|---|\n",
            first.saboteur.provider
        );
        for trial in group {
            let saboteur = trial.saboteur;
            let own = |id: &str| format!("`{}`", id.split_once(['/', '.']).map_or(id, |(_, name)| name));
            let breaks: Vec<String> = saboteur.breaks.iter().map(|clause| own(clause)).collect();
            let cases: Vec<String> = trial.caught_by.iter().map(|case| own(case)).collect();
            let _ = writeln!(
                out,
                "| {} | {} | {} | {} |",
                own(&saboteur.id),
                saboteur.title.replace('|', "\\|"),
                breaks.join(", "),
                cases.join(", ")
            );
        }
    }
    if !shown.protocol.is_empty() {
        out.push_str("\n## The adapter protocol\n\n| program | what it does | noticed |\n|---|---|---|\n");
        for caught in shown.protocol {
            let _ = writeln!(out, "| `{}` | {} | {} |", caught.breaker.id(), caught.breaker.title(), caught.place());
        }
    }
    if !smallest.cases.is_empty() {
        out.push_str("\n## The smallest set that catches all\n\n");
        for case in &smallest.cases {
            let _ = writeln!(out, "- `{case}`");
        }
    }
    out
}
