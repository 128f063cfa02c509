//! Which part of a run a report is of, and whether all parts are there.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::MergeError;
use crate::case::Case;
use crate::host::Hosting;
use crate::shard::{NoShard, Shard};
use crate::suite::Suite;

/// Which shard of a run a report is of.
///
/// As JSON it is `{"number": 1, "count": 3, "selection": "…", "run": "…"}`. The third is the SHA-256 of all that was selected, by
/// which it is told that no case got lost; the last that of what a run is made of besides: the fixtures, where they are served and
/// the version of kubeproof. Shards of one run are told from those of another by both.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "Written", try_from = "Written")]
pub struct ReportedShard {
    shard: Shard,
    selection: String,
    run: String,
}

#[derive(Clone, Serialize, Deserialize)]
struct Written {
    number: usize,
    count: usize,
    selection: String,
    /// Earlier versions did not write it.
    #[serde(default)]
    run: String,
}

impl From<ReportedShard> for Written {
    fn from(ReportedShard { shard, selection, run }: ReportedShard) -> Self {
        Self { number: shard.number().get(), count: shard.count().get(), selection, run }
    }
}

impl TryFrom<Written> for ReportedShard {
    type Error = NoShard;

    fn try_from(Written { number, count, selection, run }: Written) -> Result<Self, Self::Error> {
        Ok(Self { shard: Shard::new(number, count)?, selection, run })
    }
}

impl ReportedShard {
    /// A shard of these cases, all that were selected of a suite, served like this.
    pub fn new<'a>(
        shard: Shard,
        suite: &Suite,
        hosting: Hosting,
        selected: impl IntoIterator<Item = &'a Case>,
    ) -> Self {
        let selection = selection(selected.into_iter().map(|case| case.id.as_str()).collect());
        let run = digest([env!("CARGO_PKG_VERSION"), &format!("{hosting:?}")].into_iter().chain(suite.texts()));
        Self { shard, selection, run }
    }

    /// Which one it is.
    pub fn shard(&self) -> Shard {
        self.shard
    }
}

/// The SHA-256 of the ids, sorted, each with a line end, in hexadecimal digits.
fn selection(mut ids: Vec<&str>) -> String {
    ids.sort_unstable();
    digest(ids)
}

/// The SHA-256 of texts, each with a line end, in hexadecimal digits.
fn digest<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    let mut hash = Sha256::new();
    for text in texts {
        hash.update(text);
        hash.update("\n");
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The shards of one adapter, as far as they were read. They may be of several runs, such as one for each provider.
#[derive(Default)]
pub(super) struct Shards(Vec<Given>);

struct Given {
    of: ReportedShard,
    file: String,
    ids: Vec<String>,
}

impl Given {
    fn is_of_run(&self, other: &ReportedShard) -> bool {
        (&self.of.selection, &self.of.run, self.of.shard.count()) == (&other.selection, &other.run, other.shard.count())
    }
}

impl Shards {
    /// Notes that a file is a shard with these cases.
    ///
    /// # Errors
    ///
    /// When another file is the same shard.
    pub(super) fn add(
        &mut self,
        adapter: &str,
        of: ReportedShard,
        file: &str,
        ids: Vec<String>,
    ) -> Result<(), MergeError> {
        if let Some(first) = self.0.iter().find(|given| given.of == of) {
            return Err(MergeError::ShardTwice {
                adapter: adapter.to_owned(),
                shard: of.shard,
                files: [first.file.clone(), file.to_owned()],
            });
        }
        self.0.push(Given { of, file: file.to_owned(), ids });
        Ok(())
    }

    /// Finds out whether each run is whole.
    ///
    /// # Errors
    ///
    /// When a shard is missing, or cases of one are.
    pub(super) fn check(&self, adapter: &str) -> Result<(), MergeError> {
        for (at, first) in self.0.iter().enumerate() {
            let is_first = !self.0.iter().take(at).any(|earlier| earlier.is_of_run(&first.of));
            if is_first {
                let of_run: Vec<&Given> = self.0.iter().filter(|given| given.is_of_run(&first.of)).collect();
                let others: Vec<&Given> = self.0.iter().filter(|given| !given.is_of_run(&first.of)).collect();
                check_run(adapter, &first.of, &of_run, &others)?;
            }
        }
        Ok(())
    }
}

fn check_run(adapter: &str, run: &ReportedShard, given: &[&Given], others: &[&Given]) -> Result<(), MergeError> {
    let count = run.shard.count().get();
    // No shard is here twice.
    if given.len() < count {
        let is_missing = |shard: &Shard| !given.iter().any(|given| given.of.shard.number() == shard.number());
        let missing = (1..=count).filter_map(|number| Shard::new(number, count).ok()).filter(is_missing);
        return Err(MergeError::MissingShards {
            adapter: adapter.to_owned(),
            missing: listed(count - given.len(), missing),
            given: named(given),
            others: named(others),
        });
    }
    let ids = given.iter().flat_map(|given| given.ids.iter().map(String::as_str)).collect();
    if selection(ids) != run.selection {
        return Err(MergeError::OtherCases {
            adapter: adapter.to_owned(),
            files: listed(given.len(), given.iter().map(|given| &given.file)),
        });
    }
    Ok(())
}

fn named(given: &[&Given]) -> String {
    listed(given.len(), given.iter().map(|given| format!("{} ({})", given.of.shard, given.file)))
}

/// The first few of so many. A file may say that there are more than anybody wants to read, or to count.
fn listed(count: usize, items: impl Iterator<Item = impl ToString>) -> String {
    const SHOWN: usize = 6;
    let shown: Vec<String> = items.take(SHOWN).map(|item| item.to_string()).collect();
    let more = count.saturating_sub(shown.len());
    if more > 0 { format!("{} and {more} more", shown.join(", ")) } else { shown.join(", ") }
}
