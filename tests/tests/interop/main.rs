//! What programs of others make of the kubeconfigs that the four clients end up with: kubectl, `PyYAML` and the Python
//! client of Kubernetes; what Chromium makes of the page of kubeproof's own server and of that of a report; whether curl,
//! Python and Node reach what `kubeproof serve` says; whether kubectl reaches clusters with what `kubeproof fetch` leaves in
//! a file; how the providers' own SDKs do as adapters;
//! and whether the action and the example workflows are as the schemas of GitHub and GitLab ask. `just interop` brings the programs; without them every test here
//! fails.

mod adapters;
mod agreement;
mod api;
mod ci;
mod comparison;
mod corpus;
mod documents;
mod endings;
mod fetch;
mod issued;
mod known;
mod manifests;
mod oracle;
mod page;
#[path = "../readers.rs"]
mod readers;
mod report;
mod serve;
