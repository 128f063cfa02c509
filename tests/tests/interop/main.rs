//! What programs of others make of the kubeconfigs that the four clients end up with: kubectl, `PyYAML` and the Python
//! client of Kubernetes. `just interop` brings the programs; without them every test here fails.

mod agreement;
mod comparison;
mod corpus;
mod documents;
mod endings;
mod issued;
mod known;
mod manifests;
mod oracle;
#[path = "../readers.rs"]
mod readers;
