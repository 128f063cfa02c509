"""fireworks-ai, the SDK of Fireworks, as its users call what it has no method for: `client.get`.

It has no resource for clusters; its README says to ask like this for what it does not know. Connection information is
what there is, and no kubeconfig is made of it.
"""

import ssl
from importlib.metadata import version
from urllib.parse import quote

import fireworks
from fireworks import DefaultHttpxClient, Fireworks

from kubeproof_adapter import Failure, ca_file, kind_of_status, serve

FEATURES = ["error-kinds", "bearer", "http", "tls", "read-mask"]


def fetch(request):
    cluster, options = request["cluster"], request["options"]
    account, name = (quote(cluster[part], safe="") for part in ("account_id", "cluster_id"))
    params = {"readMask": options["read_mask"]} if "read_mask" in options else {}
    with ca_file(request) as ca:
        trust = ssl.create_default_context(cafile=ca)
    with Fireworks(
        api_key=request["credentials"]["bearer"],
        account_id=cluster["account_id"],
        base_url=request["base_url"],
        timeout=request["timeout_ms"] / 1000,
        # One repeat, where it makes two by default: three calls of a server that is silent, and the pauses between them, are
        # more than a case may take.
        max_retries=1,
        http_client=DefaultHttpxClient(verify=trust),
    ) as client:
        try:
            path = f"/v1/accounts/{account}/clusters/{name}:getConnectionInfo"
            connection = client.get(path, cast_to=object, options={"params": params})
        except fireworks.APIStatusError as error:
            status = error.status_code
            code = error.body.get("code") if isinstance(error.body, dict) else None
            raise Failure(kind_of_status(status), error, status, None if code is None else str(code)) from error
        except fireworks.APIResponseValidationError as error:
            raise Failure("malformed", error) from error
        except fireworks.APITimeoutError as error:
            raise Failure("timeout", error) from error
        except fireworks.APIConnectionError as error:
            raise Failure("transport", error) from error
    # As text, whatever they are: it is put into that of a kubeconfig.
    return {"connection": {"endpoint": str(connection["endpoint"]), "ca_data": str(connection["caData"])}}


if __name__ == "__main__":
    serve("fireworks-ai", version("fireworks-ai"), ["fireworks"], FEATURES, fetch)
