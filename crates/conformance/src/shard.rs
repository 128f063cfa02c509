use std::fmt;
use std::num::NonZeroUsize;
use std::str::FromStr;

/// One of several parts of what is selected, such as the first of three: `1/3`.
///
/// Items are dealt like cards: the first goes to the first shard, the second to the second, and so on. So each is in exactly one
/// shard, whatever the machine, and no shard is longer than another by more than one. Hashes of ids would spread them by
/// chance: of 200 cases in ten shards, one shard would usually have nearly twice as many as another. All they are better at
/// is that a new case moves no other to another shard, which matters to nobody where each run begins anew. And since
/// neighbours go to different shards, what the cases of a file have in common, such as a feature that an adapter lacks, is
/// spread too.
///
/// ```
/// use kubeproof_conformance::Shard;
///
/// let shard: Shard = "2/3".parse()?;
/// assert_eq!(shard.pick(["a", "b", "c", "d", "e"]).collect::<Vec<_>>(), ["b", "e"]);
/// assert_eq!((shard.number().get(), shard.count().get()), (2, 3));
/// assert!("4/3".parse::<Shard>().is_err());
/// # Ok::<(), kubeproof_conformance::NoShard>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Shard {
    number: NonZeroUsize,
    count: NonZeroUsize,
}

/// A text, or two numbers, that are no shard.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no shard: write I/N, the I-th of N, such as 2/3, with I from 1 to N")]
pub struct NoShard(String);

impl Shard {
    /// The `number`-th of `count` shards, from 1.
    ///
    /// # Errors
    ///
    /// When `number` is none of them.
    pub fn new(number: usize, count: usize) -> Result<Self, NoShard> {
        let wrong = || NoShard(format!("{number}/{count}"));
        let (Some(number), Some(count)) = (NonZeroUsize::new(number), NonZeroUsize::new(count)) else {
            return Err(wrong());
        };
        if number > count { Err(wrong()) } else { Ok(Self { number, count }) }
    }

    /// Which one it is, from 1.
    pub fn number(self) -> NonZeroUsize {
        self.number
    }

    /// How many there are.
    pub fn count(self) -> NonZeroUsize {
        self.count
    }

    /// What is in this shard of everything that is selected, in the same order. It may be nothing, where there are more
    /// shards than items.
    pub fn pick<T>(self, selected: impl IntoIterator<Item = T>) -> impl Iterator<Item = T> {
        selected.into_iter().skip(self.number.get() - 1).step_by(self.count.get())
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.number, self.count)
    }
}

impl FromStr for Shard {
    type Err = NoShard;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        // Digits alone: a sign is read by `parse` as well.
        let number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten();
        text.split_once('/')
            .and_then(|(index, count)| Self::new(number(index)?, number(count)?).ok())
            .ok_or_else(|| NoShard(text.to_owned()))
    }
}
