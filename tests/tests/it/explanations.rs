//! What an emulation refuses, it explains: over a socket, in the provider's own dialect.

use kubeproof::emulator::CLAUSE_HEADER;
use kubeproof::emulator::host::WiremockHost;
use kubeproof::emulator::providers::{self, PROVIDERS, Visitor};
use kubeproof::emulator::{Emulation, Session, Verdict};

struct Start;

impl Visitor for Start {
    type Output = Session;

    fn visit<E: Emulation>(self) -> Session {
        Session::new::<E>(Default::default())
    }
}

/// Sends one request as text and gives back the head of the answer.
async fn raw(host: &WiremockHost, request: &str) -> String {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let address = host.base_url().replace("http://", "");
    let mut stream = tokio::net::TcpStream::connect(&address).await.unwrap();
    stream.write_all(request.replace("HOST", &address).as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn a_refusal_names_its_clause_in_a_header_and_in_the_journal_and_not_in_the_body() {
    for &provider in PROVIDERS {
        let host = WiremockHost::start(providers::visit(provider, Start).unwrap()).await.unwrap();
        let answer = raw(&host, "GET /nowhere HTTP/1.1\r\nhost: HOST\r\nconnection: close\r\n\r\n").await;
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let clause = head.lines().find_map(|line| line.strip_prefix(&format!("{CLAUSE_HEADER}: "))).unwrap();
        assert!(clause.starts_with(&format!("{provider}.")), "{clause}");
        assert!(!body.contains(clause), "{body}");
        let session = host.session();
        let exchange = session.journal().exchanges().next().unwrap();
        assert_eq!(exchange.reply.decision.verdict, Verdict::Refused);
        assert_eq!(exchange.reply.decision.clause, clause);
        assert!(!exchange.reply.decision.explanation.is_empty());
    }
}

#[tokio::test]
async fn an_emulation_survives_what_is_no_request_of_its_own() {
    for &provider in PROVIDERS {
        let host = WiremockHost::start(providers::visit(provider, Start).unwrap()).await.unwrap();
        for request in [
            "GET /%00%ff%fe HTTP/1.1\r\nhost: HOST\r\nconnection: close\r\n\r\n",
            "OPTIONS * HTTP/1.1\r\nhost: HOST\r\nconnection: close\r\n\r\n",
            "POST / HTTP/1.1\r\nhost: HOST\r\nauthorization: \u{e9}\r\ncontent-length: 3\r\nconnection: close\r\n\r\n\u{1}\u{2}\u{3}",
            "GET /?%zz=%zz&&=;;& HTTP/1.1\r\nhost: HOST\r\nauthorization: SDK-HMAC-SHA256 ,,,=\r\nconnection: close\r\n\r\n",
        ] {
            let answer = raw(&host, request).await;
            assert!(answer.starts_with("HTTP/1.1 ") && !answer.starts_with("HTTP/1.1 599"), "{provider}: {answer}");
        }
    }
}
