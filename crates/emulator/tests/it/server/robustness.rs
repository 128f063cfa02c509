use kubeproof_emulator::host::server::Transport;

use super::wire::{self, Ending, REQUEST, ask};

/// What is wrong is refused, the connection ends and says why, and the server goes on.
#[track_caller]
fn check(request: &[u8], status: &str, end: &str) {
    let run = async {
        let server = wire::server("[]", Transport::Plain).await;
        let (answer, ending) = ask(&server, request).await.unwrap();
        let answer = String::from_utf8_lossy(&answer);
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{answer}");
        assert_eq!(ending, Ending::Closed);
        let noted = server.connections().kept().next().unwrap().end.clone().unwrap();
        assert!(noted.contains(end), "{noted}");
        let good = [&REQUEST[..REQUEST.len() - 2], b"connection: close\r\n\r\n"].concat();
        assert!(ask(&server, &good).await.unwrap().0.starts_with(b"HTTP/1.1 200"));
        assert_eq!(server.panics(), 0);
    };
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(run);
}

#[test]
fn what_is_no_http_is_refused() {
    check(b"NONSENSE\r\n\r\n", "400", "invalid");
    check(b"GET / HTTP/9.9\r\n\r\n", "400", "invalid");
    check(b"GET /\xff\xfe\x80 HTTP/1.1\r\nhost: x\r\n\r\n", "400", "invalid");
    check(b"GET / HTTP/1.1\r\nhost: x\r\nbad header\r\n\r\n", "400", "invalid");
    check(b"GET / HTTP/1.1\r\nhost: x\r\ncontent-length: minus\r\n\r\n", "400", "invalid");
}

#[test]
fn a_head_of_a_megabyte_is_refused() {
    let head = [b"GET / HTTP/1.1\r\nhost: x\r\nx-long: ", &vec![b'a'; 1 << 20][..], b"\r\n\r\n"].concat();
    check(&head, "431", "too large");
}
