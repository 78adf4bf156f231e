import type { AuthorizationRequest } from "../../src/calls/value.ts";
import type { Obligation } from "../../src/decisions/obligation.ts";
import {
  connectRequest,
  executeRequest,
  fileRequest,
  httpsRequest,
  prepareRequest,
  readRequest,
  registerRequest,
  secretRequest,
} from "./cedar-sets.ts";

/** The folder that they lie in. */
export const workedFolder = new URL("../../docs/examples/policies/", import.meta.url);

const monday = Date.UTC(2026, 10, 23, 10, 0, 0);
/** Who is in the group that one of them speaks of, for Cedar. */
export const workedEntities = `[
  { "uid": { "type": "Yoi::Agent", "id": "night-watch" }, "parents": [{ "type": "Yoi::Group", "id": "ops" }] }
]`;

/** The same, for Rego. */
export const workedData = '{ "groups": { "ops": ["night-watch"] } }';

const weather = { plugin: "project:example.weather", effects: ["network"] } as const;
const sync = { plugin: "project:example.sync", effects: ["network"], atMs: monday } as const;

/** A worked policy by its name, which is the same in both languages, and what it is to say. */
interface WorkedPolicy {
  readonly name: string;
  readonly allows: readonly AuthorizationRequest[];
  readonly denies: readonly AuthorizationRequest[];
  readonly obliges?: readonly Obligation["kind"][];
}

/** Every worked policy, with calls that it allows and calls that it denies. */
export const workedPolicies: readonly WorkedPolicy[] = [
  {
    name: "01-who-may-run-which-tool",
    allows: [executeRequest(), registerRequest(), prepareRequest()],
    denies: [
      executeRequest({ agent: "ci" }),
      executeRequest({ tool: "delete" }),
      executeRequest({ plugin: "user:example.notes" }),
      prepareRequest({ agent: "cli" }),
    ],
  },
  {
    name: "02-read-notes-only",
    allows: [readRequest(), readRequest({ path: "notes/a.md" })],
    denies: [readRequest({ path: "notes-old/plan.md" }), readRequest({ plugin: "project:example.other" })],
  },
  {
    name: "03-office-hours",
    allows: [executeRequest({ atMs: monday }), executeRequest({ atMs: Date.UTC(2026, 10, 23, 8) })],
    denies: [
      executeRequest({ atMs: Date.UTC(2026, 10, 23, 18) }),
      executeRequest({ atMs: Date.UTC(2026, 10, 23, 7, 59, 59) }),
      executeRequest({ atMs: Date.UTC(2026, 10, 22, 10) }),
    ],
  },
  {
    name: "04-a-group-of-agents",
    allows: [executeRequest({ agent: "night-watch", plugin: "user:example.disk" })],
    denies: [
      executeRequest({ agent: "cli", plugin: "user:example.disk" }),
      executeRequest({ agent: "night-watch", plugin: "project:example.disk" }),
    ],
  },
  {
    name: "05-rate-limit",
    allows: [executeRequest()],
    denies: [executeRequest({ agent: "ci" })],
    obliges: ["rate", "timeout"],
  },
  {
    name: "06-response-size",
    allows: [readRequest()],
    denies: [readRequest({ path: "secrets/key" })],
    obliges: ["max_response_bytes"],
  },
  {
    name: "07-forbid-by-path",
    allows: [readRequest(), readRequest({ path: "notes/privateer.md" })],
    denies: [readRequest({ path: "notes/private/diary.md" }), readRequest({ path: "notes/private" })],
  },
  {
    name: "08-user-level-forbid",
    allows: [readRequest(), readRequest({ plugin: "user:example.sync", via: { command: false, depth: 0 } })],
    denies: [readRequest({ via: { command: false, depth: 0 } })],
  },
  {
    name: "09-time-limited-permit",
    allows: [executeRequest({ agent: "contractor", atMs: Date.UTC(2026, 10, 30, 23, 59, 59) })],
    denies: [executeRequest({ agent: "contractor", atMs: Date.UTC(2026, 11, 1) }), executeRequest({ atMs: monday })],
  },
  {
    name: "10-builtin-tools",
    allows: [executeRequest({ plugin: "builtin:yoi.files" })],
    denies: [
      executeRequest({ plugin: "builtin:yoi.files", effects: ["read", "network"] }),
      executeRequest({ plugin: "builtin:yoi.files", context: { inputBytes: 4_097 } }),
      executeRequest(),
    ],
  },
  {
    name: "11-only-get-under-v1",
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
    name: "12-a-domain-but-not-on-sundays",
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
    name: "13-read-notes-append-to-the-log",
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
    name: "14-a-secret-to-one-origin",
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
    name: "15-ten-requests-a-minute",
    allows: [httpsRequest(weather)],
    denies: [httpsRequest({ ...weather, url: "https://www.example.com" })],
    obliges: ["rate", "timeout"],
  },
  {
    name: "16-never-to-a-range",
    allows: [connectRequest(), connectRequest({ context: { address: { ip: "203.0.114.1" } } })],
    denies: [
      connectRequest({ context: { address: { ip: "203.0.113.0" } } }),
      connectRequest({ context: { address: { ip: "203.0.113.255" } } }),
      connectRequest({ context: { address: { ip: "10.0.0.1" }, addressClass: "private" } }),
    ],
  },
  {
    name: "17-no-redirects",
    allows: [httpsRequest(weather)],
    denies: [httpsRequest({ ...weather, context: { hop: 1 } }), httpsRequest()],
  },
];
