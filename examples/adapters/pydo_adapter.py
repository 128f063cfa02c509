"""pydo, the SDK of DigitalOcean, as its users call it: `client.kubernetes.get_kubeconfig`.

It refuses to send a bearer token by plain HTTP, so every case is run over HTTPS.
"""

import json
from importlib.metadata import version

from azure.core.exceptions import (
    DecodeError,
    HttpResponseError,
    ServiceRequestError,
    ServiceRequestTimeoutError,
    ServiceResponseError,
    ServiceResponseTimeoutError,
)
from pydo import Client

from kubeproof_adapter import Failure, ca_file, kind_of_status, serve

FEATURES = ["error-kinds", "bearer", "tls", "expiry", "kubeconfig", "kubeconfig-type"]


def fetch(request):
    options = request["options"]
    wanted = {}
    if "expiry_seconds" in options:
        wanted["expiry_seconds"] = options["expiry_seconds"]
    if "kubeconfig_type" in options:
        wanted["type"] = options["kubeconfig_type"]
    seconds = request["timeout_ms"] / 1000
    with ca_file(request) as ca:
        client = Client(
            token=request["credentials"]["bearer"],
            endpoint=request["base_url"],
            connection_verify=ca,
            # The timeout of pydo is that of a whole call with its repeats, but only between them.
            timeout=seconds,
            read_timeout=seconds,
            # As many repeats as it makes by default, without the seconds between them.
            retry_backoff_factor=0,
        )
        try:
            kubeconfig = client.kubernetes.get_kubeconfig(request["cluster"]["cluster_id"], **wanted)
        except DecodeError as error:
            raise Failure("malformed", error, status=error.status_code) from error
        except HttpResponseError as error:
            code = error.error.code if error.error else None
            status = error.status_code
            raise Failure(kind_of_status(status) if status else "error", error.message, status, code) from error
        except (ServiceRequestTimeoutError, ServiceResponseTimeoutError) as error:
            raise Failure("timeout", error) from error
        except (ServiceRequestError, ServiceResponseError) as error:
            raise Failure("transport", error) from error
    # "JSON object or None", says its documentation.
    return {"kubeconfig": json.dumps(kubeconfig)}


if __name__ == "__main__":
    serve("pydo", version("pydo"), ["digitalocean"], FEATURES, fetch)
