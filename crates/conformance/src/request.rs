//! What is asked for in a step.

use kubeproof_emulator::{Caller, CallerCredentials};

use crate::adapter::{Credentials, Feature, FetchRequest};
use crate::case::{Case, CredentialChoice, Step};

/// How long a fetch may take unless a case says otherwise, in milliseconds.
const USUAL_TIMEOUT_MS: u64 = 5_000;

impl Case {
    /// What is asked for in a step, as `caller` would unless the step says otherwise.
    ///
    /// # Errors
    ///
    /// When the world has no such credentials: what it would have to have.
    pub(crate) fn request(
        &self,
        number: usize,
        step: &Step,
        caller: Caller,
        base_url: String,
        ca_pem: Option<String>,
    ) -> Result<FetchRequest, String> {
        let of_the_world = |kind: Option<Feature>| {
            let mut known = caller.credentials.iter().cloned().map(Credentials::from);
            known.find(|credentials| kind.is_none_or(|kind| credentials.feature() == kind))
        };
        let credentials = match &step.fetch.credentials {
            None => of_the_world(None),
            Some(CredentialChoice::OfTheWorld(kind)) => of_the_world(Some(*kind)),
            Some(CredentialChoice::Literal(credentials)) => Some(credentials.clone()),
        };
        let mut cluster = caller.cluster;
        cluster.extend(step.fetch.cluster.0.clone());
        Ok(FetchRequest {
            id: format!("{}#{number}", self.id),
            provider: self.provider.to_owned(),
            base_url,
            ca_pem,
            credentials: credentials.ok_or("a world with such credentials")?,
            cluster,
            options: step.fetch.options.clone(),
            timeout_ms: step
                .fetch
                .timeout
                .map_or(USUAL_TIMEOUT_MS, |limit| limit.as_millis().try_into().unwrap_or(u64::MAX)),
        })
    }
}

/// The emulator's credentials in the words of the adapter protocol.
impl From<CallerCredentials> for Credentials {
    fn from(caller: CallerCredentials) -> Self {
        match caller {
            CallerCredentials::Bearer(bearer) => Self::Bearer { bearer },
            CallerCredentials::Token(token) => Self::Token { token },
            CallerCredentials::AccessKey { access_key, secret_key } => Self::AccessKey { access_key, secret_key },
        }
    }
}
