import type { Call } from "../../calls/call.ts";
import type { Inventory, UrlPattern } from "../../calls/inventory.ts";
import type { AuthorizationRequest, Value } from "../../calls/value.ts";
import { type Cause, causes, isCause } from "../../decisions/cause.ts";
import { combineVerdicts } from "../../decisions/combine-verdicts.ts";
import { type Obligation, obligationKinds } from "../../decisions/obligation.ts";
import type { PolicyInfo } from "../../decisions/policy-info.ts";
import type { PolicyTrace } from "../../decisions/trace.ts";
import type { Verdict } from "../../decisions/verdict.ts";
import type { PreparedPolicies } from "../../engines/policy-engine.ts";
import { evaluateAll } from "../evaluate-all.ts";
import { type Capability, callIn, type Use } from "./capability.ts";
import type { NamedEntities } from "./named-entities.ts";
import { type Place, holds as placeHolds, placesOf, sampleOf } from "./places.ts";
import type { Part } from "./settled-parts.ts";
import { type Bearing, canErr, weighPolicies } from "./weigh-policies.ts";

/** What would be decided of every call in a part of a capability. */
export interface Reach {
  /** `depends`: on more of the request than the part says. */
  readonly answer: "allow" | "deny" | "depends";
  /** Of a denial. */
  readonly cause?: Cause;
  /** Of a denial: the policies that make it so. */
  readonly by: readonly PolicyInfo[];
  /** Any of these is enough. */
  readonly permits: readonly Bearing[];
  /** Any of these, where it applies, denies. */
  readonly forbids: readonly Bearing[];
  /** Each of these, where it applies, limits what is allowed; a permit in Cedar may limit as well. */
  readonly obliges: readonly Bearing[];
  /** What an allowed call is held to by compiled policies, as far as one sample tells. */
  readonly obligations: readonly Obligation[];
  /** There were too many questions: nobody has asked about this. */
  readonly skipped?: true;
}

/** One part of a capability: a place alone, all that lies below it, or both, without the parts that `except` names. */
export interface ReachedPart extends Reach {
  /** Absent for what has no places: a tool, or a secret that nobody defined. */
  readonly at?: string;
  readonly extent: "itself" | "below" | "all";
  readonly except: readonly string[];
}

/** What is asked, and whom. */
export interface ReachParts {
  readonly sets: readonly PreparedPolicies[];
  readonly put: (call: Call) => AuthorizationRequest;
  readonly inventory: Pick<Inventory, "openings">;
  /** What the policies name that can apply to the plugin. */
  readonly named: NamedEntities;
  /** The plugin's other patterns of URLs: what they cover too is not broad. */
  readonly patterns: readonly UrlPattern[];
  /** Whether there are policies that nobody can look into: compiled ones. */
  readonly isOpaque: boolean;
  /** Whether the question is about one agent; else about any. */
  readonly isOneAgent: boolean;
  /** How many calls may still be asked about; of what is left then nobody knows what it hangs on. */
  readonly questions: { left: number };
  readonly nowMs: number;
}

/** What a capability would get: as few parts as it takes to say one thing of each. */
export async function reachOf(capability: Capability, use: Use, parts: ReachParts): Promise<readonly ReachedPart[]> {
  const named = parts.named.ofAction(capability.action);
  const { places, isWhole } = placesOf(capability, named, parts.patterns);
  const told = new Set(named.map(({ type, id }) => `${type} ${id}`));
  const reachAt = async (place: Place | undefined, extent: "itself" | "below"): Promise<Reach> => {
    const part: Part = {
      capability,
      ...(place !== undefined && { place }),
      extent,
      isOneAgent: parts.isOneAgent,
      hasOpenings: parts.inventory.openings.length > 0,
      isTold: (literal) => isWhole && isNamed(literal, told),
    };
    // ATTACK: a package that asks for thousands of things, so that nobody gets to see what it may do (threats 35).
    if (parts.questions.left-- <= 0) return unasked;
    const at = place === undefined ? anywhere : sampleOf(place, places, extent);
    const reach = await reachOfCall(callIn(capability, at, use, parts.nowMs), part, parts);
    return isWhole || reach.answer === "deny" ? reach : { ...reach, answer: "depends" };
  };
  if (places.length === 0) return [{ ...(await reachAt(undefined, "itself")), extent: "all", except: [] }];
  const reached: { readonly place: Place; readonly itself?: Reach; readonly below: Reach }[] = [];
  for (const place of places) {
    const hasItself = isNamedItself(place, told) && !(isMountItself(capability, place) && !mayBeMount(capability));
    const itself = hasItself ? await reachAt(place, "itself") : undefined;
    reached.push({ place, ...(itself !== undefined && { itself }), below: await reachAt(place, "below") });
  }
  return foldParts(reached);
}

const nothing = { permits: [], forbids: [], obliges: [], obligations: [] } as const;

/** What is said of a part that was not asked about. */
const unasked: Reach = { ...nothing, answer: "depends", by: [], skipped: true };

// Of a secret that nobody defined any URL is as good as another.
const anywhere = "https://any-host.example";

// Only a policy that names the very place can tell it from what lies below it.
function isNamedItself({ hosts, shown }: Place, told: ReadonlySet<string>): boolean {
  return hosts.kind === "one" && (told.has(`Path ${shown}`) || told.has(`Url ${shown}`));
}

function isMountItself(capability: Capability, place: Place): boolean {
  return capability.about === "file" && place.path === capability.folder;
}

/** A file is never the mount itself, and a listing or a look at it can be. */
function mayBeMount({ action }: Capability): boolean {
  return action === "fs.list" || action === "fs.stat";
}

function isNamed(literal: Value, told: ReadonlySet<string>): boolean {
  if (typeof literal !== "object" || !("entity" in literal)) return true;
  const { type, id } = literal.entity;
  return type === "Group" || type === "Source" || type === "Plugin" || told.has(`${type} ${id}`);
}

async function reachOfCall(call: Call, part: Part, { put, sets, isOpaque }: ReachParts): Promise<Reach> {
  const request = put(call);
  const verdicts = await evaluateAll(sets, request);
  // What a policy's head rules out, it rules out for all of the part.
  const traces = (await Promise.all(sets.map((set) => set.trace(request, { nearMisses: false })))).flat();
  const combined = combineVerdicts(verdicts);
  const { permits, holding, possible, obliges } = weighPolicies(traces, part);
  const known = new Set(sets.flatMap(({ policies }) => policies.map(({ id }) => id)));
  const base = {
    permits,
    forbids: possible,
    obliges,
    obligations: verdicts.flatMap(({ obligations }) => obligations.filter(({ policy }) => !known.has(policy))),
  };
  // What holds for one moment or one request only is no cause of all of it.
  if (combined.kind === "deny" && holding.length > 0) {
    return { ...base, ...nothing, answer: "deny", cause: causeOf(holding), by: holding };
  }
  const isWhole = !isOpaque && verdicts.every((verdict) => isTraced(verdict, traces));
  const nothingPermits = permits.length === 0 && isWhole && !verdicts.some(({ effect }) => effect === "error");
  if (combined.kind === "deny" && nothingPermits) {
    return { ...base, ...nothing, answer: "deny", cause: "no-permit", by: [] };
  }
  const isSure = permits.some(({ conditions }) => conditions.length === 0) && !permits.some(mayErr);
  const isAllowed = combined.kind === "allow" && isSure && possible.length === 0 && isWhole;
  return { ...base, answer: isAllowed ? "allow" : "depends", by: [] };
}

// FAIL-CLOSED: a trace that could not be made has no policies in it, and would look like one in which none applies.
function isTraced({ engine, considered }: Verdict, traces: readonly PolicyTrace[]): boolean {
  return engine !== "cedar" || traces.filter(({ policy }) => policy.engine === engine).length >= considered;
}

function causeOf(forbids: readonly PolicyInfo[]): Cause {
  const named = forbids.map(({ annotations: { cause = "" } }) => (isCause(cause) ? cause : "explicit-forbid"));
  return causes.find((cause) => named.includes(cause)) ?? "explicit-forbid";
}

/** A permit with obligations that errs denies, as a forbid does. */
function mayErr({ policy, conditions }: Bearing): boolean {
  const obliges = obligationKinds.some((kind) => policy.annotations[kind] !== undefined);
  return obliges && conditions.some((text) => canErr({ text }));
}

/** Leaves out what is the same as that in which it lies, and joins a place with what is below it where they agree. */
function foldParts(
  reached: readonly { readonly place: Place; readonly itself?: Reach; readonly below: Reach }[],
): readonly ReachedPart[] {
  // Wider places first, so that each comes after what it lies in.
  const depth = (place: Place) => reached.filter((one) => one.place !== place && placeHolds(one.place, place)).length;
  const inOrder = reached.toSorted((one, other) => depth(one.place) - depth(other.place));
  const kept: (ReachedPart & { readonly at: string; readonly place: Place })[] = [];
  for (const { place, itself, below } of inOrder) {
    const around = kept.findLast((one) => one.extent !== "itself" && placeHolds(one.place, place));
    const isNew = (reach: Reach | undefined): reach is Reach =>
      reach !== undefined && (around === undefined || keyOf(reach) !== keyOf(around));
    const part = (reach: Reach, extent: ReachedPart["extent"]) =>
      void kept.push({ ...reach, at: place.shown, place, extent, except: [] });
    if (itself === undefined || keyOf(itself) === keyOf(below)) {
      if (isNew(below)) part(below, "all");
    } else {
      if (isNew(itself)) part(itself, "itself");
      if (isNew(below)) part(below, "below");
      // What is below is as what lies around it, and the place itself is not.
    }
  }
  return kept.map(({ place, ...part }) => ({
    ...part,
    except: part.extent === "itself" ? [] : exceptionsOf(part.at, place, kept),
  }));
}

function exceptionsOf(
  at: string,
  place: Place,
  kept: readonly { readonly at: string; readonly extent: ReachedPart["extent"]; readonly place: Place }[],
): readonly string[] {
  const inner = kept.filter((one) => one.at !== at && placeHolds(place, one.place));
  return [...new Set(inner.map((one) => one.at))];
}

function keyOf({ answer, cause, by, permits, forbids, obliges, obligations }: Reach): string {
  const ids = (bearings: readonly Bearing[]) => bearings.map(({ policy, conditions }) => [policy.id, conditions]);
  return JSON.stringify([answer, cause, by.map(({ id }) => id), ids(permits), ids(forbids), ids(obliges), obligations]);
}
