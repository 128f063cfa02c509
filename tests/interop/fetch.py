"""Makes requests with Python's requests: a JSON list of {url, headers} on standard input, one of statuses on standard output."""

import json
import sys

import requests

answers = [requests.get(asked["url"], headers=asked["headers"], timeout=10) for asked in json.load(sys.stdin)]
json.dump([answer.status_code for answer in answers], sys.stdout)
