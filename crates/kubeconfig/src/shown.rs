//! Texts of others, shown to people.

use std::path::Path;

/// A path for people to read: what would change how a terminal shows it is written as an escape. For paths that are named
/// in messages; every error of this crate does so.
///
/// ```
/// use std::path::Path;
///
/// use kubeproof_kubeconfig::shown;
///
/// assert_eq!(shown(Path::new("/home/dev/my config")), "/home/dev/my config");
/// assert_eq!(shown(Path::new("a\u{1b}[31m")), "a\\u{1b}[31m");
/// ```
#[must_use]
pub fn shown(path: &Path) -> String {
    let mut shown = String::new();
    for character in path.display().to_string().chars() {
        if misleads(character) {
            shown.extend(character.escape_default());
        } else {
            shown.push(character);
        }
    }
    shown
}

/// Whether a character can make a terminal show something else than is there: it controls the terminal or the direction
/// of writing, or is not seen.
pub(crate) fn misleads(character: char) -> bool {
    let is_invisible = matches!(character,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}');
    character.is_control() || is_invisible
}
