//! Every case of kubeproof is a test. What is known to fail is in `kubeproof.baseline.yaml`; a run of all with
//! `KUBEPROOF_UPDATE_BASELINE=1` in the environment brings that up to date.

kubeproof::conformance_tests! {
    adapter: {{ crate }}::adapter(),
    baseline: "tests/kubeproof.baseline.yaml",
}
