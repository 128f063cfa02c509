//! What requests are made of.

use std::collections::BTreeMap;

/// The id of this name; empty when there is none.
pub(super) fn id<'a>(cluster: &'a BTreeMap<String, String>, name: &str) -> &'a str {
    cluster.get(name).map_or("", String::as_str)
}

/// The options that are given of these, each with the name of its parameter.
pub(super) fn named<'a, const N: usize>(
    options: &'a BTreeMap<String, String>,
    names: [(&str, &'a str); N],
) -> impl Iterator<Item = (&'a str, &'a String)> {
    names.into_iter().filter_map(|(option, parameter)| Some((parameter, options.get(option)?)))
}
