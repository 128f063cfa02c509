//! What a kubeconfig authenticates with.

use kubeproof_client::{Error, ErrorKind};

/// What a kubeconfig authenticates with, as the parameter `type` names it.
///
/// ```
/// use kubeproof_digitalocean::KubeconfigType;
///
/// assert_eq!(KubeconfigType::default(), KubeconfigType::Token);
/// assert_eq!(KubeconfigType::parse("sso")?, KubeconfigType::Sso);
/// assert!(KubeconfigType::parse("certificate").is_err());
/// # Ok::<(), kubeproof_client::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum KubeconfigType {
    /// A token; a client certificate where the cluster does not support tokens.
    #[default]
    Token,
    /// Single sign-on: a program, `doctl`, that opens a browser. A kubeconfig of this type is `unsafe` unless
    /// [`FindingCode::Exec`](kubeproof_kubeconfig::FindingCode::Exec) is [accepted](crate::ClientBuilder::accept).
    Sso,
}

impl KubeconfigType {
    /// The type that the parameter's value names.
    ///
    /// # Errors
    /// `invalid-argument` when it is neither `token` nor `sso`.
    pub fn parse(text: &str) -> Result<Self, Error> {
        match text {
            "token" => Ok(Self::Token),
            "sso" => Ok(Self::Sso),
            _ => Err(Error::new(ErrorKind::InvalidArgument, "there is no such type of kubeconfig")
                .with_remedy("give token or sso; nothing was sent")),
        }
    }

    /// The parameter's value.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Token => "token",
            Self::Sso => "sso",
        }
    }
}
