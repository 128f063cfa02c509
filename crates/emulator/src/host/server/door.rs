use std::ops::Range;

/// What a listener leads to.
#[derive(Clone, Debug)]
pub(super) enum Door {
    /// These sessions.
    Providers(Range<usize>),
    /// The second origin, which takes TLS and plain HTTP alike, so that a redirect can point at either.
    Elsewhere,
}

impl Door {
    /// The sessions behind it.
    pub(super) fn sessions(&self) -> Range<usize> {
        match self {
            Self::Providers(sessions) => sessions.clone(),
            Self::Elsewhere => 0..0,
        }
    }
}
