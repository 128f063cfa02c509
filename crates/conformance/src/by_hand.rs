//! How the steps of a case are made by hand, with curl.

use std::fmt::{self, Write as _};

use jiff::SignedDuration;
use kubeproof_emulator::{Request, Session};

use crate::adapter::{Credentials, Feature};
use crate::case::{Case, Step};
use crate::judge;

/// Where an emulation is reached by hand.
#[derive(Clone, Copy, Debug)]
pub struct Reached<'a> {
    /// Scheme, host and port.
    pub base_url: &'a str,
    /// Where the admin API is, which moves the clock; `None` when there is none.
    pub admin_url: Option<&'a str>,
    /// The file that holds the certificate authority to trust, when the base URL is HTTPS.
    pub ca_file: Option<&'a str>,
}

impl Case {
    /// The commands of a shell that make the steps of this case, each after a comment that says what has to come of it.
    ///
    /// They hold the credentials of the case, which are examples.
    ///
    /// ```
    /// use kubeproof_conformance::Suite;
    /// use kubeproof_conformance::by_hand::Reached;
    ///
    /// let suite = Suite::embedded()?;
    /// let case = suite.case("ucs/download/second-call-is-refused").unwrap();
    /// let commands = case.by_hand(Reached { base_url: "http://127.0.0.1:7420", admin_url: None, ca_file: None });
    /// assert_eq!(commands.matches("curl -i --path-as-is 'http://127.0.0.1:7420/v1/clusters/").count(), 2);
    /// assert!(commands.contains("# step 2: error already-downloaded"));
    /// # Ok::<(), kubeproof_conformance::SuiteError>(())
    /// ```
    pub fn by_hand(&self, reached: Reached<'_>) -> String {
        let session = self.session();
        let mut out = String::new();
        for (number, step) in (1..).zip(&self.steps) {
            // Writing to a String does not fail.
            let _ = self.write_step(&mut out, number, step, &session, reached);
        }
        out
    }

    fn write_step(
        &self,
        out: &mut String,
        number: usize,
        step: &Step,
        session: &Session,
        reached: Reached<'_>,
    ) -> fmt::Result {
        if let Some(after) = step.after {
            writeln!(out, "{}", advance(after, reached))?;
        }
        writeln!(out, "# step {number}: {}", judge::shown(&step.expect))?;
        let asked = match self.request(number, step, session.caller(), reached.base_url.to_owned(), None) {
            Ok(asked) => asked,
            Err(problem) => return writeln!(out, "# cannot be made: it needs {problem}"),
        };
        let request = session.request(&asked.cluster, &asked.options.named());
        let headers = headers(&asked.credentials);
        if let Credentials::AccessKey { access_key, .. } = &asked.credentials {
            let url = format!("{}{}", reached.base_url, request.target());
            writeln!(out, "# curl cannot sign it: {} {url}", request.method)?;
            writeln!(
                out,
                "# has to be signed with the key pair {access_key} (SDK-HMAC-SHA256), as the SDKs of Huawei Cloud do: \
                 huaweicloudsdkcce and huaweicloudsdkucs of PyPI"
            )?;
            let tokens = session.caller().credentials.into_iter().map(Credentials::from);
            let Some(token) = tokens.into_iter().find(|credentials| credentials.feature() == Feature::Token) else {
                return Ok(());
            };
            writeln!(out, "# with a token instead:")?;
            return writeln!(out, "{}", curl(&request, &self::headers(&token), step, reached));
        }
        if headers.iter().any(|(_, value)| value.chars().any(char::is_control)) {
            return writeln!(out, "# nothing is sent: HTTP allows no such credential, and a client has to refuse it");
        }
        writeln!(out, "{}", curl(&request, &headers, step, reached))
    }
}

/// The header fields of a credential that is sent as it is.
fn headers(credentials: &Credentials) -> Vec<(&'static str, String)> {
    match credentials {
        Credentials::Bearer { bearer } => vec![("Authorization", format!("Bearer {bearer}"))],
        Credentials::Token { token } => vec![("X-Auth-Token", token.clone())],
        Credentials::AccessKey { .. } => Vec::new(),
    }
}

fn curl(request: &Request, headers: &[(&str, String)], step: &Step, reached: Reached<'_>) -> String {
    // The clause of a refusal is in a header, and dots in an id are none of curl's business.
    let mut command = format!("curl -i --path-as-is{}", trusting(reached));
    if let Some(limit) = step.fetch.timeout {
        let _ = write!(command, " --max-time {}", limit.as_secs_f64());
    }
    if request.method != "GET" {
        let _ = write!(command, " -X {}", request.method);
    }
    let _ = write!(command, " {}", quoted(&format!("{}{}", reached.base_url, request.target())));
    let own = request.headers.iter().map(|(name, value)| (name.as_str(), String::from_utf8_lossy(value.as_bytes())));
    let all = headers.iter().map(|(name, value)| (*name, value.as_str().into())).chain(own);
    for (name, value) in all {
        // To curl, a colon without a value means: do not send it.
        let field = if value.is_empty() { format!("{name};") } else { format!("{name}: {value}") };
        let _ = write!(command, " -H {}", quoted(&field));
    }
    if !request.body.is_empty() {
        let _ = write!(command, " --data-raw {}", quoted(&String::from_utf8_lossy(&request.body)));
    }
    command
}

/// The command that moves the clock on.
fn advance(after: SignedDuration, reached: Reached<'_>) -> String {
    let by = spelled(after);
    let Some(admin_url) = reached.admin_url else {
        return format!("# the clock has to move on by {by}, which takes the admin API: serve with --admin");
    };
    let trusting = if admin_url.starts_with("https:") { trusting(reached) } else { String::new() };
    format!(
        "# the clock moves on by {by}\ncurl -X POST{trusting} {} -H 'content-type: application/json' -d {}",
        quoted(&format!("{}/clock/advance", admin_url.trim_end_matches('/'))),
        quoted(&serde_json::json!({ "by": by }).to_string())
    )
}

fn trusting(reached: Reached<'_>) -> String {
    reached.ca_file.map(|file| format!(" --cacert {}", quoted(file))).unwrap_or_default()
}

/// A word of a POSIX shell that stands for this text.
///
/// ```
/// assert_eq!(kubeproof_conformance::by_hand::quoted("it's $HOME"), r"'it'\''s $HOME'");
/// ```
pub fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// A span of time as a case writes it.
fn spelled(duration: SignedDuration) -> String {
    const UNITS: [(i128, &str); 4] = [(86_400_000, "d"), (3_600_000, "h"), (60_000, "m"), (1_000, "s")];
    let milliseconds = duration.as_millis();
    match UNITS.into_iter().find(|(unit, _)| milliseconds % unit == 0 && milliseconds >= *unit) {
        Some((unit, name)) => format!("{}{name}", milliseconds / unit),
        None => format!("{milliseconds}ms"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_is_spelled_as_cases_do() {
        for (milliseconds, expected) in [
            (500, "500ms"),
            (1_500, "1500ms"),
            (90_000, "90s"),
            (900_000, "15m"),
            (3_600_000, "1h"),
            (86_400_000, "1d"),
            (90_000_000, "25h"),
            (0, "0ms"),
        ] {
            assert_eq!(spelled(SignedDuration::from_millis(milliseconds)), expected);
        }
    }
}
