import { readdirSync, readFileSync } from "node:fs";
import test from "ava";
import type { AuthorizationRequest } from "../../src/calls/value.ts";
import type { Obligation } from "../../src/decisions/obligation.ts";
import {
  connectRequest,
  executeRequest,
  fileRequest,
  httpsRequest,
  invariants,
  judge,
  policyFile,
  prepareCedar,
  prepareRequest,
  readRequest,
  registerRequest,
  secretRequest,
} from "../support/cedar-sets.ts";

const folder = new URL("../../docs/examples/policies/", import.meta.url);
const monday = Date.UTC(2026, 10, 23, 10, 0, 0);
const ops = `[
  { "uid": { "type": "Yoi::Agent", "id": "night-watch" }, "parents": [{ "type": "Yoi::Group", "id": "ops" }] }
]`;

const weather = { plugin: "project:example.weather", effects: ["network"] } as const;
const sync = { plugin: "project:example.sync", effects: ["network"], atMs: monday } as const;

interface Row {
  readonly file: string;
  readonly allows: readonly AuthorizationRequest[];
  readonly denies: readonly AuthorizationRequest[];
  readonly obliges?: readonly Obligation["kind"][];
}

const rows: readonly Row[] = [
  {
    file: "01-who-may-run-which-tool.cedar",
    allows: [executeRequest(), registerRequest(), prepareRequest()],
    denies: [
      executeRequest({ agent: "ci" }),
      executeRequest({ tool: "delete" }),
      executeRequest({ plugin: "user:example.notes" }),
      prepareRequest({ agent: "cli" }),
    ],
  },
  {
    file: "02-read-notes-only.cedar",
    allows: [readRequest(), readRequest({ path: "notes/a.md" })],
    denies: [readRequest({ path: "notes-old/plan.md" }), readRequest({ plugin: "project:example.other" })],
  },
  {
    file: "03-office-hours.cedar",
    allows: [executeRequest({ atMs: monday }), executeRequest({ atMs: Date.UTC(2026, 10, 23, 8) })],
    denies: [
      executeRequest({ atMs: Date.UTC(2026, 10, 23, 18) }),
      executeRequest({ atMs: Date.UTC(2026, 10, 23, 7, 59, 59) }),
      executeRequest({ atMs: Date.UTC(2026, 10, 22, 10) }),
    ],
  },
  {
    file: "04-a-group-of-agents.cedar",
    allows: [executeRequest({ agent: "night-watch", plugin: "user:example.disk" })],
    denies: [
      executeRequest({ agent: "cli", plugin: "user:example.disk" }),
      executeRequest({ agent: "night-watch", plugin: "project:example.disk" }),
    ],
  },
  {
    file: "05-rate-limit.cedar",
    allows: [executeRequest()],
    denies: [executeRequest({ agent: "ci" })],
    obliges: ["rate", "timeout"],
  },
  {
    file: "06-response-size.cedar",
    allows: [readRequest()],
    denies: [readRequest({ path: "secrets/key" })],
    obliges: ["max_response_bytes"],
  },
  {
    file: "07-forbid-by-path.cedar",
    allows: [readRequest(), readRequest({ path: "notes/privateer.md" })],
    denies: [readRequest({ path: "notes/private/diary.md" }), readRequest({ path: "notes/private" })],
  },
  {
    file: "08-user-level-forbid.cedar",
    allows: [readRequest(), readRequest({ plugin: "user:example.sync", via: { command: false, depth: 0 } })],
    denies: [readRequest({ via: { command: false, depth: 0 } })],
  },
  {
    file: "09-time-limited-permit.cedar",
    allows: [executeRequest({ agent: "contractor", atMs: Date.UTC(2026, 10, 30, 23, 59, 59) })],
    denies: [executeRequest({ agent: "contractor", atMs: Date.UTC(2026, 11, 1) }), executeRequest({ atMs: monday })],
  },
  {
    file: "10-builtin-tools.cedar",
    allows: [executeRequest({ plugin: "builtin:yoi.files" })],
    denies: [
      executeRequest({ plugin: "builtin:yoi.files", effects: ["read", "network"] }),
      executeRequest({ plugin: "builtin:yoi.files", context: { inputBytes: 4_097 } }),
      executeRequest(),
    ],
  },
  {
    file: "11-only-get-under-v1.cedar",
    allows: [httpsRequest(weather), httpsRequest({ ...weather, url: "https://api.example.com/v1" })],
    denies: [
      httpsRequest({ ...weather, context: { method: "POST" } }),
      httpsRequest({ ...weather, url: "https://api.example.com/v1evil" }),
      httpsRequest({ ...weather, url: "https://api.example.com" }),
      httpsRequest({ ...weather, url: "https://api.example.com:8443/v1" }),
      httpsRequest({ ...weather, url: "https://www.example.com/v1" }),
      httpsRequest({ ...weather, url: "http://api.example.com/v1" }),
      httpsRequest({ ...weather, context: { declared: false } }),
      httpsRequest(),
    ],
    obliges: ["max_response_bytes", "redact"],
  },
  {
    file: "12-a-domain-but-not-on-sundays.cedar",
    allows: [
      httpsRequest({ ...sync, url: "https://example.com" }),
      httpsRequest({ ...sync, url: "https://a.b.example.com:8443/x", context: { method: "POST" } }),
    ],
    denies: [
      httpsRequest({ ...sync, atMs: Date.UTC(2026, 10, 22, 10) }),
      httpsRequest({ ...sync, url: "https://evil-example.com" }),
      httpsRequest({ ...sync, url: "https://example.com.evil.org" }),
      httpsRequest({ ...sync, plugin: "project:example.weather" }),
    ],
  },
  {
    file: "13-read-notes-append-to-the-log.cedar",
    allows: [
      readRequest(),
      fileRequest("fs.list", { path: "notes" }),
      fileRequest("fs.stat"),
      fileRequest("fs.append", { path: "logs/notes.log" }),
    ],
    denies: [
      ...(["fs.write", "fs.append", "fs.make-directory", "fs.remove"] as const).map((action) => fileRequest(action)),
      ...(["fs.read", "fs.stat", "fs.write", "fs.remove"] as const).map((action) =>
        fileRequest(action, { path: "logs/notes.log" }),
      ),
      fileRequest("fs.list", { path: "logs" }),
      fileRequest("fs.append", { path: "logs/other.log" }),
      fileRequest("fs.append", { path: "logs/notes.log", context: { bytes: 4_097 } }),
    ],
  },
  {
    file: "14-a-secret-to-one-origin.cedar",
    allows: [secretRequest(weather), secretRequest({ ...weather, url: "https://api.example.com" })],
    denies: [
      secretRequest({ ...weather, url: "https://api.example.com:8443/v1" }),
      secretRequest({ ...weather, url: "https://other.example.com/v1" }),
      secretRequest({ ...weather, context: { place: "query" } }),
      secretRequest({ ...weather, context: { originAllowed: false } }),
      secretRequest({ ...weather, context: { defined: false } }),
      secretRequest({ ...weather, secret: "other-key" }),
      secretRequest(),
    ],
  },
  {
    file: "15-ten-requests-a-minute.cedar",
    allows: [httpsRequest(weather)],
    denies: [httpsRequest({ ...weather, url: "https://www.example.com" })],
    obliges: ["rate", "timeout"],
  },
  {
    file: "16-never-to-a-range.cedar",
    allows: [connectRequest(), connectRequest({ context: { address: { ip: "203.0.114.1" } } })],
    denies: [
      connectRequest({ context: { address: { ip: "203.0.113.0" } } }),
      connectRequest({ context: { address: { ip: "203.0.113.255" } } }),
      connectRequest({ context: { address: { ip: "10.0.0.1" }, addressClass: "private" } }),
    ],
  },
  {
    file: "17-no-redirects.cedar",
    allows: [httpsRequest(weather)],
    denies: [httpsRequest({ ...weather, context: { hop: 1 } }), httpsRequest()],
  },
];

test("every worked policy has a row, and every row a file", (t) => {
  t.deepEqual(
    readdirSync(folder).sort(),
    rows.map(({ file }) => file),
  );
});

for (const { file, allows, denies, obliges = [] } of rows) {
  const text = readFileSync(new URL(file, folder), "utf8");

  test(`${file} allows what it says, denies what it does not, and names every policy`, async (t) => {
    const set = await prepareCedar([invariants, policyFile(text, { file })], ops);
    for (const request of allows) {
      const verdict = judge(set, request);
      t.is(verdict.effect, "permit");
      t.deepEqual(
        verdict.obligations.map(({ kind }) => kind),
        obliges,
      );
    }
    for (const request of denies) t.not(judge(set, request).effect, "permit");
    for (const policy of set.policies) {
      t.truthy(policy.annotations["id"]);
      t.truthy(policy.annotations["reason"]);
    }
    set.dispose();
  });

  test(`${file} allows nothing of a plugin that is not pinned`, async (t) => {
    const set = await prepareCedar([invariants, policyFile(text, { file })], ops);
    for (const request of allows) {
      const plugin = { record: { enabled: true, pinned: false } };
      const verdict = judge(set, { ...request, context: { ...request.context, plugin } });
      t.is(verdict.effect, "forbid");
      t.true(verdict.determining.some(({ name }) => name === "plugin-is-pinned"));
    }
    set.dispose();
  });
}
