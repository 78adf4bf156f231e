import { type DetailedError, type SchemaJson, validate } from "@cedar-policy/cedar-wasm/nodejs";
import { byPlace } from "../../errors/by-place.ts";
import type { Finding } from "../../errors/error-details.ts";
import { suggestName } from "../../errors/suggest-name.ts";
import { libraryFinding, placeIn } from "./library-findings.ts";
import { didYouMean } from "./policy-annotations.ts";
import { type Expression, operandsOf } from "./policy-tree.ts";
import type { CedarPolicy } from "./read-policies.ts";

/** A schema as text and as what it says, and the attribute names that it has, for people. */
export interface PolicySchema {
  readonly text: string;
  readonly json: SchemaJson<string>;
  readonly attributes: ReadonlySet<string>;
  /** Which actions have an attribute right in their context. */
  readonly contexts: ReadonlyMap<string, ReadonlySet<string>>;
}

/** Reads the schema that all policies are held against, in its form as JSON. */
export function readSchema(text: string): PolicySchema {
  const json: SchemaJson<string> = JSON.parse(text);
  const actions = Object.entries(json["Yoi"]?.actions ?? {});
  return {
    text,
    json,
    attributes: new Set(attributeNames(json)),
    contexts: new Map(
      actions.flatMap(([action, { appliesTo }]) => {
        const context = appliesTo?.context;
        return context !== undefined && "attributes" in context
          ? [[action, new Set(Object.keys(context.attributes))]]
          : [];
      }),
    ),
  };
}

function* attributeNames(node: SchemaJson<string> | object): Generator<string> {
  for (const [key, below] of Object.entries(node)) {
    if (typeof below !== "object" || below === null) continue;
    if (key === "attributes") yield* Object.keys(below);
    yield* attributeNames(below);
  }
}

/** Strict validation, in which a warning counts as an error: a policy that can never apply guards nothing. */
export function validatePolicies(policies: readonly CedarPolicy[], schema: PolicySchema): readonly Finding[] {
  const staticPolicies = Object.fromEntries(policies.map(({ part }, index) => [`p${index}`, part.text]));
  const answer = validate({ schema: schema.json, policies: { staticPolicies } });
  if (answer.type === "failure") return answer.errors.map(({ message }) => ({ message }));
  const found = Map.groupBy([...answer.validationErrors, ...answer.validationWarnings], ({ policyId }) => policyId);
  return policies.flatMap((policy, index) => {
    const errors = (found.get(`p${index}`) ?? []).map(({ error }) => error);
    return [...libraryFindings(policy, errors, schema), ...unknownHas(policy, schema)];
  });
}

// Of a policy with errors the validator goes on to say that it cannot apply; that is noise.
function libraryFindings(policy: CedarPolicy, all: readonly DetailedError[], schema: PolicySchema): readonly Finding[] {
  const counting = all.filter(({ message, severity }) => severity !== "warning" || !isLint(message));
  const errors = counting.filter(({ severity }) => severity !== "warning");
  const narrow = counting.filter(({ message }) => message.includes("unable to find an applicable action"));
  const [chosen = []] = [errors, narrow, counting].filter((some) => some.length > 0);
  const seen = new Set<string>();
  // The library tells of what it finds in another order each time.
  const found = chosen.map((error) => libraryFinding(error, policy.source, policy.part)).toSorted(byPlace);
  return found.flatMap((finding) => {
    const attribute = /^attribute `(\w+)` in context for /.exec(finding.message)?.[1];
    const key = `${finding.place?.line}:${finding.place?.column} ${attribute ?? finding.message}`;
    if (seen.has(key)) return [];
    seen.add(key);
    return [attribute === undefined ? finding : { ...finding, ...whoHas(attribute, policy, schema) }];
  });
}

/** Scripts that are mixed are lint: people have names. Text that turns its own direction is not. */
function isLint(message: string): boolean {
  return /contains mixed scripts$|General Security Profile for Identifiers$/.test(message);
}

function whoHas(
  attribute: string,
  policy: CedarPolicy,
  schema: PolicySchema,
): { readonly message?: string; readonly remedy?: string } {
  const having = [...schema.contexts].flatMap(([action, names]) => (names.has(attribute) ? [`\`${action}\``] : []));
  if (having.length === 0) return {};
  const lacking = policy.actions.filter((action) => schema.contexts.get(action)?.has(attribute) === false);
  return {
    message: `\`context.${attribute}\` does not exist for ${someOf(lacking)}`,
    remedy: `name the action in the policy's scope: ${having.join(", ")} ${having.length === 1 ? "has" : "have"} it`,
  };
}

const namedActionsMax = 3;

function someOf(actions: readonly string[]): string {
  const named = actions.slice(0, namedActionsMax).map((action) => `\`${action}\``);
  const more = actions.length - named.length;
  return `${named.join(", ")}${more > 0 ? ` and ${more} more actions` : ""}`;
}

// ATTACK: a misspelt name after `has` is false without a word, and a guard that hangs on it never fires (threats 16).
function unknownHas(policy: CedarPolicy, schema: PolicySchema): readonly Finding[] {
  const names = policy.conditions.flatMap(({ body }) => [...namesAfterHas(body)]);
  return names
    .filter((name) => !schema.attributes.has(name))
    .map((name) => ({
      message: `\`has ${name}\` is never true: nothing has such an attribute`,
      place: placeIn(policy.source, policy.part, wordIndex(policy.part.text, name)),
      ...didYouMean(suggestName(name, schema.attributes)),
    }));
}

function* namesAfterHas(expression: Expression): Generator<string> {
  if (expression.op === "has") yield* expression.path;
  for (const operand of operandsOf(expression)) yield* namesAfterHas(operand);
}

function wordIndex(text: string, word: string): number | undefined {
  const index = text.search(new RegExp(`\\b${RegExp.escape(word)}\\b`, "u"));
  return index < 0 ? undefined : index;
}
