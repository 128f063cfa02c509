use serde_json::json;

use super::found;
use crate::Reply;

/// The version of Kubernetes that the stub says it is, which has a build name as those of vendors do.
pub(super) const GIT_VERSION: &str = "v1.36.0+kubeproof";

/// What `kubectl version` asks for. The fields are those of `version.Info`; nothing was built from a commit.
pub(super) fn reply() -> Reply {
    let body = json!({
        "major": "1",
        "minor": "36",
        "gitVersion": GIT_VERSION,
        "gitCommit": "0000000000000000000000000000000000000000",
        "gitTreeState": "clean",
        "buildDate": "2026-01-01T00:00:00Z",
        "goVersion": "none",
        "compiler": "none",
        "platform": "linux/amd64",
    });
    found("kubeproof.kubernetes.version", "the version of the stub", &body)
}
