//! What an answer is taken for, and what is said of one that cannot be used.

use kubeproof_client::{AcceptedHazards, Error, ErrorKind, Problem, Reading, Repeat, Reply, read_kubeconfig};
use kubeproof_kubeconfig::{Data, FindingCode};
use serde_json::Value;
use wiremock::ResponseTemplate;

use crate::support::{get, serve, transport};

async fn reply(template: ResponseTemplate) -> Reply {
    let server = serve(template).await;
    transport(&server.uri()).send(&get(Repeat::UntilSent)).await.unwrap()
}

fn of_object(object: &Value) -> Problem {
    Problem { code: Problem::field(object, &["code"]), message: Problem::field(object, &["message"]), request_id: None }
}

/// A remedy of the provider for one hazard.
fn remedy(code: FindingCode) -> Option<&'static str> {
    (code == FindingCode::InsecureSkipTlsVerify).then_some("ask for the verified one")
}

/// A kubeconfig by the names of its parts: a cluster is `name=server`, with `!` in front where it is not verified, `?` where
/// nothing says how, and else with an authority; a context is `name=cluster/user`, and the first is current.
fn kubeconfig(clusters: &[&str], contexts: &[&str]) -> String {
    let pem = rcgen::generate_simple_self_signed(vec!["h".to_owned()]).unwrap().cert.pem();
    let authority = Data::new(pem).to_base64();
    let clusters = clusters.iter().map(|text| {
        let (name, server) = text.trim_start_matches(['!', '?']).split_once('=').unwrap();
        let trust = match text.chars().next() {
            Some('!') => ", insecure-skip-tls-verify: true".to_owned(),
            Some('?') => String::new(),
            _ => format!(", certificate-authority-data: {authority}"),
        };
        format!("- {{name: {name}, cluster: {{server: '{server}'{trust}}}}}\n")
    });
    let contexts: Vec<_> = contexts.iter().map(|text| text.split(['=', '/']).collect::<Vec<_>>()).collect();
    let shown = contexts
        .iter()
        .map(|parts| format!("- {{name: {}, context: {{cluster: {}, user: {}}}}}\n", parts[0], parts[1], parts[2]));
    format!(
        "current-context: {}\nclusters:\n{}contexts:\n{}users:\n- {{name: u, user: {{token: t}}}}\n- {{name: v, user: {{token: t}}}}\n",
        contexts.first().map_or("", |parts| parts[0]),
        clusters.collect::<String>(),
        shown.collect::<String>(),
    )
}

async fn read(body: &str, context: Option<&str>, accepted: &[FindingCode]) -> Result<String, Error> {
    let reply = reply(ResponseTemplate::new(200).set_body_string(body)).await;
    let accepted = accepted.iter().fold(AcceptedHazards::none(), |accepted, code| accepted.and(*code));
    let access = read_kubeconfig(&reply, &Reading { context, accepted: &accepted, dialect: of_object, remedy })?;
    assert_eq!(access.raw(), body);
    assert!(format!("{access:?}").starts_with("ClusterKubeconfig { kubeconfig: Kubeconfig {"));
    Ok(access.kubeconfig.current_context)
}

#[track_caller]
fn check(found: Result<String, Error>, expected: Result<&str, (ErrorKind, &str)>) {
    match expected {
        Ok(expected) => assert_eq!(found.unwrap(), expected),
        Err((kind, text)) => {
            let error = found.unwrap_err();
            assert_eq!(error.kind(), kind, "{error}");
            assert!(error.to_string().contains(text), "{error} does not say {text}");
        }
    }
}

#[tokio::test]
async fn what_is_no_kubeconfig_says_what_it_is() {
    use ErrorKind::Malformed;
    for (body, text) in [
        ("", "the answer is empty"),
        ("\u{feff} \n", "the answer is empty"),
        ("\n<html>log in</html>", "a page of html"),
        (
            "{\"code\": \"C.1\", \"message\": \"no access\"}",
            "the answer holds no cluster: no access (status 200, code C.1)",
        ),
        ("text", "the answer is not a kubeconfig"),
        ("users: [{name: u, user: {token: t}}]", "the answer holds no cluster"),
        ("clusters: [{name: k, cluster: {server: 'https://h'}}]", "cannot be used: current-context"),
        (
            "contexts: [{name: c, context: {cluster: k, user: u}}]\ncurrent-context: c",
            "cannot be used: contexts[0].context.cluster",
        ),
    ] {
        check(read(body, None, &[]).await, Err((Malformed, text)));
    }
}

#[tokio::test]
async fn the_context_that_is_used() {
    let insecure = [FindingCode::InsecureSkipTlsVerify];
    let (none, unsafe_) = (&[][..], ErrorKind::Unsafe);
    let not_verified = "clusters[0].cluster.insecure-skip-tls-verify";
    for (clusters, contexts, context, accepted, expected) in [
        (&["k=https://h"][..], &["a=k/u", "b=k/u"][..], None, none, Ok("a")),
        (&["k=https://h"], &["a=k/u", "b=k/u"], Some("b"), none, Ok("b")),
        (&["k=https://h"], &["a=k/u", "b=k/u"], Some("c"), none, Err((ErrorKind::NotFound, "it has a, b"))),
        // One that is not verified gives way to the same server, verified, with the same user.
        (&["!k=https://h", "l=https://h"], &["a=k/u", "b=l/u"], None, none, Ok("b")),
        (&["!k=https://h", "l=https://h"], &["a=k/u", "b=l/u"], None, &insecure, Ok("a")),
        (&["!k=https://h", "l=https://h"], &["a=k/u", "b=l/u"], Some("a"), none, Err((unsafe_, not_verified))),
        (&["!k=https://h", "l=https://h"], &["a=k/u", "b=l/v"], None, none, Err((unsafe_, not_verified))),
        (&["!k=https://h", "l=https://i"], &["a=k/u", "b=l/u"], None, none, Err((unsafe_, not_verified))),
        (&["!k=https://h", "!l=https://h"], &["a=k/u", "b=l/u"], None, none, Err((unsafe_, not_verified))),
        (&["!k=https://h", "?l=https://h"], &["a=k/u", "b=l/u"], None, none, Err((unsafe_, not_verified))),
        // One that is verified stays.
        (&["k=https://h", "l=https://h"], &["b=l/u", "a=k/u"], None, none, Ok("b")),
        // What is not used need not be verified, nor have a server.
        (&["k=https://h", "!l=https://i"], &["a=k/u", "b=l/u"], None, none, Ok("a")),
        (&["k=https://h", "!l=https://i"], &["a=k/u", "b=l/u"], Some("b"), none, Err((unsafe_, "clusters[1].cluster"))),
        (&["k=HTTPS://h", "?l="], &["a=k/u"], None, none, Ok("a")),
    ] {
        check(read(&kubeconfig(clusters, contexts), context, accepted).await, expected);
    }
}

#[tokio::test]
async fn what_is_dangerous_is_refused_unless_it_is_accepted() {
    use FindingCode::{FileReference, InsecureSkipTlsVerify, PlainHttp};
    let whole = |clusters: &[&str]| kubeconfig(clusters, &["a=k/u"]);
    let unsafe_ = ErrorKind::Unsafe;
    let own = "; ask for the verified one; or accept this hazard if it is wanted";
    for (body, accepted, expected) in [
        (whole(&["!k=https://h"]), &[][..], Err((unsafe_, own))),
        (whole(&["!k=https://h"]), &[FileReference], Err((unsafe_, own))),
        (whole(&["!k=https://h"]), &[InsecureSkipTlsVerify], Ok("a")),
        (whole(&["?k=http://h"]), &[], Err((unsafe_, "clusters[0].cluster.server"))),
        (whole(&["?k=http://h"]), &[PlainHttp], Ok("a")),
        (
            whole(&["?k=http://127.0.0.1:1"]),
            &[],
            Err((unsafe_, "clusters[0].cluster.server: is plain HTTP to this machine")),
        ),
        (whole(&["k=https://h", "?l=http://[::1]"]), &[], Err((unsafe_, "clusters[1].cluster.server: is plain"))),
        (whole(&["?k=http://127.0.0.1:1"]), &[PlainHttp], Ok("a")),
        // Good to know is not dangerous.
        (
            whole(&["k=https://h"]).replace("server: 'https://h'", "server: 'https://h', tls-server-name: i"),
            &[],
            Ok("a"),
        ),
        (whole(&["k=https://h"]).replace("token: t", "tokenFile: /t"), &[], Err((unsafe_, "users[0].user.tokenFile"))),
        (whole(&["k=https://h"]).replace("token: t", "tokenFile: /t"), &[FileReference], Ok("a")),
    ] {
        check(read(&body, None, accepted).await, expected);
    }
}

/// Three are told, and the rest is counted; each remedy once.
#[tokio::test]
async fn many_dangers_are_told_in_short() {
    for (count, end) in
        [(1, "users[0].user.tokenFile: "), (3, "users[2].user.tokenFile: "), (4, "and 1 more"), (6, "and 3 more")]
    {
        let users: String = (0..count).map(|at| format!("- {{name: u{at}, user: {{tokenFile: /t}}}}\n")).collect();
        let body = kubeconfig(&["k=https://h"], &["a=k/u0"]);
        let body = format!("{}users:\n{users}", body.split_once("users:").unwrap().0);
        let error = read(&body, None, &[]).await.unwrap_err();
        let (told, remedies) = error
            .to_string()
            .split_once(" (status 200)")
            .map(|(told, rest)| (told.to_owned(), rest.to_owned()))
            .unwrap();
        assert_eq!(told.matches("tokenFile").count(), count.min(3), "{told}");
        assert!(told.rsplit("; ").next().unwrap().contains(end), "{told}");
        assert_eq!(told.contains("more"), count > 3, "{told}");
        assert_eq!(remedies.matches("; ").count(), 2, "{remedies}");
    }
}

#[tokio::test]
async fn a_refusal_says_what_the_server_says() {
    let body = "{\"code\": \"C.1\", \"message\": \"planted-secret is no token\"}";
    for (status, what) in [
        (400, "the provider refused the request"),
        (503, "the provider refused the request"),
        (399, "the answer has status 399, which is not documented"),
        (201, "the answer has status 201, which is not documented"),
    ] {
        let template = ResponseTemplate::new(status).set_body_string(body).insert_header("x-request-id", "r-1");
        let reply = reply(template).await;
        assert_eq!((reply.header("x-request-id"), reply.header("x-other")), (Some("r-1"), None));
        assert_eq!(
            format!("{reply:?}"),
            format!("Reply {{ status: {status}, bytes: {}, attempts: 1, .. }}", body.len())
        );
        let problem = reply.problem(of_object);
        assert_eq!(problem.message.as_deref(), Some("planted-secret is no token"));
        assert_eq!(format!("{problem:?}"), "Problem { .. }");
        let error = reply.refusal(ErrorKind::Rejected, problem);
        assert_eq!((error.code(), error.message()), (Some("C.1"), Some("[redacted] is no token")));
        assert_eq!(error.request_id(), Some("r-1"));
        assert!(error.to_string().starts_with(what), "{error}");
    }
}
