//! What requests are made of.

use std::collections::BTreeMap;
use std::fmt::Display;

/// The id of this name; empty when there is none.
pub(super) fn id<'a>(cluster: &'a BTreeMap<String, String>, name: &str) -> &'a str {
    cluster.get(name).map_or("", String::as_str)
}

/// The clusters that could have been asked for, in a remedy.
pub(super) fn known(names: impl Iterator<Item = impl Display>) -> String {
    let names: Vec<String> = names.map(|name| format!("`{name}`")).collect();
    if names.is_empty() { "it has no cluster".to_owned() } else { names.join(", ") }
}

/// The options that are given of these, each with the name of its parameter.
pub(super) fn named<'a, const N: usize>(
    options: &'a BTreeMap<String, String>,
    names: [(&str, &'a str); N],
) -> impl Iterator<Item = (&'a str, &'a String)> {
    names.into_iter().filter_map(|(option, parameter)| Some((parameter, options.get(option)?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clusters_that_are_known_are_named() {
        assert_eq!(known(["a", "b"].into_iter()), "`a`, `b`");
        assert_eq!(known([7].into_iter()), "`7`");
        assert_eq!(known(std::iter::empty::<&str>()), "it has no cluster");
    }
}
