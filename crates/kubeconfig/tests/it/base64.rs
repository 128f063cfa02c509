//! Go's rules for base64, measured with kubectl 1.37.1.

use kubeproof_kubeconfig::Data;

#[track_caller]
fn accepts(text: &str, bytes: &[u8]) {
    let data = Data::from_base64(text).unwrap_or_else(|error| panic!("{text:?}: {error}"));
    assert_eq!(data.expose(), bytes, "{text:?}");
}

#[track_caller]
fn refuses(text: &str, message: &str) {
    let error = Data::from_base64(text).unwrap_err().to_string();
    assert!(error.contains(message), "{text:?}: {error:?} does not say {message:?}");
}

#[test]
fn what_go_decodes() {
    accepts("", b"");
    accepts("\n", b"");
    accepts("YWI=", b"ab");
    accepts("YW\nI=", b"ab");
    accepts("YW\r\nI=\r\n", b"ab");
    accepts("YWI\n=", b"ab");
    accepts("++//", &[0xfb, 0xef, 0xff]);
    // Bits after the last byte are dropped.
    accepts("YWJ=", b"ab");
}

#[test]
fn what_go_refuses() {
    refuses("YW I=", "blanks");
    refuses("YWI=\t", "blanks");
    refuses(" ", "blanks");
    refuses("YWI", "padding");
    refuses("YWIx=", "padding");
    refuses("YWI==", "cut off");
    refuses("====", "not base64");
    refuses("YWI=YWI=", "not base64");
    refuses("-_-_", "URL-safe");
    refuses("%%%%", "not base64");
    refuses("YWI=\u{a0}", "not base64");
    refuses("é", "not base64");
    refuses("-----BEGIN CERTIFICATE-----\nYWI=\n-----END CERTIFICATE-----\n", "PEM");
}

#[test]
fn written_on_one_line() {
    let data = Data::new(vec![7; 1000]);
    assert_eq!(data.to_base64().lines().count(), 1);
    accepts(&data.to_base64(), &[7; 1000]);
}
