"""The adapter protocol of kubeproof, for adapters in Python; the standard library only.

An adapter reads JSON lines on standard input and writes JSON lines on standard output, one process for a whole run:
`kubeproof adapter --help` shows the lines, `kubeproof adapter schema` is their JSON Schema. What is for people goes to
standard error, and so does whatever a library prints.

    from kubeproof_adapter import Failure, serve

    def fetch(request):
        raise Failure("not-found", status=404)

    serve("my-sdk", "1.0.0", ["digitalocean"], ["bearer", "tls"], fetch)
"""

import json
import os
import sys
import tempfile
from contextlib import contextmanager


class Failure(Exception):
    """Why a fetch ended with nothing. `kind` is one of those of the protocol, `error` where nobody can tell."""

    def __init__(self, kind, message="", status=None, code=None, request_id=None):
        super().__init__(message)
        self.answer = {"kind": kind, "message": str(message)}
        optional = {"status": status, "code": code, "request_id": request_id}
        self.answer.update({name: value for name, value in optional.items() if value is not None})


# What the HTTP statuses say that SDKs pass on without a word of their own.
KINDS = {401: "unauthenticated", 403: "forbidden", 404: "not-found", 429: "rate-limited"}


def kind_of_status(status):
    """The kind of failure that an HTTP status stands for."""
    return KINDS.get(status) or ("unavailable" if status >= 500 else "rejected")


@contextmanager
def ca_file(request):
    """The certificate authority to trust as a file, since that is what most SDKs take; `None` for plain HTTP."""
    if request["ca_pem"] is None:
        yield None
        return
    with tempfile.NamedTemporaryFile("w", suffix=".pem") as file:
        file.write(request["ca_pem"])
        file.flush()
        yield file.name


def serve(name, version, providers, features, fetch):
    """Answers until the input ends.

    `fetch(request)` is given the object that the protocol calls `fetch`. It returns `{"kubeconfig": text}`,
    `{"access": items}` or `{"connection": {"endpoint": …, "ca_data": …}}`, or raises `Failure`. Any other exception is one
    that the adapter was not prepared for: a failure of the kind `error`.
    """
    # Nothing but the protocol may reach standard output.
    out = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    for line in sys.stdin.buffer:
        asked = json.loads(line)
        if "hello" in asked:
            about = {"protocol": 1, "name": name, "version": version, "providers": providers, "features": features}
            said = {"hello": about}
        else:
            request = asked["fetch"]
            said = {"result": {"id": request["id"], **answer(fetch, request)}}
        out.write(json.dumps(said) + "\n")
        out.flush()


def answer(fetch, request):
    try:
        return fetch(request)
    except Failure as failure:
        return {"error": failure.answer}
    except Exception as error:  # pylint: disable=broad-except
        return {"error": {"kind": "error", "message": f"{type(error).__name__}: {error}"}}
