//! What is under way when it is asked to stop.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use super::ASKED;
use crate::serving::{Serving, read_out, request};

/// A request whose body has not come, of which the server has said that it may.
fn under_way(serving: &Serving) -> TcpStream {
    const CONTINUE: &[u8] = b"HTTP/1.1 100 Continue\r\n\r\n";
    let mut stream = TcpStream::connect(serving.address("ucs")).unwrap();
    let (_, target, credential) = ASKED[2];
    let head = request(target, &[credential, "content-length: 1", "expect: 100-continue"]);
    stream.write_all(head.as_bytes()).unwrap();
    let mut answer = [0; CONTINUE.len()];
    stream.read_exact(&mut answer).unwrap();
    assert_eq!(answer, CONTINUE);
    stream
}

#[test]
fn what_is_under_way_may_end() {
    let serving = Serving::start(&[]);
    let mut stream = under_way(&serving);
    serving.signal("TERM");
    assert!(serving.log().starts_with("stopping"));
    // It has stopped once nobody listens any more.
    let address = serving.address("ucs");
    while TcpStream::connect(&address).is_ok() {}
    stream.write_all(b"x").unwrap();
    assert!(read_out(&mut stream).starts_with("HTTP/1.1 200 OK"));
    let ended = serving.wait();
    assert_eq!(ended.code, Some(0));
    assert!(ended.err.ends_with("stopped\n"), "{}", ended.err);
}

#[test]
fn a_second_signal_waits_for_nothing() {
    let serving = Serving::start(&[]);
    let mut stream = under_way(&serving);
    serving.signal("INT");
    assert!(serving.log().starts_with("stopping"));
    serving.signal("INT");
    assert_eq!(read_out(&mut stream), "", "it was cut off");
    let ended = serving.wait();
    assert_eq!(ended.code, Some(0));
    assert!(ended.err.ends_with("stopped at once\n"), "{}", ended.err);
}
