"""huaweicloudsdkcce, the SDK of CCE, as its users call it: `create_kubernetes_cluster_cert`.

It has no other call for a certificate, and this one asks with POST; it authenticates by an access key only.
"""

import json
from importlib.metadata import version

from huaweicloudsdkcce.v3 import CceClient, ClusterCertDuration, CreateKubernetesClusterCertRequest
from huaweicloudsdkcore.auth.credentials import BasicCredentials

from huaweicloud import fetched
from kubeproof_adapter import serve

FEATURES = ["error-kinds", "ak-sk", "http", "tls", "kubeconfig", "post-duration"]


def fetch(request):
    credentials, cluster = request["credentials"], request["cluster"]

    def call(config):
        client = (
            CceClient.new_builder()
            .with_http_config(config)
            .with_credentials(
                BasicCredentials(credentials["access_key"], credentials["secret_key"], cluster["project_id"])
            )
            .with_endpoint(request["base_url"])
            .build()
        )
        duration = ClusterCertDuration(duration=request["options"].get("duration_days"))
        return client.create_kubernetes_cluster_cert(
            CreateKubernetesClusterCertRequest(cluster_id=cluster["cluster_id"], body=duration)
        )

    # `to_dict` is deprecated in favour of this one.
    return {"kubeconfig": json.dumps(fetched(request, call).to_json_object())}


if __name__ == "__main__":
    serve("huaweicloudsdkcce", version("huaweicloudsdkcce"), ["cce"], FEATURES, fetch)
