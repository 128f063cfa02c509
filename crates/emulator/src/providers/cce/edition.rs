//! The editions of the documents.

use crate::Edition;

/// The two pages in docs/, which carry no date: named after the page of 2025-07-07 that they were read beside.
pub(super) const DOCUMENTED: Edition = Edition("2025-07");

/// The newest page, of 2026-04-30, which asks with POST.
pub(super) const NEWER: Edition = Edition("2026-04");
