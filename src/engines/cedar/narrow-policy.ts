import { policyToJson, policyToText } from "@cedar-policy/cedar-wasm/nodejs";
import { exchangeLargeNumbers, restoreText } from "./large-numbers.ts";

const frame = /^permit\(principal, action, resource\)(.*);$/su;

/**
 * The `when` and `unless` of a policy that is valid, as text: what of it stays when its scope is narrowed. Its comments are
 * left behind.
 * @throws {TypeError} for what is no policy
 */
export function conditionsText(policyText: string): string {
  const { text, numbers } = exchangeLargeNumbers(policyText);
  const parsed = policyToJson(text);
  if (parsed.type === "failure") throw new TypeError("what is to be narrowed is no policy");
  const everyone = { op: "All" } as const;
  const { conditions } = parsed.json;
  const bare = { effect: "permit", principal: everyone, action: everyone, resource: everyone, conditions } as const;
  const written = policyToText(bare);
  const found = written.type === "success" ? frame.exec(written.text)?.[1] : undefined;
  if (found === undefined) throw new TypeError("the library writes policies in another form");
  return restoreText(found.trim(), numbers);
}

// What no terminal and no reader sees as it is, and the validator refuses in any spelling.
const unseen = /[\p{Cc}\p{Cs}\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/u;

/**
 * A policy that is valid under another `@id`; without its comments.
 * @throws {TypeError} for what is no policy
 */
export function withId(policyText: string, id: string): string {
  const { text, numbers } = exchangeLargeNumbers(policyText);
  const parsed = policyToJson(text);
  if (parsed.type === "failure") throw new TypeError("what is to be named is no policy");
  const written = policyToText({ ...parsed.json, annotations: { ...parsed.json.annotations, id } });
  if (written.type === "failure") throw new TypeError("the library writes policies in another form");
  return restoreText(written.text, numbers);
}

/** Whether a policy can name an entity by this id, and a person can read it there. */
export function isReadable(id: string): boolean {
  return !unseen.test(id);
}
