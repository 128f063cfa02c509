//! The last places for an answer that is given once and could not be kept where it belongs.

use std::io::{self, Write as _};
use std::path::PathBuf;

use kubeproof_kubeconfig::shown;

use super::clusters::Ids;
use crate::output::{Text, complain, note, print};

/// Writes an answer to a private file among the temporary ones, and says where it is. Where even that fails, it is printed:
/// there is no other.
pub(super) fn rescue(ids: &Ids, answer: &[u8]) -> Option<PathBuf> {
    match write(ids, answer) {
        Ok(path) => {
            note(format_args!("{ids}: what was received is in {} instead: move it to a safe place", shown(&path)));
            Some(path)
        }
        Err(error) => {
            complain(format_args!(
                "{ids}: what was received cannot be written to any file ({error}), so it is printed"
            ));
            let text = format!("{}\n", String::from_utf8_lossy(answer));
            if let Err(error) = print(&Text::ForPrograms(text)) {
                complain(format_args!("{ids}: what was received cannot be printed: {error}"));
            }
            None
        }
    }
}

fn write(ids: &Ids, answer: &[u8]) -> io::Result<PathBuf> {
    let prefix = format!("kubeproof-accessinfo-{}-", ids.cluster_id());
    let mut file = tempfile::Builder::new().prefix(&prefix).suffix(".json").tempfile()?;
    file.write_all(answer)?;
    file.as_file().sync_all()?;
    let (_, path) = file.keep()?;
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_whole_in_a_private_file() {
        let ids = Ids::of("11111111-2222-3333-4444-555555555555");
        let path = rescue(&ids, b"[{\"kind\":\"Secret\"}]").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"[{\"kind\":\"Secret\"}]");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
        std::fs::remove_file(path).unwrap();
    }
}
