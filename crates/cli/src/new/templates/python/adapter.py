"""{{ name }}: an adapter for kubeproof, for {{ provider }}. Call your client in `fetch`; what is there asks by the standard library alone."""

import json
import ssl
import urllib.error
import urllib.request
{%- if answer == "encoded" %}
from base64 import b64decode
{%- endif %}
from http.client import HTTPException
from urllib.parse import quote

from kubeproof_adapter import Failure, kind_of_status, serve

PATH = "{{ path }}"


class NoRedirects(urllib.request.HTTPRedirectHandler):
    """Follows no redirect: the credential is for one server."""

    def redirect_request(self, *_):
        return None


def fetch(request):
    ids = {name: quote(value, safe="") for name, value in request["cluster"].items()}
    url = request["base_url"] + PATH.format(**ids)
{%- if expiry %}
    if "expiry_seconds" in request["options"]:
        url += f"?expiry_seconds={request['options']['expiry_seconds']}"
{%- endif %}
    headers = {"{{ header }}": "{{ prefix }}" + request["credentials"]["{{ credential }}"]}
    trust = ssl.create_default_context(cadata=request["ca_pem"])
    opener = urllib.request.build_opener(NoRedirects, urllib.request.HTTPSHandler(context=trust))
    asked = urllib.request.Request(url, headers=headers)
    try:
        with opener.open(asked, timeout=request["timeout_ms"] / 1000) as answer:
            return read(answer.read().decode())
    except urllib.error.HTTPError as error:
        raise Failure(kind_of_status(error.code), f"the provider answers {error.code}", error.code) from error
    except urllib.error.URLError as error:
        kinds = {TimeoutError: "timeout", ssl.SSLError: "tls"}
        kind = next((kind for of, kind in kinds.items() if isinstance(error.reason, of)), "transport")
        raise Failure(kind, error.reason) from error
    except TimeoutError as error:
        raise Failure("timeout", "the answer did not come in time") from error
    except (OSError, HTTPException) as error:
        raise Failure("transport", type(error).__name__) from error
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise Failure("malformed", "the answer is not what the document describes") from error


def read(text):
    """What is wanted of an answer."""
{%- if answer == "yaml" %}
    if "\ncurrent-context:" not in "\n" + text:
        raise ValueError("no kubeconfig")
    return {"kubeconfig": text}
{%- elif answer == "json" %}
    if not json.loads(text)["clusters"]:
        raise ValueError("no kubeconfig")
    return {"kubeconfig": text}
{%- elif answer == "encoded" %}
    kubeconfig = b64decode(json.loads(text)["kubeconfig"]).decode()
    if "\ncurrent-context:" not in "\n" + kubeconfig:
        raise ValueError("no kubeconfig")
    return {"kubeconfig": kubeconfig}
{%- elif answer == "access" %}
    items = json.loads(text)
    if items in ("Downloaded", ["Downloaded"]):
        raise Failure("already-downloaded", "the access information was downloaded before")
    if not isinstance(items, list) or not items:
        raise ValueError("no access information")
    return {"access": items}
{%- else %}
    connection = json.loads(text)
    if not connection.get("endpoint") or not connection.get("caData"):
        raise ValueError("no connection information")
    return {"connection": {"endpoint": connection["endpoint"], "ca_data": connection["caData"]}}
{%- endif %}


if __name__ == "__main__":
    serve("{{ name }}", "0.1.0", ["{{ provider }}"], {{ features }}, fetch)
