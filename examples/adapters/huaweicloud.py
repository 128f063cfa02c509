"""What the two SDKs of Huawei Cloud have in common: the HTTP settings of a client, and the exceptions of their core."""

import requests
from huaweicloudsdkcore.exceptions import exceptions
from huaweicloudsdkcore.http.http_config import HttpConfig

from kubeproof_adapter import Failure, ca_file, kind_of_status


def fetched(request, call):
    """What `call(http_config)` returns, its exceptions translated."""
    with ca_file(request) as ca:
        config = HttpConfig(ssl_ca_cert=ca, timeout=request["timeout_ms"] / 1000)
        try:
            return call(config)
        except exceptions.ServiceResponseException as error:
            status = error.status_code
            code = None if error.error_code is None else str(error.error_code)
            raise Failure(kind_of_status(status), error.error_msg, status, code, error.request_id or None) from error
        except exceptions.SslHandShakeException as error:
            raise Failure("tls", error.error_msg) from error
        except exceptions.ConnectionException as error:
            raise Failure("transport", error.error_msg) from error
        except (exceptions.RequestTimeoutException, requests.exceptions.Timeout) as error:
            raise Failure("timeout", error) from error
        except (requests.exceptions.ConnectionError, requests.exceptions.ChunkedEncodingError) as error:
            # Of the library below, which the SDK lets through: whether a reset is one or the other depends on the moment.
            raise Failure("transport", error) from error
