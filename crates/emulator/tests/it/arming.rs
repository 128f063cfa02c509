//! Faults as a session counts and tells them, without a socket.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use kubeproof_emulator::host::server::Transport;
use kubeproof_emulator::providers::digitalocean::DigitalOcean;
use kubeproof_emulator::{Fault, Request, Session, Setting, Verdict};

const KUBECONFIG: &str = "/v2/kubernetes/clusters/unknown/kubeconfig";

fn fault(json: &str) -> Fault {
    serde_json::from_str(json).unwrap()
}

fn session(faults: &[&str]) -> Session {
    let faults = faults.iter().map(|json| fault(json)).collect();
    Session::new::<DigitalOcean>(Setting { faults, ..Setting::default() })
}

#[test]
fn what_is_done_is_told() {
    for (written, told) in [
        (r#"{"is": "reset"}"#, "the connection was reset before the answer"),
        (r#"{"is": "close", "at": "in-headers"}"#, "the connection was closed within the headers of the answer"),
        (r#"{"is": "close", "at": {"body": 12}}"#, "the connection was closed after 12 bytes of the body"),
        (
            r#"{"is": "close-without-notify", "at": "after-headers"}"#,
            "the connection was closed without close_notify after the headers of the answer",
        ),
        (r#"{"is": "stall", "at": "request"}"#, "nothing more was sent when the request was read"),
        (r#"{"is": "garbage"}"#, "what is no HTTP was sent before the answer"),
        (
            r#"{"is": "trickle", "bytes-per-second": 9}"#,
            "9 bytes a second were sent, beginning after the headers of the answer",
        ),
        (r#"{"is": "chunked-without-end"}"#, "the last chunk of the body was not sent"),
        (r#"{"is": "enormous-body", "bytes": 99}"#, "the body was made 99 bytes long"),
        (r#"{"is": "gzip-bomb", "bytes": 99}"#, "the body was made 99 bytes long, and sent as gzip"),
        (r#"{"is": "redirect"}"#, "the client was sent to another origin with 307"),
        (r#"{"is": "reset", "at": "after-headers"}"#, "the connection was reset after the headers of the answer"),
        (r#"{"is": "garbage", "at": "in-headers"}"#, "what is no HTTP was sent within the headers of the answer"),
        (
            r#"{"is": "trickle", "bytes-per-second": 9, "at": {"body": 4}}"#,
            "9 bytes a second were sent, beginning after 4 bytes of the body",
        ),
        (r#"{"is": "redirect", "status": 308}"#, "the client was sent to another origin with 308"),
        (r#"{"is": "refuse"}"#, "connections were refused"),
        (r#"{"is": "reset", "at": "connect"}"#, "the connection was reset once it was made"),
        (r#"{"is": "close", "at": "connect"}"#, "the connection was closed once it was made"),
        (r#"{"is": "stall", "at": "connect"}"#, "nothing was sent on the connection"),
        (r#"{"is": "garbage", "at": "connect"}"#, "what is neither TLS nor HTTP was sent on the connection"),
        (r#"{"is": "tls-expired"}"#, "the certificate had expired"),
        (r#"{"is": "tls-not-yet-valid"}"#, "the certificate was not valid yet"),
        (r#"{"is": "tls-wrong-host"}"#, "the certificate was for another host"),
        (r#"{"is": "tls-unknown-authority"}"#, "the certificate was from an unknown authority"),
        (r#"{"is": "tls-1.1-only"}"#, "nothing later than TLS 1.1 was spoken"),
    ] {
        assert_eq!(fault(written).explanation(), told);
        // As it is shown, it can be armed again.
        let shown = serde_json::to_string(&fault(written)).unwrap();
        assert_eq!(fault(&shown).explanation(), told, "{shown}");
    }
}

#[test]
fn each_key_goes_with_its_fault() {
    for (written, remedy) in [
        (r#"{"is": "refuse", "at": "request"}"#, "takes no such key"),
        (r#"{"is": "refuse", "bytes": 1}"#, "takes no such key"),
        (r#"{"is": "refuse", "bytes-per-second": 1}"#, "takes no such key"),
        (r#"{"is": "refuse", "status": 307}"#, "takes no such key"),
        (r#"{"is": "reset", "connections": [1]}"#, "write `calls`"),
        (r#"{"is": "tls-expired", "calls": [1]}"#, "write `connections`"),
        (r#"{"is": "tls-expired", "operation": "kubeconfig"}"#, "write `connections`"),
        (r#"{"is": "refuse", "connections": [1]}"#, "cannot be counted"),
        (r#"{"is": "reset", "calls": "all"}"#, "expected `every`, or a list of call numbers from 1 on"),
        (r#"{"is": "reset", "calls": []}"#, "what happens on no call"),
    ] {
        let error = serde_json::from_str::<Fault>(written).unwrap_err().to_string();
        assert!(error.contains(remedy), "{written}: {error}");
    }
    fault(r#"{"is": "refuse", "connections": "every"}"#);
    fault(r#"{"is": "tls-expired", "connections": [2]}"#);
}

#[test]
fn what_would_never_be_done_is_said() {
    const OPERATIONS: &[&str] = &["kubeconfig", "other"];
    for (written, transport, said) in [
        (r#"{"is": "reset", "operation": "kubeconfig"}"#, Transport::Plain, None),
        (
            r#"{"is": "reset", "operation": "accessinfo"}"#,
            Transport::Tls,
            Some("this provider has no operation `accessinfo`; there is kubeconfig, other"),
        ),
        (r#"{"is": "reset"}"#, Transport::Plain, None),
        (r#"{"is": "tls-expired"}"#, Transport::Tls, None),
        (r#"{"is": "tls-expired"}"#, Transport::Plain, Some("this fault is of TLS, which is not spoken")),
        (r#"{"is": "close-without-notify"}"#, Transport::Tls, None),
        (r#"{"is": "close-without-notify"}"#, Transport::Plain, Some("this fault is of TLS, which is not spoken")),
        (r#"{"is": "close", "at": "connect"}"#, Transport::Plain, None),
    ] {
        let misfit = fault(written).misfit(transport, OPERATIONS).map(|misfit| misfit.to_string());
        assert_eq!(misfit.as_deref(), said, "{written}");
    }
}

/// Asks for these, and tells of each what was answered, `!` where the emulation never saw it, and of each fault how many
/// calls it counted and how often it was done.
#[track_caller]
fn check(faults: &[&str], paths: &[&str], answers: &[&str], counted: &[(u64, u64)]) {
    let mut session = session(faults);
    let told: Vec<String> = paths
        .iter()
        .map(|path| {
            let served = session.serve(Request::get(path), 1);
            let unseen = if served.reply.decision.verdict == Verdict::Unanswered { "!" } else { "" };
            format!("{unseen}{}", served.harm.map_or_else(|| "-".to_owned(), |harm| harm.explanation()))
        })
        .collect();
    assert_eq!(told, answers);
    let armed: Vec<_> = session.faults().armed().iter().map(|armed| (armed.counted, armed.done)).collect();
    assert_eq!(armed, counted);
}

#[test]
fn calls_are_counted_of_the_operation_and_the_first_fault_is_done() {
    let (reset, closed) = ("the connection was reset before the answer", "the connection was closed before the answer");
    check(&[r#"{"is": "reset", "calls": [2]}"#], &[KUBECONFIG; 3], &["-", reset, "-"], &[(3, 1)]);
    check(
        &[r#"{"is": "reset", "operation": "kubeconfig", "calls": [1]}"#],
        &["/v2/account", KUBECONFIG, "/v2/kubernetes/clusters/unknown/%6bubeconfig"],
        &["-", reset, "-"],
        &[(2, 1)],
    );
    check(
        &[r#"{"is": "reset", "calls": [2]}"#, r#"{"is": "close"}"#],
        &[KUBECONFIG; 3],
        &[closed, reset, closed],
        &[(3, 1), (3, 2)],
    );
    // The emulation does not see what ends when it is read, or is sent elsewhere.
    check(
        &[r#"{"is": "reset", "at": "request", "calls": [1]}"#, r#"{"is": "redirect", "calls": [2]}"#],
        &[KUBECONFIG; 3],
        &[
            "!the connection was reset when the request was read",
            "!the client was sent to another origin with 307",
            "-",
        ],
        &[(3, 1), (3, 1)],
    );
    check(
        &[r#"{"is": "chunked-without-end"}"#],
        &[KUBECONFIG],
        &["the last chunk of the body was not sent"],
        &[(1, 1)],
    );
    // Connections are others.
    check(&[r#"{"is": "close", "at": "connect"}"#], &[KUBECONFIG], &["-"], &[(0, 0)]);
}

#[test]
fn connections_are_counted_but_those_that_nobody_takes() {
    let mut session = session(&[
        r#"{"is": "refuse"}"#,
        r#"{"is": "close", "at": "connect", "connections": [2]}"#,
        r#"{"is": "tls-expired"}"#,
    ]);
    assert!(session.faults().refuse());
    let told: Vec<_> = (0..3).map(|_| session.connect().map(|harm| harm.explanation())).collect();
    let (expired, closed) = (Some("the certificate had expired"), Some("the connection was closed once it was made"));
    assert_eq!(told, [expired, closed, expired]);
    let armed: Vec<_> = session.faults().armed().iter().map(|armed| (armed.counted, armed.done)).collect();
    assert_eq!(armed, [(0, 0), (3, 1), (3, 2)]);

    session.faults_mut().disarm();
    assert!(session.faults().armed().is_empty() && !session.faults().refuse());
    assert!(session.connect().is_none());
    session.faults_mut().arm(fault(r#"{"is": "stall", "at": "connect", "connections": [1]}"#));
    assert!(session.connect().is_some() && session.connect().is_none());
    // Back to what the session began with.
    session.reset();
    assert!(session.faults().refuse());
}

#[test]
fn what_leads_to_a_second_origin_says_so() {
    let spelled_out = |reply: &str| {
        let incidents = serde_json::from_str(&format!(r#"[{{"calls": [1], "reply": {reply}}}]"#)).unwrap();
        Session::new::<DigitalOcean>(Setting { incidents, ..Setting::default() })
    };
    for (mut session, leads, location, body) in [
        (session(&[]), false, None, None),
        (session(&[r#"{"is": "reset"}"#]), false, None, None),
        (
            session(&[r#"{"is": "redirect", "status": 308}"#]),
            true,
            Some("https://127.0.0.1:9/v2/kubernetes/clusters/unknown/kubeconfig"),
            Some(""),
        ),
        (spelled_out(r#"{"body": "b"}"#), false, None, Some("b")),
        (spelled_out(r#"{"body": "{elsewhere-http}/b"}"#), true, None, Some("http://127.0.0.1:9/b")),
        (
            spelled_out(r#"{"status": 302, "headers": {"location": "{elsewhere}/x"}}"#),
            true,
            Some("https://127.0.0.1:9/x"),
            Some(""),
        ),
    ] {
        assert_eq!(session.points_elsewhere(), leads);
        session.point_elsewhere("https://127.0.0.1:9".to_owned());
        let reply = session.serve(Request::get(KUBECONFIG), 1).reply;
        let header = reply.headers.get("location").map(|value| value.to_str().unwrap());
        assert_eq!(header, location);
        assert!(body.is_none_or(|body| reply.body == body), "{:?}", reply.body);
    }
}
