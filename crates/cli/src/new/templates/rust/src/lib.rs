//! {{ name }}: an adapter for kubeproof, for {{ provider }}. Call your client in [`fetch`]; what is there asks by reqwest.

use std::time::Duration;
{% if answer == "encoded" %}
use base64::prelude::{BASE64_STANDARD, Engine as _};
{%- endif %}
use kubeproof::conformance::adapter::{
    About, Adapter, Credentials, Failure, FailureKind, Feature, FetchRequest, Fetched, adapter_fn,
};

/// What is judged.
pub fn adapter() -> impl Adapter {
    let features = vec![{{ features_rust }}];
    adapter_fn(About { features, ..About::new("{{ name }}", env!("CARGO_PKG_VERSION"), ["{{ provider }}"]) }, fetch)
}

/// Asks for access to a cluster.
pub async fn fetch(request: FetchRequest) -> Result<Fetched, Failure> {
    let Credentials::{{ credential_rust }} = &request.credentials else {
        return Err(Failure::new(FailureKind::InvalidArgument));
    };
    let client = client(&request).map_err(failure)?;
    let response = client.get(url(&request)).header("{{ header }}", format!("{{ prefix }}{secret}")).send().await;
    let response = response.map_err(failure)?;
    let status = response.status().as_u16();
    let text = response.text().await.map_err(failure)?;
    if status != 200 {
        let message = format!("the provider answers {status}");
        return Err(Failure { status: Some(status), message, ..Failure::new(kind_of(status)) });
    }
    read(text).ok_or_else(|| Failure::new(FailureKind::Malformed))
}

fn client(request: &FetchRequest) -> reqwest::Result<reqwest::Client> {
    // It fails where one is installed already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    // No redirect is followed: the credential is for one server.
    let builder = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(Duration::from_millis(request.timeout_ms));
    match &request.ca_pem {
        Some(pem) => builder.tls_certs_only(reqwest::Certificate::from_pem_bundle(pem.as_bytes())?).build(),
        None => builder.build(),
    }
}

fn url(request: &FetchRequest) -> String {
    let mut url = request.base_url.clone() + "{{ path }}";
    for (name, id) in &request.cluster {
        url = url.replace(&format!("{% raw %}{{{name}}}{% endraw %}"), id);
    }
{%- if expiry %}
    if let Some(seconds) = request.options.expiry_seconds {
        url += &format!("?expiry_seconds={seconds}");
    }
{%- endif %}
    url
}

/// What is wanted of an answer.
fn read(text: String) -> Option<Fetched> {
{%- if answer == "yaml" %}
    text.lines().any(|line| line.starts_with("current-context:")).then_some(Fetched::Kubeconfig(text))
{%- elif answer == "json" %}
    let value: serde_json::Value = serde_json::from_str(&text).ok()?;
    let has_clusters = value.get("clusters")?.as_array().is_some_and(|clusters| !clusters.is_empty());
    has_clusters.then_some(Fetched::Kubeconfig(text))
{%- elif answer == "encoded" %}
    let value: serde_json::Value = serde_json::from_str(&text).ok()?;
    let document = BASE64_STANDARD.decode(value.get("kubeconfig")?.as_str()?).ok()?;
    let kubeconfig = String::from_utf8(document).ok()?;
    kubeconfig.lines().any(|line| line.starts_with("current-context:")).then_some(Fetched::Kubeconfig(kubeconfig))
{%- elif answer == "access" %}
    let items: Vec<serde_json::Value> = serde_json::from_str(&text).ok()?;
    let is_access = !items.is_empty() && !items.contains(&"Downloaded".into());
    is_access.then_some(Fetched::Access(items))
{%- else %}
    let value: serde_json::Value = serde_json::from_str(&text).ok()?;
    let field = |name: &str| value.get(name)?.as_str().filter(|text| !text.is_empty()).map(str::to_owned);
    Some(Fetched::Connection { endpoint: field("endpoint")?, ca_data: field("caData")? })
{%- endif %}
}

fn failure(error: reqwest::Error) -> Failure {
    let kind = if error.is_timeout() { FailureKind::Timeout } else { FailureKind::Transport };
    // Without the URL, in which an SDK may have put a secret.
    Failure { message: error.without_url().to_string(), ..Failure::new(kind) }
}

fn kind_of(status: u16) -> FailureKind {
    match status {
        401 => FailureKind::Unauthenticated,
        403 => FailureKind::Forbidden,
        404 => FailureKind::NotFound,
        429 => FailureKind::RateLimited,
        500.. => FailureKind::Unavailable,
        _ => FailureKind::Rejected,
    }
}
