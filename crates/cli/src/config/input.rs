//! What the subcommands of `kubeproof config` take.

use std::io::{self, Read as _};
use std::path::Path;

use kubeproof_kubeconfig::{Files, FindingCode, MAX_BYTES, MergePolicy};

/// Whether a path means standard input.
pub(crate) fn is_standard(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// Standard input, whatever the path.
pub(super) struct StandardInput;

impl Files for StandardInput {
    fn read(&self, _: &Path) -> io::Result<Vec<u8>> {
        // One more than is read, so that what is too large is refused and not cut off.
        let bound = u64::try_from(MAX_BYTES).unwrap_or(u64::MAX).saturating_add(1);
        let mut bytes = Vec::new();
        io::stdin().lock().take(bound).read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}

/// Reads the code of a finding.
pub(crate) fn code(text: &str) -> Result<FindingCode, String> {
    one_of(FindingCode::ALL, text)
}

/// Reads the code of what a merge refuses unless it is allowed.
pub(super) fn guarded_code(text: &str) -> Result<FindingCode, String> {
    one_of(MergePolicy::GUARDED, text)
}

fn one_of(codes: &[FindingCode], text: &str) -> Result<FindingCode, String> {
    let found = codes.iter().copied().find(|code| code.as_str() == text);
    found.ok_or_else(|| {
        let known: Vec<&str> = codes.iter().map(|code| code.as_str()).collect();
        format!("there is no such code here; take one of {}", known.join(", "))
    })
}
