//! The smallest set of cases that catches every saboteur: a hitting set, found by reduction and then by trying.

use std::collections::{BTreeMap, BTreeSet};

use super::Trial;

/// A set of cases of which every saboteur fails at least one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SmallestSet<'a> {
    /// The ids of the cases, in order.
    pub cases: Vec<&'a str>,
    /// Whether it is known that no smaller set does.
    pub is_smallest: bool,
}

/// How many ways are tried at most for those that reduction leaves.
const MOST_TRIES: usize = 200_000;

pub(super) fn smallest_set<'a>(trials: &[Trial<'a>]) -> SmallestSet<'a> {
    let mut wanted: Vec<BTreeSet<&str>> =
        trials.iter().map(|trial| trial.caught_by.clone()).filter(|caught_by| !caught_by.is_empty()).collect();
    let mut chosen = reduce(&mut wanted);
    let mut is_smallest = true;
    for part in parts(wanted) {
        let mut search = Search { best: greedy(&part), tries: 0 };
        search.go(&part, Vec::new());
        is_smallest &= search.tries < MOST_TRIES;
        chosen.extend(search.best);
    }
    SmallestSet { cases: chosen.into_iter().collect(), is_smallest }
}

/// Takes what has to be taken, and leaves out what makes no difference, until nothing changes.
fn reduce<'a>(wanted: &mut Vec<BTreeSet<&'a str>>) -> BTreeSet<&'a str> {
    let mut chosen = BTreeSet::new();
    loop {
        let before = (wanted.len(), wanted.iter().map(BTreeSet::len).sum::<usize>());
        // Whoever catches the one that fewer catch has caught the other too.
        wanted.sort_by_key(BTreeSet::len);
        let mut kept: Vec<BTreeSet<&str>> = Vec::new();
        for set in wanted.drain(..) {
            if !kept.iter().any(|smaller| smaller.is_subset(&set)) {
                kept.push(set);
            }
        }
        *wanted = kept;
        // A case that catches no more than another does is not needed.
        let catches = catches(wanted);
        let useless = |one: &str| {
            let of_one = catches.get(one);
            catches.iter().any(|(other, of_other)| {
                *other != one
                    && of_one.is_some_and(|of_one| {
                        of_one.is_subset(of_other) && (of_one.len() < of_other.len() || *other < one)
                    })
            })
        };
        let useless: BTreeSet<&str> = catches.keys().copied().filter(|one| useless(one)).collect();
        for set in wanted.iter_mut() {
            set.retain(|case| !useless.contains(case));
        }
        let forced: BTreeSet<&str> = wanted.iter().filter(|set| set.len() == 1).flatten().copied().collect();
        wanted.retain(|set| set.is_disjoint(&forced));
        chosen.extend(forced);
        if before == (wanted.len(), wanted.iter().map(BTreeSet::len).sum()) {
            return chosen;
        }
    }
}

/// Which of `wanted` each case catches, by place.
fn catches<'a>(wanted: &[BTreeSet<&'a str>]) -> BTreeMap<&'a str, BTreeSet<usize>> {
    let mut catches: BTreeMap<&str, BTreeSet<usize>> = BTreeMap::new();
    for (place, set) in wanted.iter().enumerate() {
        for case in set {
            catches.entry(case).or_default().insert(place);
        }
    }
    catches
}

/// Those that have no case in common are looked at apart.
fn parts(wanted: Vec<BTreeSet<&str>>) -> Vec<Vec<BTreeSet<&str>>> {
    let mut parts: Vec<(BTreeSet<&str>, Vec<BTreeSet<&str>>)> = Vec::new();
    for set in wanted {
        let (touched, mut rest): (Vec<_>, Vec<_>) = parts.into_iter().partition(|(cases, _)| !cases.is_disjoint(&set));
        let mut cases = set.clone();
        let mut sets = vec![set];
        for (other_cases, other_sets) in touched {
            cases.extend(other_cases);
            sets.extend(other_sets);
        }
        rest.push((cases, sets));
        parts = rest;
    }
    parts.into_iter().map(|(_, sets)| sets).collect()
}

fn greedy<'a>(wanted: &[BTreeSet<&'a str>]) -> Vec<&'a str> {
    let mut left = wanted.to_vec();
    let mut chosen = Vec::new();
    while !left.is_empty() {
        let catches = catches(&left);
        let Some(best) = catches.iter().max_by_key(|(_, caught)| caught.len()).map(|(case, _)| *case) else { break };
        left.retain(|set| !set.contains(best));
        chosen.push(best);
    }
    chosen
}

struct Search<'a> {
    best: Vec<&'a str>,
    tries: usize,
}

impl<'a> Search<'a> {
    /// Tries each case of the one that fewest catch.
    fn go(&mut self, left: &[BTreeSet<&'a str>], chosen: Vec<&'a str>) {
        self.tries += 1;
        if self.tries >= MOST_TRIES {
            return;
        }
        let Some(hardest) = left.iter().min_by_key(|set| set.len()) else {
            if chosen.len() < self.best.len() {
                self.best = chosen;
            }
            return;
        };
        if chosen.len() + at_least(left) >= self.best.len() {
            return;
        }
        for case in hardest {
            let rest: Vec<_> = left.iter().filter(|set| !set.contains(case)).cloned().collect();
            let mut chosen = chosen.clone();
            chosen.push(case);
            self.go(&rest, chosen);
        }
    }
}

/// No fewer cases can do: those that have no case in common need one each.
fn at_least(left: &[BTreeSet<&str>]) -> usize {
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    let mut count = 0;
    for set in left {
        if seen.is_disjoint(set) {
            seen.extend(set);
            count += 1;
        }
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All ways are tried.
    fn by_force(wanted: &[BTreeSet<&str>]) -> usize {
        let cases: Vec<&str> = wanted.iter().flatten().copied().collect::<BTreeSet<_>>().into_iter().collect();
        (0_u32..1 << cases.len())
            .filter(|chosen| {
                let is_chosen =
                    |case: &&str| cases.iter().position(|known| known == case).is_some_and(|at| chosen >> at & 1 == 1);
                wanted.iter().all(|set| set.iter().any(is_chosen))
            })
            .map(u32::count_ones)
            .min()
            .map_or(0, |count| count as usize)
    }

    #[test]
    fn no_smaller_set_does() {
        const CASES: [&str; 9] = ["a", "b", "c", "d", "e", "f", "g", "h", "i"];
        // A generator of its own, so that each run tries the same.
        let mut state = 20_261_126_u64;
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            state >> 33
        };
        for round in 0..300 {
            let wanted: Vec<BTreeSet<&str>> = (0..1 + next() % 9)
                .map(|_| CASES.into_iter().filter(|_| next() % 3 == 0).collect::<BTreeSet<_>>())
                .filter(|set| !set.is_empty())
                .collect();
            let mut left = wanted.clone();
            let mut chosen: Vec<&str> = reduce(&mut left).into_iter().collect();
            for part in parts(left) {
                let mut search = Search { best: greedy(&part), tries: 0 };
                search.go(&part, Vec::new());
                chosen.extend(search.best);
            }
            assert!(
                wanted.iter().all(|set| set.iter().any(|case| chosen.contains(case))),
                "{round}: {wanted:?}: {chosen:?}"
            );
            assert_eq!(chosen.len(), by_force(&wanted), "{round}: {wanted:?}: {chosen:?}");
        }
    }
}
