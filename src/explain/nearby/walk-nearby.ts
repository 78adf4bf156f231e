import { limits } from "../../calls/limits.ts";
import type { PutQuestion } from "../explained-policies.ts";
import type { ChangedPart } from "../explanation.ts";
import { nearbyAsks } from "./nearby-asks.ts";
import type { Mention, NearbyCall, Origin } from "./nearby-call.ts";
import { nearbyInputs } from "./nearby-inputs.ts";
import { nearbyMoments } from "./nearby-moments.ts";
import { nearbyPaths } from "./nearby-paths.ts";
import { nearbyUrls } from "./nearby-urls.ts";

/** A call near another, with the question that it comes to. */
export interface Nearby extends Origin {
  /** What was changed on the way. */
  readonly parts: readonly ChangedPart[];
}

/** Every call that differs in one part from another, as far as policies say what could matter. */
export function* nearbyCalls(origin: Origin, mentions: readonly Mention[]): Generator<NearbyCall> {
  yield* nearbyAsks(origin, mentions);
  yield* nearbyPaths(origin, mentions);
  yield* nearbyUrls(origin, mentions);
  yield* nearbyInputs(origin, mentions);
  yield* nearbyMoments(origin, mentions);
}

/** The calls nearby, each once: first those with one part changed, then those with two. */
export function* walkNearby(origin: Origin, mentions: readonly Mention[], put: PutQuestion): Generator<Nearby> {
  let ring: readonly Nearby[] = [{ ...origin, parts: [] }];
  for (let parts = 1; parts <= limits.changedPartsMax; parts++) {
    const next: Nearby[] = [];
    for (const { nearby, from } of around(ring, mentions)) {
      const { call, atMs, part } = nearby;
      const changed: Nearby = { call, atMs, ...put(call, atMs), parts: [...from.parts, part] };
      yield changed;
      next.push(changed);
    }
    ring = next;
  }
}

function* around(ring: readonly Nearby[], mentions: readonly Mention[]) {
  const seen = new Set<string>();
  for (const from of ring) {
    const taken = new Set(from.parts.map(({ what }) => what));
    for (const nearby of nearbyCalls(from, mentions)) {
      if (taken.has(nearby.part.what)) continue;
      const key = JSON.stringify([...from.parts, nearby.part].map(({ what, to }) => `${what} ${to}`).sort());
      if (seen.has(key)) continue;
      seen.add(key);
      yield { nearby, from };
    }
  }
}
