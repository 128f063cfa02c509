//! What each client crate offers, as a list that is read in review.
//!
//! The list is made from the sources, by stable Rust and on every test: a change of what is public changes the list, and the
//! list is changed on purpose (`just public-api`).

mod listing;
mod modules;

use std::path::PathBuf;

use kubeproof::emulator::providers::PROVIDERS;

use listing::listing;
use modules::Sources;

#[track_caller]
fn check(name: &str) {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../crates")).join(name).join("src");
    let read = |file: &str| std::fs::read_to_string(folder.join(file)).ok();
    let listing = listing(&Sources { read: &read });
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../../../snapshots/public-api");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, listing));
}

#[test]
fn what_clients_share() {
    check("client");
}

#[test]
fn the_client_of_every_provider() {
    PROVIDERS.iter().for_each(|provider| check(provider));
}

/// A crate of two files, with something in place of `HERE` and of `THERE`.
fn sample(here: &str, there: &str) -> String {
    let root = format!("mod inner; pub use inner::{{Thing, Kind}}; pub fn make() -> Thing {{ todo!() }} {here}");
    let inner = format!(
        "/// A thing. \n pub struct Thing {{ pub name: String, secret: u8 }} pub enum Kind {{ A, B(u8) }}
         impl Thing {{ pub fn new(name: &str) -> Self {{ todo!() }} fn private(&self) {{}} }} {there}"
    );
    listing(&Sources {
        read: &|file| match file {
            "lib.rs" => Some(root.clone()),
            "inner.rs" => Some(inner.clone()),
            _ => None,
        },
    })
}

#[test]
fn a_sample_is_listed() {
    let expected = "\
pub enum Kind { A, B(u8) }
pub fn make() -> Thing
pub struct Thing { pub name: String, .. }
  impl Thing
    pub fn new(name: &str) -> Self
";
    assert_eq!(sample("", ""), expected);
}

#[test]
fn every_change_of_what_is_public_is_seen_and_no_other() {
    let unchanged = sample("", "");
    for (here, there, seen) in [
        ("pub const X: u8 = 1;", "", true),
        ("pub use inner::Other;", "pub struct Other;", true),
        ("pub use bytes;", "", true),
        ("pub use bytes as b;", "", true),
        ("pub mod open { pub fn f() {} }", "", true),
        ("pub trait Does { fn it(&self) {} }", "", true),
        ("", "impl Thing { pub fn more(&mut self, n: u8) {} }", true),
        ("", "impl Thing { pub const MOST: u8 = 1; }", true),
        ("", "impl Clone for Thing { fn clone(&self) -> Self { todo!() } }", true),
        ("impl From<Kind> for u8 { fn from(_: Kind) -> u8 { 0 } }", "", true),
        ("impl AsRef<str> for Thing { fn as_ref(&self) -> &str { todo!() } }", "", true),
        ("const X: u8 = 1; fn f() {} struct S;", "", false),
        ("pub(crate) struct S; mod shut { pub fn f() {} }", "", false),
        ("", "pub struct Other; impl Other { pub fn f() {} }", false),
        ("", "impl Thing { pub(crate) fn more(&self) {} }", false),
        ("", "#[cfg(test)] mod tests { pub struct Thing; }", false),
        ("", "// A comment.", false),
    ] {
        assert_eq!(sample(here, there) != unchanged, seen, "{here} {there}:\n{}", sample(here, there));
    }
}
