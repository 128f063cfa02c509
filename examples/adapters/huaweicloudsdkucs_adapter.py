"""huaweicloudsdkucs, the SDK of UCS, as its users call it: `show_cluster_access_info`.

It authenticates by an access key of a domain only.
"""

from importlib.metadata import version

from huaweicloudsdkcore.auth.credentials import GlobalCredentials
from huaweicloudsdkucs.v1 import ShowClusterAccessInfoRequest, UcsClient

from huaweicloud import fetched
from kubeproof_adapter import Failure, serve

FEATURES = ["error-kinds", "ak-sk", "http", "tls", "private-endpoint"]

# The account that the access key is of. Without one the SDK asks the IAM service of the public cloud for it.
DOMAIN = "0c0ffee0000040008000000000000d01"


def fetch(request):
    credentials, options = request["credentials"], request["options"]

    def call(config):
        client = (
            UcsClient.new_builder()
            .with_http_config(config)
            .with_credentials(GlobalCredentials(credentials["access_key"], credentials["secret_key"], DOMAIN))
            .with_endpoint(request["base_url"])
            .build()
        )
        return client.show_cluster_access_info(
            ShowClusterAccessInfoRequest(
                clusterid=request["cluster"]["cluster_id"],
                vpcendpoint=options.get("vpcendpoint"),
                region=options.get("region"),
            )
        )

    try:
        response = fetched(request, call)
    except Failure as failure:
        if failure.answer.get("status") == 410:
            # The status that the SDK passes on is documented for this alone.
            failure.answer["kind"] = "already-downloaded"
        raise
    # A list of strings by its documentation, and `None` where the SDK found nothing wrong with an answer that holds none.
    return {"access": response.body or []}


if __name__ == "__main__":
    serve("huaweicloudsdkucs", version("huaweicloudsdkucs"), ["ucs"], FEATURES, fetch)
