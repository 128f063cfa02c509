//! Every case of `fixtures/`, run against the reference clients, is a test of its own.

use kubeproof_reference::ReferenceAdapter;

kubeproof::conformance_tests! { adapter: ReferenceAdapter }
