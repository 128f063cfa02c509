"""Reads YAML files as Python programs do, and prints as one line of JSON what it got.

    read.py documents FILE...   every document, with PyYAML
    read.py access FILE...      what the Python client of Kubernetes would connect with, for every context
"""

import base64
import json
import sys

import yaml


def exact(value):
    """The value, if JSON can show it without changing its type: no date, no number as a key."""
    if isinstance(value, dict):
        for key in value:
            if not isinstance(key, str):
                raise TypeError(f"a key was read as {type(key).__name__}")
        return {key: exact(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [exact(inner) for inner in value]
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    raise TypeError(f"a value was read as {type(value).__name__}")


def documents(path):
    with open(path, "rb") as file:
        return [exact(document) for document in yaml.safe_load_all(file)]


def data(path):
    """The content of a file, as the kubeconfig holds it; the client puts `*-data` into files."""
    if not path:
        return None
    with open(path, "rb") as file:
        return base64.b64encode(file.read()).decode()


def access(path):
    from kubernetes import client, config

    contexts, current = config.list_kube_config_contexts(config_file=path)
    loaded = {}
    for context in contexts:
        configuration = client.Configuration()
        config.load_kube_config(
            config_file=path,
            context=context["name"],
            client_configuration=configuration,
            persist_config=False,
        )
        loaded[context["name"]] = {
            "server": configuration.host,
            "verifies": configuration.verify_ssl,
            "certificate-authority-data": data(configuration.ssl_ca_cert),
            "client-certificate-data": data(configuration.cert_file),
            "client-key-data": data(configuration.key_file),
            "authorization": configuration.api_key.get("BearerToken"),
            "username": configuration.username or None,
            "proxy": configuration.proxy,
        }
    return {"current": current["name"], "contexts": loaded}


READERS = {"documents": documents, "access": access}

json.dump([READERS[sys.argv[1]](path) for path in sys.argv[2:]], sys.stdout)
