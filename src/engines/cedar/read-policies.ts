import { type PolicyJson, policySetTextToParts } from "@cedar-policy/cedar-wasm/nodejs";
import { limits } from "../../calls/limits.ts";
import { type Action, actionGroups, actions } from "../../calls/powers.ts";
import type { Obligation } from "../../decisions/obligation.ts";
import type { PolicyInfo } from "../../decisions/policy-info.ts";
import type { Finding } from "../../errors/error-details.ts";
import type { PolicySource } from "../policy-engine.ts";
import { literalFlaws } from "./canonical-literals.ts";
import { exchangeLargeNumbers, type LargeNumbers } from "./large-numbers.ts";
import { libraryFinding, placeIn } from "./library-findings.ts";
import { createLruMap, type LruMap } from "./lru-map.ts";
import { readAnnotations } from "./policy-annotations.ts";
import { type Expression, operandsOf, readExpression, scopeExpression } from "./policy-tree.ts";
import { type ParsePolicy, parsedAnew } from "./policy-trees.ts";
import { depthFlaw, type PolicyText, splitPolicies } from "./split-policies.ts";

/** A policy that was read: its own text, which is what is validated and evaluated, and its tree, for the index. */
export interface CedarPolicy {
  readonly info: PolicyInfo;
  readonly source: PolicySource;
  readonly part: PolicyText;
  /** Which policy of its file it is, from 1. */
  readonly ordinal: number;
  readonly tree: PolicyJson;
  /** Its scope clauses that constrain anything, in the order of evaluation. */
  readonly scope: readonly Expression[];
  readonly conditions: readonly { readonly kind: "when" | "unless"; readonly body: Expression }[];
  /** What the numbers of the tree that JSON cannot say stand for. */
  readonly numbers: LargeNumbers;
  /** The actions that its action scope lets through, groups taken apart. */
  readonly actions: readonly Action[];
  readonly obligations: readonly Obligation[];
}

/** Policies as they are read, one after the other, each with what is wrong with it. */
export type ReadPolicy = { readonly policy?: CedarPolicy; readonly findings: readonly Finding[] };

/** What sources were read as, so that a set that is loaded again reads anew only what has changed. */
export type SourcesRead = LruMap<string, readonly ReadPolicy[]>;

/** Remembers as many sources as two whole sets can have. */
export function createSourcesRead(): SourcesRead {
  return createLruMap(2 * limits.policyFilesMax);
}

/** Reads every policy of the sources alone, in order. Ids are `<file>#<@id or ordinal>`, and a second of one is refused. */
export function* readPolicies(
  sources: readonly PolicySource[],
  known: SourcesRead,
  parse: ParsePolicy = parsedAnew.parse,
): Generator<ReadPolicy> {
  const ordinals = new Map<string, number>();
  const ids = new Set<string>();
  for (const source of sources) {
    const before = ordinals.get(source.file) ?? 0;
    let count = before;
    for (const read of rememberSource(source, before, known, parse)) {
      const { policy } = read;
      if (policy !== undefined) count = Math.max(count, policy.ordinal);
      const id = policy?.info.id ?? "";
      const message = `a second policy called \`${policy?.info.name}\``;
      yield policy !== undefined && ids.has(id)
        ? { findings: [...read.findings, { message, place: policy.info.place }] }
        : read;
      if (id !== "") ids.add(id);
    }
    ordinals.set(source.file, count);
  }
}

// INVARIANT: the key holds all that a reading is made from, so what is found under it is what would be read.
function* rememberSource(
  source: PolicySource,
  before: number,
  known: SourcesRead,
  parse: ParsePolicy,
): Generator<ReadPolicy> {
  const { file, layer, origin, text } = source;
  const key = JSON.stringify([file, layer, origin?.line, origin?.column, before, text]);
  const remembered = known.get(key);
  if (remembered !== undefined) {
    yield* remembered;
    return;
  }
  const reads: ReadPolicy[] = [];
  for (const read of readSource(source, before, parse)) {
    reads.push(read);
    yield read;
  }
  // What is wrong is read again, and found again.
  if (reads.every(({ findings }) => findings.length === 0)) known.set(key, reads);
}

function* readSource(source: PolicySource, before: number, parse: ParsePolicy): Generator<ReadPolicy> {
  const { policies, rest } = splitPolicies(source.text);
  for (const [position, part] of policies.entries()) yield readPolicy(source, part, before + position + 1, parse);
  yield { findings: restFindings(source, rest) };
}

function restFindings(source: PolicySource, rest: PolicyText): readonly Finding[] {
  if (/^[ \t\r\n]*$/.test(rest.text)) return [];
  const flaw = depthFlaw(rest.text);
  if (flaw !== undefined) return [{ message: flaw, place: placeIn(source, rest) }];
  const answer = policySetTextToParts(rest.text);
  if (answer.type === "failure") return answer.errors.map((error) => libraryFinding(error, source, rest));
  const isEmpty = answer.policies.length + answer.policy_templates.length === 0;
  return isEmpty ? [] : [{ message: "a policy lacks its `;`", place: placeIn(source, rest) }];
}

function readPolicy(source: PolicySource, part: PolicyText, ordinal: number, parse: ParsePolicy): ReadPolicy {
  const place = placeIn(source, part);
  const flaw = depthFlaw(part.text);
  if (flaw !== undefined) return { findings: [{ message: flaw, place, remedy: "split the policy" }] };
  const { text, numbers } = exchangeLargeNumbers(part.text);
  const answer = parse(text);
  if (answer.type === "failure") return { findings: answer.errors.map((error) => libraryFinding(error, source, part)) };
  const tree = answer.json;
  const annotations = readableAnnotations(tree);
  const name = annotations["id"] ?? String(ordinal);
  const id = `${source.file}#${name}`;
  const { effect } = tree;
  const allowed = actionsOf(tree.action);
  const annotated = readAnnotations({ id, effect, layer: source.layer, annotations, actions: allowed });
  const literals = literalFlaws(tree).map(({ literal, finding }) => {
    const index = part.text.indexOf(literal);
    return { ...finding, place: index < 0 ? place : placeIn(source, part, index) };
  });
  const { scope, conditions } = readClauses(tree);
  const tooDeep = [...scope, ...conditions.map(({ body }) => body)].some(
    (clause) => depthOf(clause) > limits.policyDepthMax,
  );
  const findings: readonly Finding[] = [
    ...annotated.findings.map((finding) => ({ ...finding, place })),
    ...literals,
    ...(tooDeep
      ? [
          {
            message: `a condition is more than ${limits.policyDepthMax} levels deep`,
            place,
            remedy: "split it into several",
          },
        ]
      : []),
  ];
  if (findings.length > 0) return { findings };
  const info: PolicyInfo = { id, name, engine: "cedar", effect, layer: source.layer, place, annotations };
  const { obligations } = annotated;
  return {
    policy: { info, source, part, ordinal, tree, scope, conditions, numbers, actions: allowed, obligations },
    findings,
  };
}

// The library has `null` for an annotation without a value, whatever its types say.
function readableAnnotations(tree: PolicyJson): { readonly [name: string]: string } {
  const all: readonly (readonly [string, string | null])[] = Object.entries(tree.annotations ?? {});
  return Object.fromEntries(all.map(([name, text]) => [name, text ?? ""]));
}

function readClauses(tree: PolicyJson) {
  const scope = (["principal", "action", "resource"] as const).flatMap((variable) => {
    const clause = scopeExpression(tree, variable);
    return clause === undefined ? [] : [readExpression(clause)];
  });
  return { scope, conditions: tree.conditions.map(({ kind, body }) => ({ kind, body: readExpression(body) })) };
}

/** The actions that an action scope lets through; what it names and nobody knows is the validator's to refuse. */
function actionsOf(scope: PolicyJson["action"]): readonly Action[] {
  if (scope.op === "All") return actions;
  if ("slot" in scope) return actions;
  const uids = "entities" in scope ? scope.entities : [scope.entity];
  const named = new Set(uids.map((uid) => ("__entity" in uid ? uid.__entity.id : uid.id)));
  return actions.filter(
    (action) => named.has(action) || (scope.op === "in" && actionGroups[action].some((group) => named.has(group))),
  );
}

function depthOf(expression: Expression): number {
  return 1 + operandsOf(expression).reduce((deepest, operand) => Math.max(deepest, depthOf(operand)), 0);
}
