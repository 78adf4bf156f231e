import type { PolicyInfo } from "../../decisions/policy-info.ts";
import { clauseHolds, type PolicyTrace, type TraceNode } from "../../decisions/trace.ts";
import { asksAboutConstant, isSettled, type Part, readsOnlyFixed } from "./settled-parts.ts";

/** A policy that bears on a part of a capability, with the conditions that hang on the request, as it writes them. */
export interface Bearing {
  readonly policy: PolicyInfo;
  readonly conditions: readonly string[];
}

/** What the policies come to for every call of a part. */
export interface Weighed {
  /** Permits that apply to all of it, or to some. */
  readonly permits: readonly Bearing[];
  /** Forbids that apply to all of it. */
  readonly holding: readonly PolicyInfo[];
  /** Forbids that may apply to some of it. */
  readonly possible: readonly Bearing[];
  /** What limits all of it, or some. */
  readonly obliges: readonly Bearing[];
}

/** Sorts the policies that were traced for one call by what they are for every call of its part. */
export function weighPolicies(traces: readonly PolicyTrace[], part: Part): Weighed {
  const weighed = traces.map((trace) => ({ policy: trace.policy, bearing: bearingOf(trace, part) }));
  const bearings = (effect: PolicyInfo["effect"]): readonly Bearing[] =>
    weighed.flatMap(({ policy, bearing }) =>
      policy.effect === effect && bearing !== "never" ? [{ policy, conditions: bearing }] : [],
    );
  const forbids = bearings("forbid");
  return {
    permits: bearings("permit"),
    holding: forbids.filter(({ conditions }) => conditions.length === 0).map(({ policy }) => policy),
    possible: forbids.filter(({ conditions }) => conditions.length > 0),
    obliges: bearings("oblige"),
  };
}

/** The conditions that hang on the request: none where the policy applies to all of the part; `never` to nothing of it. */
function bearingOf(trace: PolicyTrace, part: Part): readonly string[] | "never" {
  return trace.policy.engine === "cedar" ? ofCedar(trace, part) : ofOther(trace, part);
}

function ofCedar({ policy, clauses, value }: PolicyTrace, part: Part): readonly string[] | "never" {
  const open = clauses.filter((clause) => !isSettled(clause, part));
  const failed = clauses.findIndex(
    (clause) => !clauseHolds(clause) && clause.value !== "error" && isSettled(clause, part),
  );
  // FAIL-CLOSED: a forbid denies where it errs, so what stands before the clause that fails must not be able to.
  const mayErr =
    policy.effect === "forbid" && clauses.slice(0, failed).some((one) => open.includes(one) && canErr(one));
  if (failed >= 0 && !mayErr) return "never";
  if (open.length === 0) return value === "true" || policy.effect === "forbid" ? [] : "never";
  return open.map(textOf);
}

// A variable can carry what one line of a rule read into the next, so only a line that names everything it reads tells
// something by itself.
function ofOther({ clauses, value }: PolicyTrace, part: Part): readonly string[] | "never" {
  const own = clauses.filter(({ kind }) => kind !== "scope");
  const open = own.filter((clause) => !isClosed(clause, part));
  if (own.some((clause) => !open.includes(clause) && clause.value === "false")) return "never";
  if (open.length > 0) return open.map(textOf);
  return value === "true" ? [] : "never";
}

const inputPath = /\binput\.(?:action|((?:principal|resource|context)(?:\.\w+)*))/g;

/** Whether a line of Rego reads only what all calls of the part have in common, and nothing that another line made. */
function isClosed({ text, value, children }: TraceNode, part: Part): boolean {
  if (children.length > 0 || value === "unreached") return false;
  const bare = text.replace(/"(?:[^"\\]|\\.)*"/g, "");
  const reads = [...bare.matchAll(inputPath)].flatMap(([, path]) => (path === undefined ? [] : [path]));
  // Which agents a policy in Rego names nobody has looked up: the answer for one that is not named is not theirs.
  if (isAboutAgents(part) && reads.some((read) => read.startsWith("principal"))) return false;
  const rest = bare.replace(inputPath, "").replace(/\b(?:not|in|true|false|null|equal|eq|neq)\b/g, "");
  return !/[A-Za-z_]/.test(rest) && readsOnlyFixed({ text, value: "true", kind: "when", reads, children: [] }, part);
}

function isAboutAgents({ capability, isOneAgent }: Part): boolean {
  return capability.action === "tool.execute" && !isOneAgent;
}

/** Whether an expression of Cedar's computes with numbers, or asks about an entity that it names: after strict validation nothing else can fail. */
export function canErr({ text }: Pick<TraceNode, "text">): boolean {
  return /[+*-]/.test(text.replace(/"(?:[^"\\]|\\.)*"/g, "")) || asksAboutConstant(text);
}

function textOf({ kind, text }: TraceNode): string {
  return kind === "unless" ? `unless ${text}` : text;
}
