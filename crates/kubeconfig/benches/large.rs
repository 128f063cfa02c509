//! How long large kubeconfigs take, beside kube's `Kubeconfig` in the same run: `just bench`.
//!
//! Reading is more work here than it is for the peer: `*-data` is decoded, a name that is there twice is found, every
//! mistake has a line. Milliseconds are those of the fastest of some rounds, which the rest of the machine disturbs
//! least; what counts is the ratio.
#![expect(clippy::print_stdout, reason = "a benchmark prints what it measured")]
#![expect(clippy::unwrap_used, reason = "a benchmark may panic")]

use std::fmt::Write as _;
use std::hint::black_box;
use std::time::{Duration, Instant, SystemTime};

use kube::config::Kubeconfig as Peer;
use kubeproof_kubeconfig::{Data, Kubeconfig, Rules, hazards_at, merge, validate};
use rcgen::{CertificateParams, KeyPair};
use secrecy::ExposeSecret;

/// Rounds of which the fastest counts.
const ROUNDS: usize = 21;

fn main() {
    println!("1,000 contexts with certificates, in ms");
    let text = with_certificates(1_000);
    compare(&text);
    println!("\ncontexts with tokens, in ms");
    for contexts in [100, 1_000, 10_000] {
        println!(" {contexts} contexts");
        compare(&with_tokens(contexts));
    }
}

/// Measures everything for one document.
fn compare(text: &str) {
    let ours = Kubeconfig::parse(text).unwrap();
    println!("  {:.2} MB", as_millions(text.len()));
    match Peer::from_yaml(text) {
        Ok(theirs) => {
            let theirs_text = serde_saphyr::to_string(&theirs).unwrap();
            let read = || drop(black_box(Kubeconfig::parse(black_box(text)).unwrap()));
            report("read", fastest_of_two(read, || drop(black_box(Peer::from_yaml(black_box(text)).unwrap()))));
            report("read and decode", fastest_of_two(read, || decode(&Peer::from_yaml(black_box(text)).unwrap())));
            let written = fastest_of_two(
                || drop(black_box(black_box(&ours).to_yaml().unwrap())),
                || drop(black_box(serde_saphyr::to_string(black_box(&theirs)).unwrap())),
            );
            report("write", written);
            // What each wrote, since the layout differs.
            let own_text = ours.to_yaml().unwrap();
            let again = fastest_of_two(
                || drop(black_box(Kubeconfig::parse(black_box(&own_text)).unwrap())),
                || drop(black_box(Peer::from_yaml(black_box(&theirs_text)).unwrap())),
            );
            report("read what it wrote", again);
        }
        Err(_) => {
            println!("  kube refuses a document of so many values");
            alone("read", || drop(black_box(Kubeconfig::parse(black_box(text)).unwrap())));
            alone("write", || drop(black_box(black_box(&ours).to_yaml().unwrap())));
        }
    }
    alone("validate", || drop(black_box(validate(&ours, Rules::ClientGo, |_| Ok(())))));
    alone("hazards", || drop(black_box(hazards_at(&ours, SystemTime::UNIX_EPOCH))));
    alone("merge with itself", || drop(black_box(merge(&ours, &ours))));
}

/// What reading includes here and is left to the user there.
fn decode(kubeconfig: &Peer) {
    use base64::Engine as _;

    let of_clusters = kubeconfig.clusters.iter().filter_map(|entry| entry.cluster.as_ref());
    let of_users = kubeconfig.auth_infos.iter().filter_map(|entry| entry.auth_info.as_ref());
    let texts = of_clusters
        .filter_map(|cluster| cluster.certificate_authority_data.as_deref())
        .chain(of_users.clone().filter_map(|user| user.client_certificate_data.as_deref()))
        .chain(of_users.filter_map(|user| user.client_key_data.as_ref().map(ExposeSecret::expose_secret)));
    for text in texts {
        black_box(base64::engine::general_purpose::STANDARD.decode(text).unwrap());
    }
}

fn report(what: &str, (ours, theirs): (Duration, Duration)) {
    let ratio = ours.as_secs_f64() / theirs.as_secs_f64();
    println!("  {what:18} {:8.2}   kube {:8.2}   ratio {ratio:.2}", millis(ours), millis(theirs));
}

fn alone(what: &str, run: impl Fn()) {
    let (ours, _) = fastest_of_two(run, || ());
    println!("  {what:18} {:8.2}", millis(ours));
}

fn millis(span: Duration) -> f64 {
    span.as_secs_f64() * 1e3
}

#[expect(clippy::cast_precision_loss, reason = "a size to print")]
fn as_millions(bytes: usize) -> f64 {
    bytes as f64 / 1e6
}

/// By turns, so that whatever else the machine does strikes both.
fn fastest_of_two(first: impl Fn(), second: impl Fn()) -> (Duration, Duration) {
    let (mut firsts, mut seconds) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        firsts.push(time(&first));
        seconds.push(time(&second));
    }
    (fastest(&firsts), fastest(&seconds))
}

fn fastest(times: &[Duration]) -> Duration {
    times.iter().min().copied().unwrap()
}

#[expect(clippy::disallowed_methods, reason = "a benchmark measures time")]
fn time(run: impl Fn()) -> Duration {
    let start = Instant::now();
    run();
    start.elapsed()
}

fn with_certificates(contexts: usize) -> String {
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(vec!["k8s.example.test".to_owned()]).unwrap().self_signed(&key).unwrap();
    // As long as the RSA certificates and keys that providers issue.
    let padding = "#".repeat(500);
    let certificate = Data::new(format!("{padding}\n{}", certificate.pem())).to_base64();
    let key = Data::new(format!("{padding}\n{}", key.serialize_pem())).to_base64();
    document(
        contexts,
        |_| format!("    certificate-authority-data: {certificate}\n"),
        |_| format!("    client-certificate-data: {certificate}\n    client-key-data: {key}\n"),
    )
}

fn with_tokens(contexts: usize) -> String {
    document(contexts, |_| String::new(), |number| format!("    token: not-a-real-token-{number}\n"))
}

/// The layout of kubectl.
fn document(contexts: usize, trust: impl Fn(usize) -> String, log_in: impl Fn(usize) -> String) -> String {
    let mut text = String::from("apiVersion: v1\nclusters:\n");
    for number in 0..contexts {
        let trust = trust(number);
        writeln!(text, "- cluster:\n{trust}    server: https://k{number}.example.test:6443\n  name: cluster-{number}")
            .unwrap();
    }
    text.push_str("contexts:\n");
    for number in 0..contexts {
        writeln!(
            text,
            "- context:\n    cluster: cluster-{number}\n    namespace: team-{number}\n    user: user-{number}\n  name: context-{number}"
        )
        .unwrap();
    }
    text.push_str("current-context: context-0\nkind: Config\npreferences: {}\nusers:\n");
    for number in 0..contexts {
        let log_in = log_in(number);
        writeln!(text, "- name: user-{number}\n  user:\n{}", log_in.trim_end_matches('\n')).unwrap();
    }
    text
}
