import { limits } from "../../../calls/limits.ts";
import type { Action } from "../../../calls/powers.ts";
import { type EntityRef, showEntity } from "../../../calls/value.ts";
import type { ConditionOutline, PolicyOutline } from "../../../engines/policy-outline.ts";
import { liesIn } from "../../lies-in.ts";
import { knownTests } from "../known-tests.ts";
import { called, granted, type LintRule, placeOf } from "../lint-rule.ts";
import type { RecordedUse, RecordedUses } from "../recorded-uses.ts";

/** A permit or grant that is broader than all that it was used for. */
export const broaderThanUsed: LintRule = {
  id: "broader-than-used",
  severity: "note",
  summary: "a permit or grant that is broader than all of its recorded uses",
  isSteady: false,
  *check(parts) {
    const { uses } = parts;
    if (uses === undefined) return;
    for (const outline of granted(parts)) {
      if (outline.policy.effect !== "permit") continue;
      const found = neverUsed(outline, uses) ?? narrower(outline, uses.of.get(outline.policy.id));
      if (found !== undefined) yield { policy: outline.policy, place: placeOf(outline.policy), ...found };
    }
  },
};

interface Found {
  readonly message: string;
  readonly remedy: string;
}

function neverUsed({ policy, text, actions }: PolicyOutline, uses: RecordedUses): Found | undefined {
  // What a plugin needs before its first call comes with every entry, wanted or not.
  const comesAlong = policy.layer === "grant" && actions.every((action) => !isUsedByCalls(action));
  if (comesAlong || uses.of.has(policy.id)) return undefined;
  const decisions = uses.decisionsWith(text);
  if (decisions < limits.lintUnusedDecisionsMin) return undefined;
  return {
    message: `${called(policy)} let nothing through in ${decisions} decisions since it is there`,
    remedy: "take it out, if nothing that happens seldom leans on it",
  };
}

function isUsedByCalls(action: Action): boolean {
  return action !== "tool.register" && action !== "plugin.prepare";
}

function narrower(outline: PolicyOutline, use: RecordedUse | undefined): Found | undefined {
  if (use === undefined || use.allows < limits.lintUsesMin) return undefined;
  const scopes = [narrowerPrincipal, narrowerActions, narrowerResource].flatMap((find) => find(outline, use) ?? []);
  if (scopes.length === 0) return undefined;
  return {
    message: `${called(outline.policy)} is broader than its ${use.allows} recorded uses`,
    remedy: `they all have ${scopes.join(", ")}: \`yoi policy replay\` says what a narrower one would have denied`,
  };
}

function narrowerPrincipal(outline: PolicyOutline, { principals }: RecordedUse): string | undefined {
  const [only, ...others] = principals;
  if (only === undefined || others.length > 0 || isConditional(outline, "principal")) return undefined;
  return outline.principal.op === "==" ? undefined : `principal == ${showEntity(only)}`;
}

function narrowerActions(outline: PolicyOutline, { actions: used }: RecordedUse): string | undefined {
  const { actions, conditions } = outline;
  if (conditions.some(namesActions) || actions.every((action) => used.has(action))) return undefined;
  const shown = [...used].toSorted().map((action) => `Yoi::Action::${JSON.stringify(action)}`);
  return shown.length === 1 ? `action == ${shown[0]}` : `action in [${shown.join(", ")}]`;
}

function narrowerResource(outline: PolicyOutline, { resources }: RecordedUse): string | undefined {
  if (isConditional(outline, "resource")) return undefined;
  const common = commonOf(resources);
  if (common === undefined) return undefined;
  const bounds = knownTests(outline).filter(({ path, not }) => path === "resource" && !not);
  const within = bounds.flatMap(({ values }) =>
    values.flatMap((value) => (typeof value === "object" && "entity" in value ? [value.entity] : [])),
  );
  const isNarrower = within.every((entity) => liesIn(common, entity) && entity.id !== common.id);
  return isNarrower ? `resource in ${showEntity(common)}` : undefined;
}

/** What else says who asks, and what it is about. */
const saying = {
  principal: ["principal", "context.plugin"],
  resource: ["resource", "context.mount", "context.url"],
} as const;

/** In Cedar: of Rego, the actions are those that its conditions leave. */
function namesActions({ literals }: ConditionOutline): boolean {
  return literals.some((value) => {
    const type: string | undefined = typeof value === "object" && "entity" in value ? value.entity.type : undefined;
    return type === "Action";
  });
}

/** Whether more is asked of it than its head says: then what it is used for is narrower than the head for a reason. */
function isConditional({ policy, conditions }: PolicyOutline, part: keyof typeof saying): boolean {
  if (policy.engine !== "cedar") return true;
  const reads = conditions.flatMap((condition) => condition.reads);
  return reads.some((path) => saying[part].some((one) => path === one || path.startsWith(`${one}.`)));
}

/** What all of them lie in, the nearest. Only of files and URLs it can be told from their ids. */
function commonOf(resources: readonly EntityRef[]): EntityRef | undefined {
  const [first] = resources;
  if (first === undefined || (first.type !== "Path" && first.type !== "Url")) return undefined;
  for (const candidate of [first.id, ...foldersOf(first)]) {
    const common = { type: first.type, id: candidate };
    if (resources.every((one) => liesIn(one, common))) return common;
  }
  return undefined;
}

function foldersOf({ type, id }: EntityRef): readonly string[] {
  const origin = type === "Url" ? URL.parse(id)?.origin : undefined;
  const rest = (origin === undefined ? id : id.slice(origin.length + 1)).split("/").filter((part) => part !== "");
  const above = rest.map((_, index) => [...(origin === undefined ? [] : [origin]), ...rest.slice(0, index)].join("/"));
  return above.filter((folder) => folder !== "").toReversed();
}
