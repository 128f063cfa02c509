//! When a cluster that is not ready becomes ready.

/// Whether a cluster can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Readiness {
    Ready,
    /// It cannot, and so many more calls about it come too early.
    NotReady {
        calls_left: u64,
    },
}

/// Counts a call about a cluster that is ready after `ready_after_calls` of them: takes it off, and says whether it came
/// too early.
pub(super) fn count_call(ready_after_calls: &mut u64) -> Readiness {
    match ready_after_calls.checked_sub(1) {
        None => Readiness::Ready,
        Some(calls_left) => {
            *ready_after_calls = calls_left;
            Readiness::NotReady { calls_left }
        }
    }
}

/// When a cluster is ready, for an explanation.
pub(super) fn until_ready(calls_left: u64) -> String {
    match calls_left {
        0 => "and is ready for the next call about it".to_owned(),
        1 => "and 1 more call about it comes too early".to_owned(),
        more => format!("and {more} more calls about it come too early"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_call_takes_one_off_until_none_is_left() {
        let mut ready_after_calls = 2;
        let counted: Vec<Readiness> = (0..4).map(|_| count_call(&mut ready_after_calls)).collect();
        let early = |calls_left| Readiness::NotReady { calls_left };
        assert_eq!(counted, [early(1), early(0), Readiness::Ready, Readiness::Ready]);
    }
}
