use serde::Serialize;

use super::{CallHarm, ConnectionHarm, Fault};

/// The faults that are armed, and how far each has counted.
#[derive(Clone, Debug, Default)]
pub struct Faults(Vec<Armed>);

/// A fault that is armed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Armed {
    /// The fault.
    pub fault: Fault,
    /// How many calls or connections it has counted since it was armed.
    pub counted: u64,
    /// How often it was done.
    pub done: u64,
}

impl Faults {
    /// Arms a fault: it counts from now on.
    pub fn arm(&mut self, fault: Fault) {
        self.0.push(Armed { fault, counted: 0, done: 0 });
    }

    /// Disarms them all.
    pub fn disarm(&mut self) {
        self.0.clear();
    }

    /// Those that are armed, in the order in which they were.
    pub fn armed(&self) -> &[Armed] {
        &self.0
    }

    /// Whether nobody should listen.
    pub fn refuse(&self) -> bool {
        let refuses =
            |armed: &Armed| matches!(&armed.fault, Fault::Connection(fault) if fault.harm == ConnectionHarm::Refuse);
        self.0.iter().any(refuses)
    }

    /// Whether any of them points at a second origin.
    pub(crate) fn redirect(&self) -> bool {
        let redirects =
            |armed: &Armed| matches!(&armed.fault, Fault::Call(fault) if matches!(fault.harm, CallHarm::Redirect(_)));
        self.0.iter().any(redirects)
    }

    /// Counts a call of an operation, and says what is done to it. Of several faults that are due, it is the first.
    pub(crate) fn on_call(&mut self, operation: Option<&str>) -> Option<CallHarm> {
        let mut due = None;
        for armed in &mut self.0 {
            let Fault::Call(fault) = &armed.fault else { continue };
            if fault.operation.as_deref().is_some_and(|wanted| Some(wanted) != operation) {
                continue;
            }
            armed.counted = armed.counted.saturating_add(1);
            if due.is_none() && fault.calls.include(armed.counted) {
                armed.done = armed.done.saturating_add(1);
                due = Some(fault.harm);
            }
        }
        due
    }

    /// Counts a connection, and says what is done to it. Of several faults that are due, it is the first.
    pub(crate) fn on_connection(&mut self) -> Option<ConnectionHarm> {
        let mut due = None;
        for armed in &mut self.0 {
            let Fault::Connection(fault) = &armed.fault else { continue };
            if fault.harm == ConnectionHarm::Refuse {
                continue;
            }
            armed.counted = armed.counted.saturating_add(1);
            if due.is_none() && fault.connections.include(armed.counted) {
                armed.done = armed.done.saturating_add(1);
                due = Some(fault.harm);
            }
        }
        due
    }
}

impl FromIterator<Fault> for Faults {
    fn from_iter<I: IntoIterator<Item = Fault>>(faults: I) -> Self {
        let mut armed = Self::default();
        faults.into_iter().for_each(|fault| armed.arm(fault));
        armed
    }
}
