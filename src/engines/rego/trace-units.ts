import { isDeepStrictEqual } from "node:util";
import type { PolicyInfo } from "../../decisions/policy-info.ts";
import type { PolicyTrace, TraceNode } from "../../decisions/trace.ts";
import { policiesOf } from "./from-rego-answer.ts";
import type { OpaProgram, TracedExpression, TracedRule } from "./opa/opa-program.ts";
import type { PreparedUnit } from "./prepare-units.ts";

/**
 * How every policy of a unit came out, as OPA's own evaluator says, with whether it and the compiled policy
 * come to the same. A bundle, which has no sources, has no trace.
 */
export async function traceUnit(unit: PreparedUnit, opa: OpaProgram, input: string): Promise<readonly PolicyTrace[]> {
  const { modules, rules } = unit;
  if (modules === undefined || rules === undefined) return [];
  const traced = await opa.trace(modules, input);
  if ("findings" in traced) return [];
  const answer = await answerOf(unit, input);
  // Where the compiled policy failed there is nothing to hold OPA's answer against.
  const same = answer === undefined ? undefined : isDeepStrictEqual(sorted(traced.decision), sorted(answer));
  const opinion = same === undefined ? {} : ({ secondOpinion: same ? "same" : "different" } as const);
  const traces = policiesOf(rules, unit.layer).flatMap((policy): PolicyTrace[] => {
    const rule = traced.rules.find((one) => isAt(one, policy));
    if (rule === undefined) return [];
    const clauses = clausesOf(rule, "when");
    return [{ policy, value: rule.value, clauses, ...opinion }];
  });
  return traces.filter((trace) => trace.value !== "false" || isOfAction(trace));
}

// A rule that asks for another action cannot apply to the call, and says nothing about it.
function isOfAction({ clauses }: PolicyTrace): boolean {
  return !clauses.some(({ kind, value }) => kind === "scope" && value === "false");
}

async function answerOf({ loaded }: PreparedUnit, input: string): Promise<unknown> {
  try {
    return await loaded.evaluate(input);
  } catch {
    return undefined;
  }
}

function isAt({ file, line, column }: TracedRule, { place }: PolicyInfo): boolean {
  return file === place.file && line === place.line && column === place.column;
}

function clausesOf({ expressions, below }: TracedRule, kind: TraceNode["kind"]): readonly TraceNode[] {
  const unclaimed = new Set(below);
  const nodes = expressions.map((expression): TraceNode => {
    const used = [...unclaimed].filter((rule) => isNamed(shortName(rule), expression.text));
    for (const rule of used) unclaimed.delete(rule);
    return nodeOf(expression, kind === "when" && isOfActionAlone(expression) ? "scope" : kind, used);
  });
  return [...nodes, ...[...unclaimed].map(nodeOfRule)];
}

// FAIL-CLOSED: a rule that is false by its scope is said nothing of; one that reads more may be true of another call.
function isOfActionAlone({ text, reads }: TracedExpression): boolean {
  return /\binput\.action\b/.test(text) && reads.every((path) => path === "action");
}

/** Whether an expression leans on a rule of that name: not in a text, and not as a part of the input. */
function isNamed(name: string, text: string): boolean {
  const bare = text.replace(/"(?:[^"\\]|\\.)*"|`[^`]*`/g, '""').replace(/\binput(?:\.\w+|\[[^\]]*\])*/g, "input");
  return bare.match(/\w+/g)?.includes(name) ?? false;
}

function nodeOf(expression: TracedExpression, kind: TraceNode["kind"], used: readonly TracedRule[]): TraceNode {
  const { text, value, reads, literals, actual, error } = expression;
  return {
    text,
    value,
    kind,
    reads,
    literals,
    ...(actual !== undefined && { actual }),
    ...(error !== undefined && { error }),
    children: used.map(nodeOfRule),
  };
}

function nodeOfRule(rule: TracedRule): TraceNode {
  const text = `${rule.name} (${rule.file}:${rule.line})`;
  return { text, value: rule.value, kind: "operand", children: clausesOf(rule, "operand") };
}

function shortName({ name }: TracedRule): string {
  return name.slice(name.lastIndexOf(".") + 1);
}

/** Sets come as lists, in no order that means anything. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value))
    return value.map(sorted).sort((one, other) => compare(JSON.stringify(one), JSON.stringify(other)));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([key, below]) => [key, sorted(below)] as const);
  return Object.fromEntries(entries.sort(([one], [other]) => compare(one, other)));
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
