import { readdirSync, readFileSync } from "node:fs";
import test from "ava";
import type { AuthorizationRequest } from "../../src/calls/value.ts";
import type { Obligation } from "../../src/decisions/obligation.ts";
import {
  executeRequest,
  invariants,
  judge,
  policyFile,
  prepareCedar,
  prepareRequest,
  readRequest,
  registerRequest,
} from "../support/cedar-sets.ts";

const folder = new URL("../../docs/examples/policies/", import.meta.url);
const monday = Date.UTC(2026, 10, 23, 10, 0, 0);
const ops = `[
  { "uid": { "type": "Yoi::Agent", "id": "night-watch" }, "parents": [{ "type": "Yoi::Group", "id": "ops" }] }
]`;

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
