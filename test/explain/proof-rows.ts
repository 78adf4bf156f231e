import type { Call } from "../../src/calls/call.ts";
import { type Action, actions } from "../../src/calls/powers.ts";
import type { PolicySource } from "../../src/engines/policy-engine.ts";
import { policyFile } from "../support/cedar-sets.ts";
import { broadCall } from "../support/explained-calls.ts";
import { regoFile } from "../support/rego-sets.ts";

export const languages = ["cedar", "rego", "both"] as const;
export type Languages = (typeof languages)[number];
export const deniedBy = ["no-permit", "explicit-forbid", "engine-error"] as const;
export type DeniedBy = (typeof deniedBy)[number];

const cedarText: { readonly [C in DeniedBy]: (action: Action) => string } = {
  "no-permit": (action) =>
    `@id("near")\npermit (principal == ${otherPrincipal(action)}, action == Yoi::Action::"${action}", resource);`,
  "explicit-forbid": (action) => `@id("held")\nforbid (principal, action == Yoi::Action::"${action}", resource);`,
  "engine-error": (action) =>
    `@id("torn")\nforbid (principal, action == Yoi::Action::"${action}", resource) when { context.via.depth * 9223372036854775807 > 1 };`,
};

const regoText: { readonly [C in DeniedBy]: (action: Action) => string } = {
  "no-permit": (action) =>
    `permit contains {"id": "near"} if {\n\tinput.action == "${action}"\n\tinput.principal.id == "nobody"\n}`,
  "explicit-forbid": (action) =>
    `forbid contains {"id": "held", "because": "not this"} if {\n\tinput.action == "${action}"\n}`,
  "engine-error": (action) =>
    `torn(x) := 1 if x.action\n\ntorn(x) := 2 if x.action\n\nforbid contains {"id": "torn"} if {\n\tinput.action == "${action}"\n\ttorn(input) == 3\n}`,
};

function otherPrincipal(action: Action): string {
  return action === "tool.execute" || action === "plugin.prepare"
    ? 'Yoi::Agent::"nobody"'
    : 'Yoi::Plugin::"project:example.nobody"';
}

/** What denies a call of the action, in one language or in both; a connection is permitted by what ships. */
export function denyingPolicies(cause: DeniedBy, action: Action, language: Languages): readonly PolicySource[] {
  return [
    ...(language === "rego" ? [] : [policyFile(cedarText[cause](action))]),
    ...(language === "cedar" ? [] : [regoFile(`package yoi.policy.proof\n\n${regoText[cause](action)}\n`)]),
  ];
}

/** The name of the policy that a row is about, by engine. */
export function namedBy(cause: DeniedBy): string {
  return { "no-permit": "near", "explicit-forbid": "held", "engine-error": "torn" }[cause];
}

const otherPlugin = "project:example.other" as const;

/** Calls that a change which is meant for one call must leave as they are: other askers, resources, methods, actions. */
export function neighboursOf(action: Action): readonly Call[] {
  const others = actions.filter((other) => other !== action).map((other) => broadCall(other));
  const isByAgent = action === "tool.execute" || action === "plugin.prepare";
  const asker = isByAgent
    ? broadCall(action, {}, { principal: { kind: "agent", id: "bot" } })
    : broadCall(action, action === "tool.register" ? { plugin: otherPlugin } : {}, {
        principal: { kind: "plugin", id: otherPlugin },
      });
  return [...others, asker, ...resourcesBeside(action)];
}

function resourcesBeside(action: Action): readonly Call[] {
  switch (action) {
    case "tool.register":
    case "tool.execute":
      return [broadCall(action, { tool: "nothing" })];
    case "plugin.prepare":
      return [broadCall(action, { plugin: otherPlugin })];
    case "https.request":
      return [
        broadCall(action, { method: "POST" }),
        broadCall(action, { url: "https://api.example.com/v2/now/here" }),
        broadCall(action, { url: "https://api.example.com/v2" }),
      ];
    case "network.connect":
      return [broadCall(action, { url: "https://api.example.com/v2" })];
    case "secret.use":
      return [broadCall(action, { url: "https://api.example.com/v2" })];
    case "fs.list":
      return [broadCall(action, { path: "notes/2026" }), broadCall(action, { path: "notes/2026/other.md" })];
    default:
      return [
        broadCall(action, { path: "notes/2026/plan.md/below" }),
        broadCall(action, { path: "notes/2026/other.md" }),
      ];
  }
}
