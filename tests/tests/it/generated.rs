//! What the four clients end up with, for a person to read: `snapshots/generated/`.

use kubeproof::emulator::providers::ucs::ItemsAs;
use serde_json::Value;

use issued::{endings, manifests};

#[path = "../interop/issued.rs"]
mod issued;

#[tokio::test]
async fn kubeconfigs() {
    for ending in endings().await {
        assert_ne!(ending.issued, Value::Null);
        reviewed(ending.name, &ending.text);
    }
}

#[tokio::test]
async fn access_information() {
    for (name, items_as, cluster_id) in [
        ("ucs-strings", ItemsAs::Strings, "0c0ffee0-0000-4000-8000-000000000001"),
        ("ucs-objects", ItemsAs::Objects, "0c0ffee0-0000-4000-8000-000000000001"),
        ("ucs-private", ItemsAs::Objects, "0c0ffee0-0000-4000-8000-000000000002"),
    ] {
        let items = Value::Array(manifests(items_as, cluster_id).await);
        reviewed(name, &serde_json::to_string_pretty(&items).expect("JSON can be written"));
    }
}

/// Compares with the snapshot of this name. What is secret, and what no person reads, is replaced by what it is.
#[track_caller]
fn reviewed(name: &str, text: &str) {
    let text = readable(text);
    insta::with_settings!({
        snapshot_path => concat!(env!("CARGO_MANIFEST_DIR"), "/../snapshots/generated"),
        prepend_module_to_snapshot => false,
        omit_expression => true,
    }, {
        insta::assert_snapshot!(name, text);
    });
}

/// Every token, every run of base64 that holds PEM, and every long run of it or of digits, by what it is.
fn readable(text: &str) -> String {
    let lines: Vec<String> = described_runs(text).lines().map(without_token).collect();
    lines.join("\n")
}

/// A token may be short. Whether it is quoted is worth reading.
fn without_token(line: &str) -> String {
    match line.split_once("token: ") {
        Some((before, token)) if before.trim().is_empty() && !token.starts_with('<') => {
            let quote = if token.starts_with('"') { "\"" } else { "" };
            let length = token.trim_matches('"').chars().count();
            format!("{before}token: {quote}<{length} characters>{quote}")
        }
        _ => line.to_owned(),
    }
}

fn described_runs(text: &str) -> String {
    let mut readable = String::new();
    let mut run = String::new();
    for character in text.chars().chain(['\n']) {
        if character.is_ascii_alphanumeric() || matches!(character, '+' | '/' | '=') {
            run.push(character);
            continue;
        }
        readable.push_str(&described(&run).unwrap_or_else(|| run.clone()));
        run.clear();
        readable.push(character);
    }
    readable.pop();
    readable
}

fn described(run: &str) -> Option<String> {
    use base64::Engine as _;
    let decoded = base64::engine::general_purpose::STANDARD.decode(run).ok()?;
    if let Some(label) = decoded.strip_prefix(b"-----BEGIN ").and_then(|rest| rest.split(|byte| *byte == b'-').next()) {
        return Some(format!("<base64 of PEM: {}>", String::from_utf8_lossy(label)));
    }
    let is_hexadecimal = run.bytes().all(|byte| byte.is_ascii_hexdigit());
    match run.len() {
        length @ 32.. if is_hexadecimal => Some(format!("<{length} hexadecimal digits>")),
        length @ 40.. => Some(format!("<{length} characters of base64>")),
        _ => None,
    }
}

#[test]
fn nothing_secret_is_readable() {
    for (text, expected) in [
        ("token: 0123456789abcdef0123456789abcdef", "token: <32 hexadecimal digits>"),
        ("  token: \"0123\"", "  token: \"<4 characters>\""),
        ("  token: a-b", "  token: <3 characters>"),
        ("key: LS0tLS1CRUdJTiBQUklWQVRFIEtFWS0tLS0tCg==", "key: <base64 of PEM: PRIVATE KEY>"),
        (
            r#"{\"a.key\":\"VGhpcyBpcyBhIHRleHQgb2YgZm9ydHkgY2hhcmFjdGVycw==\"}"#,
            r#"{\"a.key\":\"<48 characters of base64>\"}"#,
        ),
        ("server: https://k8s.example.test:6443", "server: https://k8s.example.test:6443"),
    ] {
        assert_eq!(readable(text), expected);
    }
}
