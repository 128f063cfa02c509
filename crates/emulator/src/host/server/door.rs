use std::ops::Range;

/// What a listener leads to.
#[derive(Clone, Debug)]
pub(super) enum Door {
    /// These sessions.
    Providers(Range<usize>),
    /// The stub Kubernetes API of the clusters of this session, which has TLS of its own.
    Api(usize),
    /// The second origin, which takes TLS and plain HTTP alike, so that a redirect can point at either.
    Elsewhere,
    /// The admin API alone, where no fault is done.
    Admin,
}

impl Door {
    /// The sessions behind it, whose faults are done at it.
    pub(super) fn sessions(&self) -> Range<usize> {
        match self {
            Self::Providers(sessions) => sessions.clone(),
            Self::Api(_) | Self::Elsewhere | Self::Admin => 0..0,
        }
    }
}
