// Makes requests with Node's fetch: a JSON list of {url, headers} on standard input, one of statuses on standard output.

import { readFileSync } from "node:fs";

const asked = JSON.parse(readFileSync(0, "utf8"));
const answers = await Promise.all(asked.map(({ url, headers }) => fetch(url, { headers })));
process.stdout.write(JSON.stringify(answers.map(({ status }) => status)));
