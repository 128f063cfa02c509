use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

use crate::session::Served;
use crate::{Reply, Request, Session};

/// Has a session answer a request that came on a connection. A panic of the emulation is an answer and a journal entry,
/// instead of a line on stderr and a dropped connection.
pub(super) fn serve(
    session: &mut Session,
    clock: Option<Timestamp>,
    request: Request,
    connection: Option<u64>,
) -> Served {
    if let Some(clock) = clock {
        session.tick(clock);
    }
    let decided = catch_unwind(AssertUnwindSafe(|| match connection {
        Some(_) => session.decide(&request),
        None => (session.answer(&request), None),
    }));
    let (reply, harm) = decided.unwrap_or_else(|_| (broken(), None));
    session.record(request, reply, connection, harm)
}

/// The same for a request to the Kubernetes API of the session's clusters.
pub(super) fn serve_api(
    session: &mut Session,
    clock: Option<Timestamp>,
    request: Request,
    client_certificate: Option<&[u8]>,
    connection: u64,
) -> Arc<Reply> {
    if let Some(clock) = clock {
        session.tick(clock);
    }
    let decided = catch_unwind(AssertUnwindSafe(|| session.answer_api(&request, client_certificate)));
    session.record_api(request, decided.unwrap_or_else(|_| broken()), connection)
}

fn broken() -> Reply {
    Reply::harness_error("the emulation panicked: please report this request as a bug of kubeproof")
}

/// Whoever panicked has left what is locked as it was before: a world changes only on return.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
