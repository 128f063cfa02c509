//! The clients in use, against emulations. The examples are here, and not with the clients, because no client may know an
//! emulation (ARCHITECTURE.md, "Who may know whom"); each of them is run as a test. The workspace's own tests are in `tests/`.
//!
//! # A kubeconfig of digitalocean
//!
//! ```
//! use kubeproof::emulator::Session;
//! use kubeproof::emulator::host::WiremockHost;
//! use kubeproof::emulator::providers::digitalocean::DigitalOcean;
//! use kubeproof_client::{ClusterAccess as _, Credentials};
//! use kubeproof_digitalocean::{Client, ClusterId, Options};
//!
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let provider = WiremockHost::start(Session::new::<DigitalOcean>(Default::default())).await?;
//!
//! let api_token = Credentials::Bearer("example-do-api-token".to_owned().into());
//! let client = Client::builder(api_token).base_url(provider.base_url()).build()?;
//! let cluster = ClusterId::parse("0c0ffee0-0000-4000-8000-000000000001")?;
//! let options = Options { expiry_seconds: Some(3600), ..Options::default() };
//! let access = client.fetch(&cluster, &options).await?;
//! assert_eq!(access.kubeconfig.current_context, "do-nyc1-demo");
//! # Ok(())
//! # }
//! ```
//!
//! # An error that a program can decide on
//!
//! ```
//! use kubeproof::emulator::Session;
//! use kubeproof::emulator::host::WiremockHost;
//! use kubeproof::emulator::providers::fireworks::Fireworks;
//! use kubeproof_client::{ClusterAccess as _, Credentials, ErrorKind};
//! use kubeproof_fireworks::{Client, Cluster, Options};
//!
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let provider = WiremockHost::start(Session::new::<Fireworks>(Default::default())).await?;
//!
//! let wrong_key = Credentials::Bearer("s3cret".to_owned().into());
//! let client = Client::builder(wrong_key).base_url(provider.base_url()).build()?;
//! let error = client.fetch(&Cluster::parse("demo-account", "demo")?, &Options::default()).await.unwrap_err();
//! assert_eq!((error.kind(), error.status(), error.attempts()), (ErrorKind::Unauthenticated, Some(401), 1));
//! assert!(!error.to_string().contains("s3cret"));
//! # Ok(())
//! # }
//! ```
//!
//! # Waiting for a cluster that is being created
//!
//! ```
//! use std::time::Duration;
//!
//! use kubeproof::emulator::host::WiremockHost;
//! use kubeproof::emulator::providers::cce::{self, Cce};
//! use kubeproof::emulator::{Session, Setting};
//! use kubeproof_cce::{Client, Cluster, Options};
//! use kubeproof_client::{Credentials, Wait};
//!
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let creating = cce::Cluster { ready_after_calls: Some(2), state: Some(cce::State::Creating), ..Default::default() };
//! let world = cce::World { clusters: vec![creating], ..Default::default() };
//! let session = Session::new::<Cce>(Setting { world, ..Default::default() });
//! let ids = session.caller().cluster;
//! let provider = WiremockHost::start(session).await?;
//!
//! let token = Credentials::Token("example-iam-token".to_owned().into());
//! let client = Client::builder(token).base_url(provider.base_url()).build()?;
//! let cluster = Cluster::parse(&ids["project_id"], &ids["cluster_id"])?;
//! // The caller has just created it: 404 means "not yet".
//! let wait = Wait::of(Duration::from_secs(600)).while_provisioning();
//! # let wait = wait.between(Duration::ZERO, Duration::ZERO);
//! let mut progress = Vec::new();
//! let access = wait.fetch(&client, &cluster, &Options::default(), |now| progress.push(now.to_string())).await?;
//! assert!(access.kubeconfig.current().is_ok());
//! assert!(progress[0].starts_with("not-found: Resource not found."), "{}", progress[0]);
//! # Ok(())
//! # }
//! ```
//!
//! # Many clusters, of which one is missing
//!
//! ```
//! use kubeproof::emulator::host::WiremockHost;
//! use kubeproof::emulator::providers::cce::{self, Cce};
//! use kubeproof::emulator::{Session, Setting};
//! use kubeproof_cce::{Client, Cluster, Options};
//! use kubeproof_client::{Batch, Credentials};
//!
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let id = |number: u32| format!("0c0ffee0-0000-11f1-8000-{number:012}");
//! let clusters = (1..=20).map(|number| cce::Cluster { id: id(number), ..Default::default() }).collect();
//! let session = Session::new::<Cce>(Setting { world: cce::World { clusters, ..Default::default() }, ..Default::default() });
//! let project = session.caller().cluster["project_id"].clone();
//! let provider = WiremockHost::start(session).await?;
//!
//! let token = Credentials::Token("example-iam-token".to_owned().into());
//! let client = Client::builder(token).base_url(provider.base_url()).build()?;
//! let wanted: Vec<Cluster> = (1..=21).map(|number| Cluster::parse(&project, &id(number))).collect::<Result<_, _>>()?;
//! let report = Batch::of(8).fetch(&client, wanted, &Options::default()).await;
//! assert_eq!(report.to_string(), "20 of 21 clusters fetched; 1 not-found");
//! # Ok(())
//! # }
//! ```
//!
//! # The one download of ucs, and what is left of it
//!
//! ```
//! use kubeproof::emulator::Session;
//! use kubeproof::emulator::host::WiremockHost;
//! use kubeproof::emulator::providers::ucs::Ucs;
//! use kubeproof_client::{ClusterAccess as _, Credentials, ErrorKind};
//! use kubeproof_ucs::{Client, ClusterId, KeepAnswers, Options, StoredAnswer};
//!
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let provider = WiremockHost::start(Session::new::<Ucs>(Default::default())).await?;
//! let folder = tempfile::tempdir()?;
//!
//! let token = Credentials::Token("example-iam-token".to_owned().into());
//! let client = Client::builder(token, KeepAnswers::InFolder(folder.path().to_owned()))
//!     .base_url(provider.base_url())
//!     .build()?;
//! let cluster = ClusterId::parse("0c0ffee0-0000-4000-8000-000000000001")?;
//! let access = client.fetch(&cluster, &Options::default()).await?;
//!
//! // It is given once. The second request is told so, and where the answer is.
//! let error = client.fetch(&cluster, &Options::default()).await.unwrap_err();
//! assert_eq!((error.kind(), error.stored()), (ErrorKind::AlreadyDownloaded, access.saved().path()));
//! // Sends nothing.
//! let recovered = StoredAnswer::recover(folder.path(), &cluster)?;
//! assert_eq!(recovered.raw(), access.raw());
//! # Ok(())
//! # }
//! ```
