import { createHash } from "node:crypto";
import { type PolicyJson, type PolicyToJsonAnswer, policyToJson } from "@cedar-policy/cedar-wasm/nodejs";
import { limits } from "../../calls/limits.ts";
import type { OwnCache } from "../own-cache.ts";
import type { PolicySource } from "../policy-engine.ts";

/** How a policy's text becomes a tree. */
export type ParsePolicy = (text: string) => PolicyToJsonAnswer;

/** The trees of a whole set, as a process before this one parsed and validated it, or as this one does. */
export interface PolicyTrees {
  readonly parse: ParsePolicy;
  /** Whether all that was parsed so far was found valid before, under the same schema, by the same library. */
  areValid(): boolean;
  /** Keeps what was parsed, once all of it is found valid. */
  keep(): Promise<void>;
}

/** Parses, and remembers nothing. */
export const parsedAnew: PolicyTrees = {
  parse: (text) => policyToJson(text),
  areValid: () => false,
  keep: async () => undefined,
};

/**
 * Trees of a set in the user's own cache: a command that starts anew would spend most of its time on parsing and
 * validating what has not changed since.
 */
export async function recallTrees(
  cache: OwnCache,
  sources: readonly PolicySource[],
  /** The library's version and the schema. */
  basis: readonly string[],
): Promise<PolicyTrees> {
  const texts = sources.map(({ text }) => text);
  if (texts.reduce((sum, text) => sum + text.length, 0) > limits.policyTreesTextMax) return parsedAnew;
  // INVARIANT: the key holds all that parsing and validation are made from.
  const key = `sha256:${createHash("sha256")
    .update(JSON.stringify([basis, texts]))
    .digest("hex")}`;
  const kept = await cache.read(key);
  if (isTrees(kept)) {
    const trees = new Map(kept.trees);
    let isWhole = true;
    return {
      parse: (text) => {
        const json = trees.get(text);
        if (json !== undefined) return { type: "success", json };
        // FAIL-CLOSED: what was not kept was not found valid.
        isWhole = false;
        return policyToJson(text);
      },
      areValid: () => isWhole,
      keep: async () => undefined,
    };
  }
  const trees = new Map<string, PolicyJson>();
  return {
    parse: (text) => {
      const answer = policyToJson(text);
      if (answer.type === "success") trees.set(text, answer.json);
      return answer;
    },
    areValid: () => false,
    keep: () => cache.write(key, { trees: [...trees] }),
  };
}

function isTrees(value: unknown): value is { readonly trees: readonly (readonly [string, PolicyJson])[] } {
  return typeof value === "object" && value !== null && "trees" in value && Array.isArray(value.trees);
}
