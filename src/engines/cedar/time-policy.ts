import { statefulIsAuthorized } from "@cedar-policy/cedar-wasm/nodejs";
import type { AuthorizationRequest } from "../../calls/value.ts";
import { knowEntities } from "./known-entities.ts";
import { projectionOf } from "./projection.ts";
import { createSourcesRead, readPolicies } from "./read-policies.ts";
import { preparsedId, releaseSlot } from "./slice-pool.ts";
import { toCedarRequest } from "./to-cedar-request.ts";

const noOperators = new Map();

/**
 * How long the library takes over one policy by itself, in milliseconds for each request and round: what it reads of the
 * request is written and handed over each time, and no answer is kept. Entities that operators add are left out.
 */
export function timePolicy(text: string, requests: readonly AuthorizationRequest[], rounds: number): readonly number[] {
  const source = { file: "policy", layer: "workspace", language: "cedar", text } as const;
  const policies = [...readPolicies([source], createSourcesRead())].flatMap(({ policy }) => policy ?? []);
  const projection = projectionOf(policies);
  const holder = {};
  const times: number[] = [];
  try {
    const staticPolicies = Object.fromEntries(policies.map(({ part }, index) => [String(index), part.text]));
    // The first round is for what is compiled and preparsed with it, and is not counted.
    for (let round = -1; round < rounds; round++) {
      for (const request of requests) {
        const preparsedPolicySetId = preparsedId(holder, () => ({ staticPolicies }));
        const beganAt = performance.now();
        const question = toCedarRequest(request, knowEntities(request, noOperators), projection);
        statefulIsAuthorized({ ...question, preparsedPolicySetId });
        if (round >= 0) times.push(performance.now() - beganAt);
      }
    }
    return times;
  } finally {
    releaseSlot(holder);
  }
}
