import type { PolicyInfo } from "../../src/decisions/policy-info.ts";
import type { PolicyTrace, TraceNode } from "../../src/decisions/trace.ts";
import type { CallTree, Explanation } from "../../src/explain/explanation.ts";

const plugin = { record: { id: { entity: { type: "Plugin", id: "project:example.notes" } } } } as const;

/** A denial of which nothing is known. */
export const bareDenial: Explanation = {
  version: 1,
  answer: "deny",
  causes: [],
  request: {
    principal: { type: "Plugin", id: "project:example.notes" },
    action: "fs.read",
    resource: { type: "Path", id: "notes/today.md" },
    context: { plugin },
    entities: [],
  },
  policies: "sha256:0123456789",
  engines: ["cedar 1"],
  verdicts: [],
  obligations: [],
  traces: [],
  nearest: [],
  misfits: [],
  suggestions: [],
  consistent: true,
};

/** An explanation with every part that one can have, and one text wherever a stranger could have written it. */
export function denialSaying(text: string): Explanation {
  const policy = policySaying(text);
  const permit: PolicyInfo = { ...policy, id: `${text}#permit`, effect: "permit" };
  const entity = { type: "Path", id: text } as const;
  const trace = (of: PolicyInfo, value: PolicyTrace["value"]): PolicyTrace => ({
    policy: of,
    value,
    clauses: [clauseSaying(text, value === "error" ? "error" : value)],
  });
  const verdict = { engine: "cedar", obligations: [], considered: 2, total: 9 } as const;
  return {
    ...bareDenial,
    cause: "explicit-forbid",
    causes: ["explicit-forbid", "engine-error"],
    because: text,
    troubles: [{ kind: "manifest", message: text, remedy: text, place: policy.place }],
    undeclared: { wanted: text, asks: [text, text] },
    declaring: [{ title: text, file: "plugin.toml", lines: [text, text] }],
    request: {
      ...bareDenial.request,
      principal: { type: "Agent", id: text },
      resource: entity,
      context: { agent: text, [text]: { record: { [text]: text } } },
      entities: [{ uid: entity, attributes: { [text]: text }, ancestors: [] }],
      toolInput: { [text]: text },
    },
    engines: [text],
    verdicts: [
      { ...verdict, effect: "forbid", determining: [policy], errors: [{ message: text }, { policy, message: text }] },
    ],
    obligations: [{ kind: "unknown", name: text, policy: `${text}#${text}` }],
    traces: [trace(policy, "true"), trace({ ...policy, id: "other" }, "error"), trace(permit, "false")],
    nearest: [permit.id],
    misfits: [{ policy: text, place: policy.place, path: text, message: text, remedy: text }],
    changes: {
      tried: 9,
      unfinished: false,
      allowed: [{ parts: [{ what: text, from: text, to: text }], words: [text] }],
      standing: [policy],
    },
    suggestions: [
      {
        title: text,
        edits: [
          { kind: "add", file: text, text },
          { kind: "replace", file: text, line: 3, before: `a\n${text}`, after: `a\n${text}\n${text}` },
        ],
        allows: false,
        standing: [text],
        newly: { allowed: 3, of: 1_204 },
      },
      { title: text, edits: [{ kind: "add", file: text, text }], allows: true, standing: [] },
    ],
    chain: [
      { what: "execution", words: text, answer: "deny", cause: "no-permit", by: [policy] },
      { what: "capability", words: text, answer: "depends", by: [policy] },
    ],
    consistent: false,
    addresses: {
      known: false,
      rows: [
        {
          address: text,
          class: "public",
          range: text,
          openedBy: text,
          answer: "allow",
          by: [policy],
          hangsOn: [policy],
        },
      ],
    },
    recorded: {
      decision: text,
      call: text,
      at: text,
      policies: text,
      answer: "deny",
      ending: text,
      message: text,
      redirectedFrom: text,
      steps: [{ action: text, resource: text, address: text, addressClass: text, answer: "deny", decision: "step" }],
      tree: { ...callSaying(text, "root"), below: [callSaying(text, "step"), callSaying(text, "other")] },
      same: false,
    },
  };
}

function policySaying(text: string): PolicyInfo {
  return {
    id: `${text}#${text}`,
    name: text,
    engine: "cedar",
    effect: "forbid",
    layer: "workspace",
    place: { file: text, line: 1, column: 1 },
    annotations: { reason: text, owner: text },
  };
}

function clauseSaying(text: string, value: TraceNode["value"]): TraceNode {
  const node: TraceNode = { text, value, kind: "when", actual: text, inside: text, error: text, children: [] };
  return { ...node, children: [{ ...node, kind: "operand" }] };
}

function callSaying(text: string, decision: string): CallTree {
  const words = `${text} → ${text}`;
  return { decision, words, answer: "allow", ending: text, tookUs: 1_234_567, spent: { effect: 1_200 }, below: [] };
}
