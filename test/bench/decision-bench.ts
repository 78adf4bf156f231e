import { policySetTextToParts, preparsePolicySet, statefulIsAuthorized } from "@cedar-policy/cedar-wasm/nodejs";
import type { AuthorizationRequest } from "../../src/calls/value.ts";
import { knowEntities } from "../../src/engines/cedar/known-entities.ts";
import { wholeRequest } from "../../src/engines/cedar/projection.ts";
import { toCedarRequest } from "../../src/engines/cedar/to-cedar-request.ts";
import { invariants, judge, policyFile, prepareCedar, readRequest } from "../support/cedar-sets.ts";

/** One line of the table: what was measured, over how many policies, and how long one took. */
export interface DecisionRow {
  readonly name: string;
  readonly policies: number;
  /** How many policies the call is judged by. */
  readonly considered: number;
  readonly rounds: number;
  readonly p50Us: number;
  readonly p99Us: number;
}

type Times = Pick<DecisionRow, "rounds" | "p50Us" | "p99Us">;

/** What a decision costs as the set grows, while the number of policies that concern the call stays the same. */
export async function measureDecisions(
  sizes: readonly number[] = [10, 100, 1_000, 10_000],
  rounds = 2_000,
): Promise<readonly DecisionRow[]> {
  const rows: DecisionRow[] = [];
  for (const size of sizes) rows.push(...(await measureSize(size, rounds)));
  return rows;
}

async function measureSize(size: number, rounds: number): Promise<readonly DecisionRow[]> {
  const concerning = concerningPolicies();
  const texts = [...concerning, ...otherPolicies(size - concerning.length)];
  const beganAt = performance.now();
  const set = await prepareCedar([invariants, policyFile(texts.join("\n"))]);
  const loadUs = (performance.now() - beganAt) * 1_000;

  const firstAt = performance.now();
  const { considered } = judge(set, distinctRequest(-rounds));
  const firstUs = (performance.now() - firstAt) * 1_000;

  const row = (name: string, times: Times): DecisionRow => ({ name, policies: size, considered, ...times });
  for (let round = 0; round < rounds / 10; round++) judge(set, distinctRequest(-round));
  const requests = Array.from({ length: rounds }, (_, round) => distinctRequest(round));
  const [again = distinctRequest(0)] = requests;
  const naiveRounds = Math.min(rounds, Math.max(50, Math.floor(200_000 / size)));
  const shipped = policiesOf(invariants.text);
  const rows = [
    row("loading the set", { rounds: 1, p50Us: loadUs, p99Us: loadUs }),
    row("first decision of a slice", { rounds: 1, p50Us: firstUs, p99Us: firstUs }),
    row(
      "decision",
      time(requests, (request) => judge(set, request)),
    ),
    row(
      "decision, request repeated",
      time(
        requests.map(() => again),
        (request) => judge(set, request),
      ),
    ),
    row("one bare call, relevant slice, full request", bareCalls("bench-slice", [...shipped, ...concerning], requests)),
    row("one bare call, whole set", bareCalls("bench-whole", [...shipped, ...texts], requests.slice(0, naiveRounds))),
  ];
  set.dispose();
  return rows;
}

/** The library alone: requests are built beforehand, policies preparsed. */
export function bareCalls(id: string, policies: readonly string[], requests: readonly AuthorizationRequest[]): Times {
  const staticPolicies = Object.fromEntries(policies.map((text, position) => [String(position), text]));
  preparsePolicySet(id, { staticPolicies });
  const calls = requests.map((request) => ({
    ...toCedarRequest(request, knowEntities(request, new Map()), wholeRequest),
    preparsedPolicySetId: id,
  }));
  for (const call of calls.slice(0, calls.length / 10)) statefulIsAuthorized(call);
  const times = time(calls, (call) => statefulIsAuthorized(call));
  preparsePolicySet(id, { staticPolicies: {} });
  return times;
}

function policiesOf(text: string): readonly string[] {
  const answer = policySetTextToParts(text);
  return answer.type === "success" ? answer.policies : [];
}

/** Ten that the call must be judged by, in all the ways in which a scope can match. */
export function concerningPolicies(): readonly string[] {
  const scopes = [
    'principal == Yoi::Plugin::"project:example.notes", action == Yoi::Action::"fs.read", resource in Yoi::Path::"notes/2026"',
    'principal == Yoi::Plugin::"project:example.notes", action in Yoi::Action::"files", resource in Yoi::Path::"notes"',
    'principal in Yoi::Source::"project", action == Yoi::Action::"fs.read", resource in Yoi::Path::"notes"',
    'principal is Yoi::Plugin, action == Yoi::Action::"fs.read", resource is Yoi::Path in Yoi::Path::"notes/2026"',
    'principal, action == Yoi::Action::"fs.read", resource',
  ];
  return scopes.flatMap((scope, number) => [
    `@id("concerning-${number}") permit (${scope}) when { context.via.depth < ${number + 2} };`,
    `@id("guard-${number}") forbid (${scope}) when { context.via.depth > ${number + 5} || context.mount == "keys" };`,
  ]);
}

/** Half for the same plugin and other paths, half for other plugins. */
export function otherPolicies(count: number): readonly string[] {
  return Array.from({ length: Math.max(0, count) }, (_, number) => {
    const plugin = number % 2 === 0 ? "project:example.notes" : `project:example.other-${number}`;
    const path = number % 2 === 0 ? `archive/${number}` : "notes";
    return `@id("other-${number}") permit (principal == Yoi::Plugin::"${plugin}", action == Yoi::Action::"fs.read", resource in Yoi::Path::"${path}") when { context.via.depth < 3 };`;
  });
}

/** A request that none before was. */
export function distinctRequest(round: number): AuthorizationRequest {
  return readRequest({ path: `notes/2026/plan-${round}.md` });
}

function time<T>(inputs: readonly T[], act: (input: T) => unknown): Times {
  const times = inputs.map((input) => {
    const beganAt = performance.now();
    act(input);
    return (performance.now() - beganAt) * 1_000;
  });
  times.sort((one, other) => one - other);
  const quantile = (part: number) => times[Math.min(times.length - 1, Math.floor(times.length * part))] ?? 0;
  return { rounds: times.length, p50Us: quantile(0.5), p99Us: quantile(0.99) };
}
