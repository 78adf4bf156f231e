// Station: two sets and what they differ in → a request for each difference that shows. Where to look, the policies say
// themselves; whether a request is answered otherwise is evaluated, by both sets.
import { putQuestion } from "../../broker/put-question.ts";
import type { Call } from "../../calls/call.ts";
import { limits } from "../../calls/limits.ts";
import type { AuthorizationRequest } from "../../calls/value.ts";
import { combineVerdicts } from "../../decisions/combine-verdicts.ts";
import type { PolicyInfo } from "../../decisions/policy-info.ts";
import type { PreparedPolicies } from "../../engines/policy-engine.ts";
import type { PolicyOutline } from "../../engines/policy-outline.ts";
import { evaluateAll } from "../../explain/evaluate-all.ts";
import type { PutQuestion } from "../../explain/explained-policies.ts";
import type { Mention, Origin } from "../../explain/nearby/nearby-call.ts";
import { walkNearby } from "../../explain/nearby/walk-nearby.ts";
import { caseInventory } from "../suites/case-inventory.ts";
import type { TouchedPolicy } from "./compare-policies.ts";
import { mentionsIn, seedCalls } from "./seed-calls.ts";

/** How an answer changes from one set to the other. */
export type Direction = "wider" | "narrower";

/** A request that the two sets answer differently, for what one policy has become. */
export interface Witness {
  readonly direction: Direction;
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
  /** Ids of plugins that there are, for policies that name none. */
  readonly plugins: readonly string[];
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
    if (witness !== undefined && !found.has(witness.direction)) found.set(witness.direction, witness);
  }
  return { touched, witnesses: [...found.values()], tried };
}

function* originsFor(outlines: readonly PolicyOutline[], compared: ComparedSets): Generator<Origin> {
  const { plugins, atMs, zone } = compared;
  const put: PutQuestion = (call, at) => putQuestion(call, caseInventory(call, {}, zone), at);
  const beside = besideOf(outlines, compared);
  const isForbid = outlines.some(({ policy }) => policy.effect === "forbid");
  // A forbid shows only in what something permits.
  const about = isForbid ? [...outlines, ...beside.filter(({ policy }) => policy.effect === "permit")] : outlines;
  const starts = about.flatMap((outline) =>
    [...seedCalls(outline, plugins, atMs)].map((call): Origin => ({ call, atMs, ...put(call, atMs) })),
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
  { id, effect }: PolicyInfo,
  { before, after }: ComparedSets,
): Promise<Witness | undefined> {
  const [was, is] = [await evaluateAll(before, request), await evaluateAll(after, request)];
  const [former, present] = [combineVerdicts(was).kind, combineVerdicts(is).kind];
  if (former === present) return undefined;
  // What shows is to be this policy's doing: another that was touched has a request of its own.
  const [decided, decides] = [was, is].map((verdicts) =>
    verdicts.some(({ determining }) => determining.some((policy) => policy.id === id)),
  );
  const isAllowing = effect === "permit" ? decides : decided;
  const isDenying = effect === "permit" ? decided && !decides : decides;
  if (!(present === "allow" ? isAllowing : isDenying)) return undefined;
  const by = is.flatMap(({ determining }) => determining);
  return { direction: present === "allow" ? "wider" : "narrower", call, request, by };
}
