//! Small suites made of text.

use std::fs;

use kubeproof_conformance::{Suite, SuiteError};
use tempfile::TempDir;

/// Clauses for every case of these tests.
pub(crate) const CLAUSES: &str = "\
provider: digitalocean
title: A provider
documents: {docs/004: a document}
editions: [{date: '2026-04', note: a note}]
clauses:
  - {id: digitalocean.one, statement: One holds., source: 'docs/004, first sentence', provenance: documented}
  - {id: digitalocean.two, statement: Two holds., source: 'docs/004, second sentence', provenance: inferred}
";

/// A suite of one provider with these clauses and the case file `cases/some.yaml`.
pub(crate) fn suite_of(clauses: &str, cases: &str) -> Result<Suite, SuiteError> {
    let folder = folder_of(&[("digitalocean/clauses.yaml", clauses), ("digitalocean/cases/some.yaml", cases)]);
    Suite::read(folder.path())
}

/// A folder with these files.
pub(crate) fn folder_of(files: &[(&str, &str)]) -> TempDir {
    let folder = TempDir::new().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

/// A suite of cce with the case file `cases/some.yaml`.
pub(crate) fn suite_of_cce(cases: &str) -> Suite {
    const CLAUSES: &str = "\
provider: cce
title: A provider
documents: {docs/002: a document}
editions: [{date: '2025-07', note: a note}]
clauses:
  - {id: cce.one, statement: One holds., source: 'docs/002, first sentence', provenance: documented}
  - {id: cce.content-type.mandatory, statement: One is sent., source: 'docs/002, table 2', provenance: documented}
";
    let folder = folder_of(&[("cce/clauses.yaml", CLAUSES), ("cce/cases/some.yaml", cases)]);
    Suite::read(folder.path()).unwrap()
}
