use kubeproof::conformance::process::serve;
use kubeproof_reference::ReferenceAdapter;
use tokio::io::{BufReader, stdin, stdout};

use super::runtime;
use crate::exit_code;
use crate::output::complain;

/// The clients of this workspace as a process.
pub(super) fn run() -> u8 {
    let runtime = match runtime() {
        Ok(runtime) => runtime,
        Err(code) => return code,
    };
    match runtime.block_on(serve(ReferenceAdapter, BufReader::new(stdin()), stdout())) {
        Ok(()) => exit_code::CONFORMANT,
        Err(error) => {
            complain(format_args!(
                "{error}; this is an adapter: it is started by `kubeproof check --adapter 'kubeproof adapter reference'`"
            ));
            exit_code::USAGE
        }
    }
}
