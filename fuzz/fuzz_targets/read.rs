//! Any bytes: nothing panics, and what is read is written so that it is read back the same.
#![no_main]

use kubeproof_kubeconfig::{Kubeconfig, Profile, Rules, incompleteness, lint, validate};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(read) = Kubeconfig::read(bytes, Profile::Kubectl) else { return };
    let _ = lint(&read, std::time::SystemTime::UNIX_EPOCH);
    let kubeconfig = read.kubeconfig;
    let _ = Kubeconfig::read(bytes, Profile::Strict);
    let _ = validate(&kubeconfig, Rules::ClientGo, |_| Ok(()));
    let _ = incompleteness(&kubeconfig);
    let text = kubeconfig.to_yaml().expect("what was read can be written");
    match Kubeconfig::parse(&text) {
        Ok(again) => assert!(again == kubeconfig, "what was written is read as something else"),
        // Aliases may unfold to more than is read.
        Err(error) => assert_eq!(error.kind(), kubeproof_kubeconfig::ReadErrorKind::Limit),
    }
});
