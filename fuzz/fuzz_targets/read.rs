//! Any bytes: nothing panics, and what is read is written so that it is read back the same.
#![no_main]

use kubeproof_kubeconfig::{Kubeconfig, Profile, Rules, hazards_at, incompleteness_of_every_context, validate};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(read) = Kubeconfig::read(bytes, Profile::Kubectl) else { return };
    let kubeconfig = read.kubeconfig;
    let _ = Kubeconfig::read(bytes, Profile::Strict);
    let _ = validate(&kubeconfig, Rules::ClientGo, |_| Ok(()));
    let _ = incompleteness_of_every_context(&kubeconfig);
    let _ = hazards_at(&kubeconfig, std::time::SystemTime::UNIX_EPOCH);
    let text = kubeconfig.to_yaml().expect("what was read can be written");
    match Kubeconfig::parse(&text) {
        Ok(again) => assert!(again == kubeconfig, "what was written is read as something else"),
        // Aliases may unfold to more than is read.
        Err(error) => assert_eq!(error.kind(), kubeproof_kubeconfig::ReadErrorKind::Limit),
    }
});
