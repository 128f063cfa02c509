//! The clients against the emulations on our own server: under every fault, waiting, many at once, and what comes of
//! it in one file.

mod faults;
mod support;
mod together;
mod waiting;

/// Each may be kept in a static, and a fetch may be spawned.
#[test]
fn clients_can_be_shared() {
    fn shared<T: Send + Sync + 'static>() {}
    shared::<kubeproof_digitalocean::Client>();
    shared::<kubeproof_cce::Client>();
    shared::<kubeproof_ucs::Client>();
    shared::<kubeproof_fireworks::Client>();
    shared::<kubeproof_lke::Client>();
    shared::<kubeproof_digitalocean::ClientBuilder>();
    shared::<kubeproof_cce::ClientBuilder>();
    shared::<kubeproof_ucs::ClientBuilder>();
    shared::<kubeproof_fireworks::ClientBuilder>();
    shared::<kubeproof_lke::ClientBuilder>();
    shared::<kubeproof_ucs::AccessInfo>();
    shared::<kubeproof_ucs::StoredAnswer>();
    shared::<kubeproof_fireworks::ConnectionInfo>();
}
