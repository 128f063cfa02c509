use std::path::Path;
use std::time::Duration;

use kubeproof_client::{ClusterAccess as _, ErrorKind};
use kubeproof_ucs::{AccessInfo, ClusterId, KeepAnswers, Options, Saved, StoredAnswer};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use wiremock::ResponseTemplate;

use crate::support::{ACCESS, Sequence, builder, cluster, count, raw, serve, shows_no_secret, token};

async fn fetch(url: &str, folder: &Path, cluster: &ClusterId) -> Result<AccessInfo, kubeproof_client::Error> {
    builder(url, token(), KeepAnswers::InFolder(folder.into()))
        .build()
        .unwrap()
        .fetch(cluster, &Options::default())
        .await
}

fn files(folder: &Path) -> Vec<(String, String)> {
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            let entry = entry.unwrap();
            (entry.file_name().into_string().unwrap(), std::fs::read_to_string(entry.path()).unwrap())
        })
        .collect();
    files.sort();
    files
}

#[tokio::test]
async fn an_answer_is_in_a_file_and_stays_there() {
    let folder = tempfile::tempdir().unwrap();
    let cluster = cluster();
    let note = ResponseTemplate::new(200).set_body_string(r#"["Downloaded"]"#);
    let server = serve(Sequence::new([ResponseTemplate::new(200).set_body_string(ACCESS), note])).await;
    let access = fetch(&server.uri(), folder.path(), &cluster).await.unwrap();
    let name = format!("accessinfo-{cluster}.json");
    assert_eq!(access.saved().path(), Some(folder.path().join(&name).as_path()));
    let expected = vec![(name, ACCESS.to_owned())];
    assert_eq!(files(folder.path()), expected);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(access.saved().path().unwrap()).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    // The note that follows neither replaces the answer nor leaves a file.
    let error = fetch(&server.uri(), folder.path(), &cluster).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::AlreadyDownloaded);
    assert_eq!(error.stored(), access.saved().path());
    assert!(error.to_string().contains("stored on this machine"), "{error}");
    assert_eq!(files(folder.path()), expected);
    let stored = StoredAnswer::recover(folder.path(), &cluster).unwrap();
    assert_eq!((stored.raw(), stored.items()), (access.raw(), access.items()));
}

#[tokio::test]
async fn that_no_answer_is_on_this_machine_is_said() {
    let folder = tempfile::tempdir().unwrap();
    for note in [
        ResponseTemplate::new(200).set_body_string(r#"["Downloaded"]"#),
        ResponseTemplate::new(410),
        ResponseTemplate::new(400).set_body_string("Downloaded"),
    ] {
        let server = serve(note).await;
        let error = fetch(&server.uri(), folder.path(), &cluster()).await.unwrap_err();
        assert_eq!((error.kind(), error.stored()), (ErrorKind::AlreadyDownloaded, None), "{error}");
        let said = format!("which is not in {}, or register the cluster anew", folder.path().display());
        assert!(error.to_string().contains(&said), "{error}");
        assert_eq!(files(folder.path()), []);
    }
}

#[tokio::test]
async fn an_answer_that_cannot_be_read_is_in_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let cluster = cluster();
    let server = serve(ResponseTemplate::new(200).set_body_string("planted, and no json")).await;
    let error = fetch(&server.uri(), folder.path(), &cluster).await.unwrap_err();
    let name = format!("accessinfo-{cluster}.json");
    assert_eq!(error.kind(), ErrorKind::Malformed);
    assert!(error.to_string().contains(&name), "{error}");
    assert_eq!(error.stored(), Some(folder.path().join(&name).as_path()));
    shows_no_secret(&error);
    assert_eq!(files(folder.path()), [(name, "planted, and no json".to_owned())]);
}

#[tokio::test]
async fn half_an_answer_is_in_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let cluster = cluster();
    let url = raw(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n[{\"planted").await;
    let error = fetch(&url, folder.path(), &cluster).await.unwrap_err();
    let name = format!("accessinfo-{cluster}.part");
    assert_eq!(error.kind(), ErrorKind::Transport);
    assert!(error.to_string().contains(&name), "{error}");
    assert_eq!(error.stored(), Some(folder.path().join(&name).as_path()));
    shows_no_secret(&error);
    assert_eq!(files(folder.path()), [(name, "[{\"planted".to_owned())]);
}

#[tokio::test]
async fn an_answer_that_nobody_waits_for_is_in_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let cluster = cluster();
    let (url, arrived, answer) = held().await;
    let client = builder(&url, token(), KeepAnswers::InFolder(folder.path().into())).build().unwrap();
    {
        let options = Options::default();
        let fetch = client.fetch(&cluster, &options);
        tokio::select! {
            _ = fetch => unreachable!("there is no answer yet"),
            _ = arrived => {}
        }
    }
    answer.send(ACCESS).unwrap();
    let expected = vec![(format!("accessinfo-{cluster}.json"), ACCESS.to_owned())];
    let written = async {
        while files(folder.path()) != expected {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), written).await.unwrap();
}

/// A server that says when a request has arrived, and answers it when it is told to.
async fn held() -> (String, oneshot::Receiver<()>, oneshot::Sender<&'static str>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (arrives, arrived) = oneshot::channel();
    let (answer, answers) = oneshot::channel::<&str>();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await.unwrap());
        }
        arrives.send(()).unwrap();
        let body = answers.await.unwrap();
        let text = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len());
        stream.write_all(text.as_bytes()).await.unwrap();
    });
    (url, arrived, answer)
}

#[tokio::test]
async fn a_refusal_leaves_no_file() {
    let folder = tempfile::tempdir().unwrap();
    for status in [400, 403, 410, 500] {
        let server = serve(ResponseTemplate::new(status).set_body_string("no")).await;
        fetch(&server.uri(), folder.path(), &cluster()).await.unwrap_err();
    }
    assert_eq!(files(folder.path()), []);
}

#[tokio::test]
async fn without_a_place_to_keep_it_nothing_is_asked() {
    let folder = tempfile::tempdir().unwrap();
    let server = serve(ResponseTemplate::new(200).set_body_string(ACCESS)).await;
    let error = fetch(&server.uri(), &folder.path().join("missing"), &cluster()).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::InvalidArgument, 0), "{error}");
    assert_eq!(count(&server).await, 0);
}

#[tokio::test]
async fn a_disk_that_fails_does_not_cost_the_answer() {
    // The folder goes away while the server answers.
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_owned();
    let server = serve(move |_: &wiremock::Request| {
        std::fs::remove_dir_all(&path).unwrap();
        ResponseTemplate::new(200).set_body_string(ACCESS)
    })
    .await;
    let access = fetch(&server.uri(), folder.path(), &cluster()).await.unwrap();
    assert_eq!(access.raw(), ACCESS.as_bytes());
    assert!(matches!(access.saved(), Saved::Failed(_)), "{:?}", access.saved());
}
