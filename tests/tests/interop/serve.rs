//! Programs in other languages reach `kubeproof serve` over HTTPS, with nothing but the environment that it prints.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Child, ChildStdout, Command, Output, Stdio};

use serde_json::{Value, json};

use crate::oracle::kubeproof;

/// A server that is running.
pub(crate) struct Serving {
    child: Child,
    out: BufReader<ChildStdout>,
    said: String,
}

impl Serving {
    /// Starts the program that `just interop` has built, and waits until it is ready.
    pub(crate) fn start(arguments: &[&str]) -> Self {
        let program = kubeproof();
        let mut child = Command::new(&program)
            .args(["serve", "--listen", "127.0.0.1:0", "--quiet"])
            .args(arguments)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{} cannot be run: {error}; use `just interop`", program.display()));
        let out = BufReader::new(child.stdout.take().expect("it is piped"));
        let mut serving = Self { child, out, said: String::new() };
        while !serving.said.contains("\nkubeproof ready") || !serving.said.ends_with('\n') {
            let read = serving.out.read_line(&mut serving.said).expect("it can be read");
            assert!(read > 0, "it did not get ready: {}", serving.said);
        }
        serving
    }

    /// The environment that it says points a client there, and what a program needs besides.
    pub(crate) fn environment(&self) -> BTreeMap<String, String> {
        let exports = self.said.lines().filter_map(|line| line.strip_prefix("export ")?.split_once('='));
        let printed = exports.map(|(name, value)| (name.to_owned(), value.trim_matches('\'').to_owned()));
        printed.chain([("PATH".to_owned(), std::env::var("PATH").unwrap_or_default())]).collect()
    }

    /// The commands of curl that it says make the steps of its case.
    fn commands(&self) -> Vec<&str> {
        self.said.lines().filter(|line| line.starts_with("curl ")).collect()
    }

    /// Ends it as its user does.
    pub(crate) fn stop(mut self) {
        let killed = Command::new("kill").arg(self.child.id().to_string()).status().expect("kill can be run");
        assert!(killed.success());
        let mut rest = String::new();
        self.out.read_to_string(&mut rest).expect("it can be read");
        assert_eq!(self.child.wait().expect("it ends").code(), Some(0));
    }
}

/// A test that fails leaves no server behind.
impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A request to each provider, made of the environment alone but for the ids of clusters and ucs' and cce's token.
fn asked(environment: &BTreeMap<String, String>) -> Vec<Value> {
    let of = |name: &str| environment.get(name).unwrap_or_else(|| panic!("{name} is not printed")).as_str();
    let asked = |url: &str, path: &str, header: &str, value: &str| json!({"url": format!("{url}{path}"), "headers": {header: value}});
    vec![
        asked(
            of("DIGITALOCEAN_API_URL"),
            "/v2/kubernetes/clusters/0c0ffee0-0000-4000-8000-000000000001/kubeconfig",
            "Authorization",
            &format!("Bearer {}", of("DIGITALOCEAN_TOKEN")),
        ),
        asked(
            of("KUBEPROOF_CCE_URL"),
            &format!(
                "/api/v3/projects/{}/clusters/0c0ffee0-0000-11f1-8000-000000000001/clustercert",
                of("HUAWEICLOUD_SDK_PROJECT_ID")
            ),
            "X-Auth-Token",
            "example-iam-token",
        ),
        asked(
            of("KUBEPROOF_UCS_URL"),
            "/v1/clusters/0c0ffee0-0000-4000-8000-000000000001/accessinfo",
            "X-Auth-Token",
            "example-iam-token",
        ),
        asked(
            of("FIREWORKS_BASE_URL"),
            &format!("/v1/accounts/{}/clusters/demo:getConnectionInfo", of("FIREWORKS_ACCOUNT_ID")),
            "Authorization",
            &format!("Bearer {}", of("FIREWORKS_API_KEY")),
        ),
        asked(
            of("LINODE_URL"),
            "/v4/lke/clusters/1001/kubeconfig",
            "Authorization",
            &format!("Bearer {}", of("LINODE_TOKEN")),
        ),
    ]
}

/// Runs a program with an environment and nothing else.
fn run(mut command: Command, environment: &BTreeMap<String, String>, input: &str) -> Output {
    let spawned = command
        .env_clear()
        .envs(environment)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let mut child = spawned.unwrap_or_else(|error| panic!("{command:?} cannot be run: {error}; use `just interop`"));
    // Who does not read its input has ended, and its status says why.
    let _ = child.stdin.take().expect("it is piped").write_all(input.as_bytes());
    child.wait_with_output().expect("it ends")
}

/// What a program makes of all requests: their statuses, or why it could not.
fn statuses(program: &str, environment: &BTreeMap<String, String>, asked: &[Value]) -> Result<Vec<u64>, String> {
    let script = |name: &str| format!("{}/interop/{name}", env!("CARGO_MANIFEST_DIR"));
    if program == "curl" {
        return asked.iter().map(|asked| status_of_curl(environment, asked)).collect();
    }
    let mut command = match program {
        "python" => {
            let python = std::env::var_os("KUBEPROOF_PYTHON").expect("`just interop` names a Python");
            let mut command = Command::new(python);
            command.arg(script("fetch.py"));
            command
        }
        _ => {
            let mut command = Command::new("node");
            command.arg(script("fetch.mjs"));
            command
        }
    };
    command.current_dir(env!("CARGO_MANIFEST_DIR"));
    let output = run(command, environment, &json!(asked).to_string());
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    Ok(serde_json::from_slice(&output.stdout).expect("it prints a list of statuses"))
}

fn status_of_curl(environment: &BTreeMap<String, String>, asked: &Value) -> Result<u64, String> {
    let mut command = Command::new("curl");
    command.args(["-sS", "-o", "/dev/null", "-w", "%{http_code}", asked["url"].as_str().expect("it is a text")]);
    for (name, value) in asked["headers"].as_object().expect("it is a map") {
        command.args(["-H", &format!("{name}: {}", value.as_str().expect("it is a text"))]);
    }
    let output = run(command, environment, "");
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    Ok(String::from_utf8_lossy(&output.stdout).parse().expect("it is a status"))
}

/// A program reaches all providers with what is printed, and none without the certificate authority.
#[track_caller]
fn check(program: &str) {
    let serving = Serving::start(&["--tls"]);
    let environment = serving.environment();
    let asked = asked(&environment);
    assert!(asked.iter().all(|asked| asked["url"].as_str().is_some_and(|url| url.starts_with("https://127.0.0.1:"))));
    assert_eq!(statuses(program, &environment, &asked), Ok(vec![200; asked.len()]), "{program}");
    let mut untrusting = environment.clone();
    for name in ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS", "CURL_CA_BUNDLE"] {
        assert!(untrusting.remove(name).is_some(), "{name} is not printed");
    }
    let refused = statuses(program, &untrusting, &asked).expect_err("the authority is not known to this machine");
    assert!(refused.to_lowercase().contains("certificate"), "{refused}");
    serving.stop();
}

#[test]
fn curl_reaches_all_providers_with_the_printed_environment() {
    check("curl");
}

#[test]
fn requests_of_python_reaches_all_providers_with_the_printed_environment() {
    check("python");
}

#[test]
fn fetch_of_node_reaches_all_providers_with_the_printed_environment() {
    check("node");
}

/// The commands that are printed for a case, run by a shell one after another, and the statuses that they get; 0 where no
/// answer comes.
#[track_caller]
fn check_case(id: &str, expected: &[u16]) {
    let serving = Serving::start(&["--case", id]);
    let environment = serving.environment();
    let statuses: Vec<u16> = serving
        .commands()
        .into_iter()
        .map(|line| {
            let mut shell = Command::new("sh");
            shell.args(["-c", line]);
            let output = run(shell, &environment, "");
            let text = String::from_utf8_lossy(&output.stdout);
            let status = text.split_whitespace().nth(1).filter(|_| text.starts_with("HTTP/"));
            status.map_or(0, |status| status.parse().expect("it is a status"))
        })
        .collect();
    // The command that moves the clock shows no status.
    assert_eq!(statuses, expected, "{id}: {}", serving.said);
    serving.stop();
}

#[test]
fn a_shell_makes_the_steps_of_a_case() {
    check_case("ucs/download/second-call-is-refused", &[200, 200]);
    check_case("digitalocean/expiry/expired-is-fetched-anew", &[200, 0, 200]);
    check_case("ucs/faults/works-over-tls", &[200]);
    check_case("ucs/faults/expired", &[0]);
    check_case("ucs/faults/reset-before-the-answer", &[0]);
    check_case("cce/ids/slash", &[404]);
}
