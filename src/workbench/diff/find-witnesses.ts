// Station: two sets and what they differ in → a request for each difference that shows. Where to look, the policies say
// themselves; whether a request is answered otherwise is evaluated, by both sets.
import { putQuestion } from "../../broker/put-question.ts";
import type { Call } from "../../calls/call.ts";
import { limits } from "../../calls/limits.ts";
import type { AuthorizationRequest } from "../../calls/value.ts";
import { combineVerdicts } from "../../decisions/combine-verdicts.ts";
import { undischargeable } from "../../decisions/obligation.ts";
import type { PolicyInfo } from "../../decisions/policy-info.ts";
import type { PreparedPolicies } from "../../engines/policy-engine.ts";
import type { PolicyOutline } from "../../engines/policy-outline.ts";
import { evaluateAll } from "../../explain/evaluate-all.ts";
import type { PutQuestion } from "../../explain/explained-policies.ts";
import type { Mention, Origin } from "../../explain/nearby/nearby-call.ts";
import { walkNearby } from "../../explain/nearby/walk-nearby.ts";
import { type Answer, type Difference, type Direction, differenceOf } from "../replay/compare-answers.ts";
import { spelled } from "../replay/replayed-answer.ts";
import { caseInventory } from "../suites/case-inventory.ts";
import type { TouchedPolicy } from "./compare-policies.ts";
import { type KnownSeeds, mentionsIn, seedCalls } from "./seed-calls.ts";

/** A request that the two sets answer differently, for what one policy has become. */
export interface Witness {
  readonly difference: Difference;
  readonly call: Call;
  readonly request: AuthorizationRequest;
  /** What permits or forbids it in the later set: nothing, where all that permitted it is gone. */
  readonly by: readonly PolicyInfo[];
}

/** What was found out about one policy. */
export interface Probed {
  readonly touched: TouchedPolicy;
  readonly witnesses: readonly Witness[];
  /** How many requests both sets were asked about. */
  readonly tried: number;
}

/** Two sets to hold against each other. */
export interface ComparedSets {
  readonly before: readonly PreparedPolicies[];
  readonly after: readonly PreparedPolicies[];
  readonly known: KnownSeeds;
  readonly zone: string;
  readonly atMs: number;
}

/** Looks for a request in each direction in which a policy that was touched can matter. */
export async function findWitnesses(touched: TouchedPolicy, compared: ComparedSets): Promise<Probed> {
  const outlines = [touched.before, touched.after].filter((outline) => outline !== undefined);
  const found = new Map<Direction, Witness>();
  let tried = 0;
  for (const origin of originsFor(outlines, compared)) {
    if (tried >= limits.witnessRequestsMax || found.size === 2) break;
    // What nobody could ask for is no witness.
    if (origin.flaw !== undefined) continue;
    tried++;
    const witness = await witnessOf(origin, touched.policy, compared);
    if (witness !== undefined && !found.has(witness.difference.direction))
      found.set(witness.difference.direction, witness);
  }
  return { touched, witnesses: [...found.values()], tried };
}

function* originsFor(outlines: readonly PolicyOutline[], compared: ComparedSets): Generator<Origin> {
  const { known, atMs, zone } = compared;
  const put: PutQuestion = (call, at) => putQuestion(call, caseInventory(call, {}, zone), at);
  const beside = besideOf(outlines, compared);
  const isPermit = outlines.every(({ policy }) => policy.effect === "permit");
  // What forbids or obliges shows only in what something permits.
  const about = !isPermit ? [...outlines, ...beside.filter(({ policy }) => policy.effect === "permit")] : outlines;
  const starts = about.flatMap((outline) =>
    [...seedCalls(outline, known, atMs)].map((call): Origin => ({ call, atMs, ...put(call, atMs) })),
  );
  yield* starts;
  for (const origin of starts) yield* walkNearby(origin, mentionsOf([...outlines, ...beside], origin), put);
}

/** The policies of both sets that can apply to what these can, but for what ships. */
function besideOf(outlines: readonly PolicyOutline[], { before, after }: ComparedSets): readonly PolicyOutline[] {
  const wanted = new Set(outlines.flatMap(({ actions }) => actions));
  const all = [...before, ...after].flatMap((set) => set.outline());
  return all.filter(({ policy, actions }) => policy.layer !== "invariant" && actions.some((one) => wanted.has(one)));
}

/** What policies ask about the parts of a request; a permit shows only where no forbid beside it stands. */
function mentionsOf(outlines: readonly PolicyOutline[], { call }: Origin): readonly Mention[] {
  const all = outlines.filter(({ actions }) => actions.includes(call.action)).flatMap(mentionsIn);
  const byPath = Map.groupBy(all, ({ path }) => path);
  return [...byPath].map(([path, mentions]) => ({
    path,
    literals: mentions.flatMap(({ literals }) => literals).slice(0, limits.mentionedLiteralsMax),
  }));
}

async function witnessOf(
  { call, request }: Origin,
  policy: PolicyInfo,
  { before, after }: ComparedSets,
): Promise<Witness | undefined> {
  const [was, is] = [await answerOf(before, request), await answerOf(after, request)];
  const difference = differenceOf(was, is);
  if (difference === undefined || !isDoingOf(policy, was, is)) return undefined;
  return { difference, call, request, by: is.by };
}

interface DecidedAnswer extends Answer {
  /** What permits or forbids it. */
  readonly by: readonly PolicyInfo[];
}

async function answerOf(sets: readonly PreparedPolicies[], request: AuthorizationRequest): Promise<DecidedAnswer> {
  const verdicts = await evaluateAll(sets, request);
  const combined = combineVerdicts(verdicts);
  const obligations = verdicts.flatMap((verdict) => verdict.obligations);
  const isAllowed = combined.kind === "allow" && undischargeable(obligations, request.action) === undefined;
  return { kind: isAllowed ? "allow" : "deny", obligations, by: verdicts.flatMap(({ determining }) => determining) };
}

/** Whether what shows is this policy's doing: another that was touched has a request of its own. */
function isDoingOf({ id, effect }: PolicyInfo, was: DecidedAnswer, is: DecidedAnswer): boolean {
  if (boundBy(id, was) !== boundBy(id, is)) return true;
  const [decided, decides] = [was, is].map(({ by }) => by.some((policy) => policy.id === id));
  if (is.kind === was.kind) return false;
  if (is.kind === "allow") return effect === "permit" ? decides === true : decided === true;
  return effect === "permit" ? decided === true && decides !== true : decides === true;
}

function boundBy(policy: string, { obligations }: Answer): string {
  const own = obligations.filter((one) => one.policy === policy);
  return own.map(spelled).toSorted().join("\n");
}
