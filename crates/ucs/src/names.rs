//! What files of answers are called.

use crate::ClusterId;

/// How much of an answer a file holds, as its name says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Form {
    /// A whole answer, `accessinfo-ID.json`.
    Whole,
    /// Whatever had come when the process ended, `.accessinfo-ID-*`; it may be the whole.
    Unfinished,
    /// What came before the connection was lost, `accessinfo-ID.part`.
    Part,
}

/// The name of a finished file, the first of its cluster or a later one.
pub(crate) fn named(cluster: &ClusterId, number: u32, form: Form) -> String {
    let extension = if form == Form::Whole { "json" } else { "part" };
    match number {
        1 => format!("accessinfo-{cluster}.{extension}"),
        _ => format!("accessinfo-{cluster}.{number}.{extension}"),
    }
}

/// How the name begins while an answer is written.
pub(crate) fn unnamed(cluster: &ClusterId) -> String {
    format!(".accessinfo-{cluster}-")
}

/// What a name says, when it is one of a file of this cluster: the form and the number of the file.
pub(crate) fn read(name: &str, cluster: &ClusterId) -> Option<(Form, u32)> {
    // A UUID in upper case is the same.
    let (name, cluster) = (name.to_ascii_lowercase(), cluster.to_string().to_ascii_lowercase());
    if let Some(random) = name.strip_prefix(&format!(".accessinfo-{cluster}-")) {
        return (!random.is_empty()).then_some((Form::Unfinished, 1));
    }
    let rest = name.strip_prefix(&format!("accessinfo-{cluster}."))?;
    let (number, extension) = rest.rsplit_once('.').unwrap_or(("1", rest));
    let form = match extension {
        "json" => Form::Whole,
        "part" => Form::Part,
        _ => return None,
    };
    Some((form, number.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_they_are_given() {
        let cluster = |text| ClusterId::parse(text).unwrap();
        let (lower, upper) =
            (cluster("d0000000-0000-0000-0000-00000000abcd"), cluster("D0000000-0000-0000-0000-00000000ABCD"));
        for (given, read_by) in [(&lower, &lower), (&lower, &upper), (&upper, &lower)] {
            for number in [1, 2, 1000] {
                for form in [Form::Whole, Form::Part] {
                    assert_eq!(read(&named(given, number, form), read_by), Some((form, number)));
                }
            }
            assert_eq!(read(&format!("{}x1Y2z3", unnamed(given)), read_by), Some((Form::Unfinished, 1)));
        }
        let other = cluster("d0000000-0000-0000-0000-00000000abce");
        for name in [
            named(&other, 1, Form::Whole),
            unnamed(&other) + "x",
            unnamed(&lower),
            format!("accessinfo-{lower}"),
            format!("accessinfo-{lower}.txt"),
            format!("accessinfo-{lower}.json.gz"),
            format!("accessinfo-{lower}.x.json"),
            format!("accessinfo-{lower}x.json"),
            String::new(),
        ] {
            assert_eq!(read(&name, &lower), None, "{name}");
        }
    }
}
