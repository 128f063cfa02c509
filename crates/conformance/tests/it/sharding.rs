//! Shards of what is selected.

use std::collections::BTreeSet;

use kubeproof_conformance::{Shard, Suite};

/// Every number of items in every number of shards, up to more shards than items.
#[test]
fn each_item_is_in_exactly_one_shard_and_all_are_of_one_length() {
    for length in 0_usize..=30 {
        for count in 1..=length + 5 {
            let shards: Vec<Vec<usize>> =
                (1..=count).map(|number| Shard::new(number, count).unwrap().pick(0..length).collect()).collect();
            let mut all = shards.concat();
            all.sort_unstable();
            assert_eq!(all, (0..length).collect::<Vec<_>>(), "{length} in {count}");
            let lengths: BTreeSet<usize> = shards.iter().map(Vec::len).collect();
            let (least, most) = (lengths.first().unwrap(), lengths.last().unwrap());
            assert!(most - least <= 1, "{length} in {count}: {lengths:?}");
            assert!(shards.iter().all(|shard| shard.is_sorted()), "{length} in {count}: {shards:?}");
        }
    }
}

/// What the cases of a file have in common is spread: no shard has all of a file that is as long as there are shards.
#[test]
fn neighbours_are_apart() {
    let suite = Suite::embedded().unwrap();
    let files: BTreeSet<&str> = suite.cases().map(|case| case.place.file.as_str()).collect();
    for file in files {
        let is_of_file = |number: usize| {
            let shard = Shard::new(number, 3).unwrap();
            shard.pick(suite.cases()).filter(|case| case.place.file == file).count()
        };
        let counts = [1, 2, 3].map(is_of_file);
        assert!(counts.iter().max().unwrap() - counts.iter().min().unwrap() <= 1, "{file}: {counts:?}");
    }
}

#[track_caller]
fn check(text: &str, expected: Option<(usize, usize)>) {
    match (text.parse::<Shard>(), expected) {
        (Ok(shard), Some((number, count))) => {
            assert_eq!((shard.number().get(), shard.count().get()), (number, count), "{text}");
            assert_eq!(shard, Shard::new(number, count).unwrap());
            assert_eq!(shard.to_string().parse(), Ok(shard));
        }
        (Err(error), None) => {
            let said = error.to_string();
            assert_eq!(
                said,
                format!("`{text}` is no shard: write I/N, the I-th of N, such as 2/3, with I from 1 to N")
            );
        }
        (read, _) => panic!("{text}: {read:?}"),
    }
}

#[test]
fn shards_are_read() {
    check("1/1", Some((1, 1)));
    check("2/3", Some((2, 3)));
    check("12/012", Some((12, 12)));
    for wrong in
        ["", "/", "1", "1/", "/1", "0/1", "1/0", "0/0", "3/2", "1/2/3", "+1/2", "-1/2", " 1/2", "1 / 2", "1/2\n", "a/b"]
    {
        check(wrong, None);
    }
    check("99999999999999999999/99999999999999999999", None);
    assert_eq!(Shard::new(0, 3).unwrap_err(), "0/3".parse::<Shard>().unwrap_err());
}
