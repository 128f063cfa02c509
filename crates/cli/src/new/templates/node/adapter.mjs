// {{ name }}: an adapter for kubeproof, for {{ provider }}. Call your client in `fetchAccess`; what is there asks by Node alone.

import http from "node:http";
import https from "node:https";
import { createInterface } from "node:readline";

const ABOUT = {
  protocol: 1,
  name: "{{ name }}",
  version: "0.1.0",
  providers: ["{{ provider }}"],
  features: {{ features }},
};

const PATH = "{{ path }}";

// Why a fetch ended with nothing: `kind` is one of those of the protocol.
class Failure extends Error {
  constructor(kind, message, status) {
    super(message);
    this.answer = { kind, message, ...(status === undefined ? {} : { status }) };
  }
}

const KINDS = { 401: "unauthenticated", 403: "forbidden", 404: "not-found", 429: "rate-limited" };
const kindOfStatus = (status) => KINDS[status] ?? (status >= 500 ? "unavailable" : "rejected");

async function fetchAccess(request) {
  const path = PATH.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(request.cluster[name]));
  const url = new URL(request.base_url + path);
{%- if expiry %}
  if (request.options.expiry_seconds !== undefined) {
    url.searchParams.set("expiry_seconds", request.options.expiry_seconds);
  }
{%- endif %}
  const headers = { "{{ header }}": "{{ prefix }}" + request.credentials.{{ credential }} };
  const { status, text } = await get(url, headers, request.ca_pem ?? undefined, request.timeout_ms);
  if (status !== 200) throw new Failure(kindOfStatus(status), `the provider answers ${status}`, status);
  return read(text);
}

// Node follows no redirect: the credential is for one server.
function get(url, headers, ca, timeout) {
  return new Promise((resolve, reject) => {
    const late = () => reject(new Failure("timeout", "the answer did not come in time"));
    const signal = AbortSignal.timeout(timeout);
    const asked = (url.protocol === "https:" ? https : http).get(url, { headers, ca, signal, agent: false }, (answer) => {
      const parts = [];
      answer.on("data", (part) => parts.push(part));
      answer.on("end", () => resolve({ status: answer.statusCode, text: Buffer.concat(parts).toString() }));
      answer.on("error", failed);
    });
    const failed = (error) => {
      if (signal.aborted) return late();
      const isTls = /CERT|SSL|TLS|SELF_SIGNED|ISSUER|ALTNAME/.test(error.code ?? "");
      return reject(new Failure(isTls ? "tls" : "transport", error.code ?? error.name));
    };
    asked.on("error", failed);
  });
}

// What is wanted of an answer.
function read(text) {
{%- if answer == "yaml" %}
  if (!/^current-context:/m.test(text)) throw new Failure("malformed", "the answer is no kubeconfig");
  return { kubeconfig: text };
{%- else %}
  let value;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Failure("malformed", "the answer is no JSON");
  }
{%- if answer == "json" %}
  if (!value?.clusters?.length) throw new Failure("malformed", "the answer is no kubeconfig");
  return { kubeconfig: text };
{%- elif answer == "encoded" %}
  const kubeconfig = Buffer.from(String(value?.kubeconfig), "base64").toString();
  if (!/^current-context:/m.test(kubeconfig)) throw new Failure("malformed", "the answer holds no kubeconfig");
  return { kubeconfig };
{%- elif answer == "access" %}
  if (value === "Downloaded" || (Array.isArray(value) && value[0] === "Downloaded")) {
    throw new Failure("already-downloaded", "the access information was downloaded before");
  }
  if (!Array.isArray(value) || value.length === 0) throw new Failure("malformed", "the answer is no access information");
  return { access: value };
{%- else %}
  if (!value?.endpoint || !value?.caData) throw new Failure("malformed", "the answer is no connection information");
  return { connection: { endpoint: value.endpoint, ca_data: value.caData } };
{%- endif %}
{%- endif %}
}

async function answer(request) {
  try {
    return await fetchAccess(request);
  } catch (error) {
    return { error: error.answer ?? { kind: "error", message: String(error) } };
  }
}

// A JSON line in, a JSON line out, until the input ends. What is for people goes to standard error.
for await (const line of createInterface({ input: process.stdin })) {
  const { hello, fetch } = JSON.parse(line);
  const said = hello ? { hello: ABOUT } : { result: { id: fetch.id, ...(await answer(fetch)) } };
  process.stdout.write(JSON.stringify(said) + "\n");
}
