/// The known name that is most like `name`, when it is like it at all: what a person meant who mistyped one.
///
/// ```
/// use kubeproof_conformance::nearest;
///
/// assert_eq!(nearest("ucs/some/pases", ["ucs/some/passes", "cce/other"].into_iter()), Some("ucs/some/passes"));
/// assert_eq!(nearest("unlike", ["ucs/some/passes"].into_iter()), None);
/// ```
pub fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    const LIKE: f64 = 0.8;
    known
        .map(|other| (strsim::normalized_damerau_levenshtein(name, other), other))
        .filter(|(likeness, _)| *likeness >= LIKE)
        .max_by(|(one, _), (other, _)| one.total_cmp(other))
        .map(|(_, other)| other)
}
