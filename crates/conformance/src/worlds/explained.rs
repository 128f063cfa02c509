//! The default worlds as a file that explains itself.

use std::fmt::{self, Write as _};

use kubeproof_emulator::providers::{self, Visitor};
use kubeproof_emulator::{Edition, Emulation, Fault};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// The default worlds of these providers as a file to edit and to give back, which explains itself.
///
/// ```
/// use std::path::Path;
/// use kubeproof_conformance::{Worlds, default_worlds};
/// use kubeproof_emulator::host::server::Transport;
///
/// let text = default_worlds(&["ucs"]).replace("downloaded: false", "downloaded: true");
/// let worlds = Worlds::parse(&text, "world.yaml", Path::new("."), Transport::Plain)?;
/// assert!(worlds.names("ucs"));
/// # Ok::<(), kubeproof_conformance::SuiteError>(())
/// ```
pub fn default_worlds(providers: &[&str]) -> String {
    let mut out = HEAD.to_owned();
    out += &listed("# Faults there are:", "# ", &known::<Fault>(&json!({ "is": UNKNOWN })));
    for provider in providers {
        // Writing to a String does not fail.
        if let Some(text) = providers::visit(provider, Explain) {
            let _ = write!(out, "\n{text}");
        }
    }
    out
}

const HEAD: &str = "\
# Worlds for `kubeproof serve --world FILE`: what each provider's side is like at the start.
#
# Whatever is left out is as it is here: a provider, or a key of a provider, of a world or of a
# cluster. The credentials here are examples, which everybody knows; no others are printed.
#
# Incidents are what a provider says by itself on some calls, whatever was asked: in its own words,
# or in these, or in those of a file beside this one.
#   incidents:
#   - {calls: [1, 2], is: NAME}
#   - {calls: every, reply: {status: 503, headers: {retry-after: \"1\"}, body: later}}
#   - {calls: [3], reply: {file: NAME}}
#
# Faults are what is done to connections rather than said in HTTP, by the number of the call or of
# the connection.
#   faults:
#   - {is: reset, calls: [1]}
#   - {is: close, at: {body: 12}, calls: [2]}
#   - {is: stall, at: connect, connections: [3]}
";

struct Explain;

impl Visitor for Explain {
    type Output = String;

    fn visit<E: Emulation>(self) -> String {
        let mut out = String::new();
        // Writing to a String does not fail.
        let _ = explain::<E>(&mut out);
        out
    }
}

fn explain<E: Emulation>(out: &mut String) -> fmt::Result {
    writeln!(out, "{}:", E::PROVIDER)?;
    let editions: Vec<String> = E::EDITIONS.iter().map(Edition::to_string).collect();
    writeln!(out, "  # The edition of its documents. There is {}.", editions.join(", "))?;
    entry(out, "  ", "edition", &editions.first().map_or(Value::Null, |edition| edition.as_str().into()))?;
    writeln!(out, "  world:")?;
    let Ok(Value::Object(world)) = serde_json::to_value(E::World::default()) else { return Ok(()) };
    for (name, value) in &world {
        comment(out, E::WORLD_KEYS, name, "    # ")?;
        if let Value::Array(items) = value
            && let Some(Value::Object(item)) = items.first()
        {
            for key in item.keys() {
                comment(out, E::WORLD_KEYS, &format!("{name}.{key}"), &format!("    #   {key}: "))?;
            }
        }
        entry(out, "    ", name, value)?;
    }
    out.push_str(&listed("  # Incidents there are:", "  # ", &known::<E::Incident>(&json!(UNKNOWN))));
    entry(out, "  ", "incidents", &json!([]))?;
    entry(out, "  ", "faults", &json!([]))
}

/// What a key is, on lines of its own.
fn comment(out: &mut String, keys: &[(&str, &str)], name: &str, begin: &str) -> fmt::Result {
    match keys.iter().find(|(known, _)| *known == name) {
        Some((_, text)) => writeln!(out, "{begin}{text}"),
        None => Ok(()),
    }
}

/// A key and its value.
fn entry(out: &mut String, indent: &str, name: &str, value: &Value) -> fmt::Result {
    let yaml = serde_saphyr::to_string(&json!({ name: value })).unwrap_or_default();
    yaml.lines().try_for_each(|line| writeln!(out, "{indent}{line}"))
}

/// No name of anything.
const UNKNOWN: &str = "?";

/// The names that a type knows, as its own complaint about another one lists them.
fn known<T: DeserializeOwned>(unknown: &Value) -> Vec<String> {
    match serde_json::from_value::<T>(unknown.clone()) {
        Ok(_) => Vec::new(),
        // ``unknown variant `?`, expected one of `one`, `another` ``
        Err(complaint) => complaint.to_string().split('`').skip(3).step_by(2).map(str::to_owned).collect(),
    }
}

/// Names on lines that are not too long.
fn listed(begin: &str, next: &str, names: &[String]) -> String {
    const WIDTH: usize = 100;
    let mut out = begin.to_owned();
    let mut length = begin.len();
    for (at, name) in names.iter().enumerate() {
        let end = if at + 1 < names.len() { "," } else { "." };
        if length + 1 + name.len() + end.len() > WIDTH {
            out = out + "\n" + next.trim_end();
            length = next.trim_end().len();
        }
        out = out + " " + name + end;
        length += 1 + name.len() + end.len();
    }
    out + "\n"
}
