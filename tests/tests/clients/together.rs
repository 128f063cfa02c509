//! Several clusters: in one batch, and in one file.

use std::collections::BTreeSet;
use std::time::Duration;

use kubeproof::emulator::host::server::{Server, Transport};
use kubeproof::emulator::providers::cce::{Cce, Cluster as World, World as Worlds};
use kubeproof::emulator::{Session, Setting};
use kubeproof_cce::{Client, Cluster, Options};
use kubeproof_client::{Batch, ErrorKind};
use kubeproof_kubeconfig::{Kubeconfig, incompleteness, merge};

use crate::support::{credentials, id, options, serve_all};

fn cluster_id(number: usize) -> String {
    format!("0c0ffee0-0000-11f1-8000-{number:012}")
}

/// A server with so many clusters of cce, each at an address of its own.
async fn serve(clusters: usize) -> Server {
    let clusters = (0..clusters)
        .map(|number| World {
            id: cluster_id(number),
            private_ip: format!("10.0.{}.{}", number / 256, number % 256).parse().unwrap(),
            ..World::default()
        })
        .collect();
    let world = Worlds { clusters, ..Worlds::default() };
    serve_all(vec![Session::new::<Cce>(Setting { world, ..Setting::default() })], Transport::Plain).await
}

fn client(server: &Server) -> Client {
    Client::builder(credentials(server, "cce"))
        .base_url(server.base_url("cce").unwrap())
        .transport(options(server, Duration::from_secs(30)))
        .build()
        .unwrap()
}

/// cce calls everything alike in every answer: `internalCluster`, `user`, `internal`.
#[tokio::test]
async fn two_clusters_of_cce_go_into_one_file() {
    let server = serve(3).await;
    let project = id(&server, "cce", "project_id");
    let clusters = (0..3).map(|number| Cluster::parse(&project, &cluster_id(number)).unwrap());
    let report = Batch::of(2).fetch(&client(&server), clusters, &Options::default()).await;
    assert!(report.is_complete(), "{report}");
    let fetched: Vec<Kubeconfig> = report.into_succeeded().map(|(_, access)| access.kubeconfig).collect();

    let mut file = Kubeconfig::default();
    for new in &fetched {
        file = merge(&file, new).kubeconfig;
        // Again, as who fetches twice does.
        assert_eq!(merge(&file, new).kubeconfig, file);
    }
    let read = Kubeconfig::parse(&file.to_yaml().unwrap()).unwrap();
    assert_eq!(incompleteness(&read), []);
    assert_eq!((read.clusters.len(), read.users.len(), read.contexts.len()), (3, 3, 3));
    // Each context still leads to its own server with its own credentials.
    let of = |kubeconfig: &Kubeconfig, name: &str| {
        let resolved = kubeconfig.context(name).unwrap();
        let user = resolved.user.client_certificate_data.as_ref().unwrap().expose().to_vec();
        (resolved.cluster.server.clone(), user)
    };
    let merged: BTreeSet<_> = read.contexts.iter().map(|context| of(&read, &context.name)).collect();
    let alone: BTreeSet<_> = fetched.iter().map(|one| of(one, &one.current_context)).collect();
    assert_eq!(merged, alone);
    assert_eq!(merged.len(), 3);
}

#[tokio::test]
async fn a_batch_keeps_what_it_has() {
    let server = serve(50).await;
    let project = id(&server, "cce", "project_id");
    // Each tenth does not exist.
    let ids = (0..50).map(|number| if number % 10 == 9 { cluster_id(1000 + number) } else { cluster_id(number) });
    let clusters: Vec<Cluster> = ids.map(|id| Cluster::parse(&project, &id).unwrap()).collect();
    let report = Batch::of(8).fetch(&client(&server), clusters.clone(), &Options::default()).await;
    assert_eq!(report.to_string(), "45 of 50 clusters fetched; 5 not-found");
    for ((fetched, cluster), number) in report.all().iter().zip(&clusters).zip(0..) {
        assert_eq!(&fetched.cluster, cluster);
        match &fetched.result {
            Ok(access) => {
                let server = &access.kubeconfig.current().unwrap().cluster.server;
                assert_eq!(*server, format!("https://10.0.0.{number}:5443"));
            }
            Err(error) => assert_eq!((error.kind(), number % 10), (ErrorKind::NotFound, 9)),
        }
    }
    assert_eq!(server.session("cce").unwrap().journal().exchanges().count(), 50);
}
