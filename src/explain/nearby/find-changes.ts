// Station: a denial → the smallest changes of the request that would be allowed. Policies say where to look: what the
// nearest permits miss and the standing forbids name. Whether a change helps is never reasoned out, but evaluated.
import type { Call } from "../../calls/call.ts";
import type { PluginRef } from "../../calls/identifiers.ts";
import type { Json } from "../../calls/json.ts";
import { limits } from "../../calls/limits.ts";
import { combineVerdicts } from "../../decisions/combine-verdicts.ts";
import type { PolicyInfo } from "../../decisions/policy-info.ts";
import type { Verdict } from "../../decisions/verdict.ts";
import { YoiError } from "../../errors/yoi-error.ts";
import { evaluateAll } from "../evaluate-all.ts";
import type { ExplainedPolicies, PutQuestion } from "../explained-policies.ts";
import type { ChangedPart, RequestChange, RequestChanges } from "../explanation.ts";
import { parseCallWords } from "../parse-call-words.ts";
import { sayCall } from "../say-call.ts";
import type { Mention, Origin } from "./nearby-call.ts";
import { type Nearby, walkNearby } from "./walk-nearby.ts";

/** What a search is made with. */
export interface Search {
  readonly origin: Origin;
  /** On the origin. */
  readonly verdicts: readonly Verdict[];
  readonly mentions: readonly Mention[];
  readonly sets: ExplainedPolicies["sets"];
  readonly put: PutQuestion;
  /** Milliseconds from whenever: what the search may take is bounded. */
  readonly clockMs: () => number;
}

/** Evaluates the calls nearby until a few are found that are allowed, or the bound is reached. */
export async function findChanges({ origin, verdicts, mentions, sets, put, clockMs }: Search): Promise<RequestChanges> {
  const allowed: RequestChange[] = [];
  const standing = new Map(forbidsOf(verdicts).map((policy) => [policy.id, policy]));
  let [looked, tried, unfinished] = [0, 0, false];
  const untilMs = clockMs() + limits.nearbySearchMs;
  for (const nearby of walkNearby(origin, mentions, put)) {
    const smallest = allowed[0]?.parts.length ?? nearby.parts.length;
    if (smallest < nearby.parts.length || allowed.length >= limits.requestChangesMax) break;
    if (looked++ >= limits.nearbyRequestsMax || clockMs() > untilMs) {
      unfinished = true;
      break;
    }
    // Of several ways to change the same parts, the first is enough.
    if (allowed.some(({ parts }) => whatOf(parts) === whatOf(nearby.parts))) continue;
    // What nobody could ask for says nothing of what would be answered.
    if (nearby.flaw !== undefined) continue;
    tried++;
    const answers = await evaluateAll(sets, nearby.request);
    if (combineVerdicts(answers).kind === "allow") {
      allowed.push({ parts: nearby.parts, ...(await wordsOf(nearby, { origin, sets, put })) });
      continue;
    }
    const still = new Set(forbidsOf(answers).map(({ id }) => id));
    for (const id of standing.keys()) if (!still.has(id)) standing.delete(id);
  }
  return { tried, unfinished, allowed, standing: allowed.length > 0 ? [] : [...standing.values()] };
}

function whatOf(parts: readonly ChangedPart[]): string {
  return parts
    .map(({ what }) => what)
    .sort()
    .join(" ");
}

/** The call as one would ask about it, where that is allowed as well: at another moment it is the same, and words do not say everything. */
async function wordsOf(
  { call, parts }: Nearby,
  { origin, sets, put }: Pick<Search, "origin" | "sets" | "put">,
): Promise<Pick<RequestChange, "words">> {
  const words = parts.some(({ what }) => what === "moment") || call === origin.call ? undefined : sayCall(call);
  if (words === undefined) return {};
  const said = readWords(words, origin.atMs);
  if (said === undefined) return {};
  const { request, flaw } = put(said, origin.atMs);
  const isAllowed = flaw === undefined && combineVerdicts(await evaluateAll(sets, request)).kind === "allow";
  return isAllowed ? { words } : {};
}

/** Nothing for what words cannot say, such as a path of nothing. */
function readWords(words: readonly string[], nowMs: number): Call | undefined {
  try {
    return parseCallWords({
      words,
      nowMs,
      qualify: (id) => id as PluginRef,
      parseInput: (text): Json => JSON.parse(text),
    });
  } catch (error) {
    if (YoiError.is(error, "YOI_USAGE") || YoiError.is(error, "YOI_CALL_MALFORMED")) return undefined;
    throw error;
  }
}

function forbidsOf(verdicts: readonly Verdict[]): readonly PolicyInfo[] {
  return verdicts.flatMap(({ determining, errors }) => [
    ...determining.filter(({ effect }) => effect === "forbid"),
    ...errors.flatMap(({ policy }) => (policy?.effect === "forbid" ? [policy] : [])),
  ]);
}
