import type { PolicyOutline } from "../../../engines/policy-outline.ts";
import { called, type LintParts, type LintRule, placeOf, written } from "../lint-rule.ts";

/** A forbid or an obligation in Rego that is silent where an optional part of the input is absent, though it says the opposite. */
export const unguardedOptional: LintRule = {
  id: "unguarded-optional",
  severity: "warning",
  summary: "an optional attribute that is read without asking whether it is there",
  isSteady: true,
  *check(parts) {
    const guarding = written(parts).filter(({ policy }) => policy.engine === "rego" && policy.effect !== "permit");
    const ofPackage = Map.groupBy(guarding, packageOf);
    for (const outline of guarding) {
      const absent = optionalOf(outline, parts);
      // What is forbidden needs no obligation, but none makes up for a forbid.
      const beside = (ofPackage.get(packageOf(outline)) ?? []).filter(
        ({ policy: { effect } }) => effect === "forbid" || effect === outline.policy.effect,
      );
      const handled = beside.flatMap((other) => asksForAbsence(other, other === outline));
      const isUnguarded = (path: string) => absent(path) && !handled.some((asked) => covers(asked, path));
      const ofEntry = outline.entryReads?.find((path) => isUnguarded(path) && !isCompared(path, outline));
      if (ofEntry !== undefined) {
        yield {
          policy: outline.policy,
          place: placeOf(outline.policy),
          message: `${called(outline.policy)} is silent where \`input.${ofEntry}\` is absent: its entry is made of it`,
          remedy: "give the entry what is always there, or a rule of its own for where it is not",
        };
        continue;
      }
      for (const condition of outline.conditions) {
        const path = needed(condition).find(isUnguarded);
        if (path === undefined) continue;
        yield {
          policy: outline.policy,
          place: condition.place,
          message: `${called(outline.policy)} is silent where \`input.${path}\` is absent: \`${condition.text}\` is undefined then`,
          remedy: `${outline.policy.effect} that as well, by a rule with \`not input.${path}\`, or say here that it must be there`,
        };
        break;
      }
    }
  },
};

/** Whoever compares a part with what it is to be says that it is there. */
function isCompared(path: string, { conditions }: PolicyOutline): boolean {
  return conditions.some(({ test, reads }) => reads.includes(path) && (test === undefined || !test.not));
}

function packageOf({ policy }: PolicyOutline): string {
  return `${policy.layer} ${policy.name.slice(0, policy.name.indexOf("/"))}`;
}

/** The parts of which a condition says that they are *not* something, and that it takes for there all the same. */
function needed({ test, needs = [] }: PolicyOutline["conditions"][number]): readonly string[] {
  const isOther = test !== undefined && test.op === "==" && test.not && !test.orAbsent;
  return isOther ? [test.path, ...needs] : needs;
}

/** A rule may ask itself, whichever way; another one handles the absence where it asks for it. */
function asksForAbsence({ conditions }: PolicyOutline, isOwn: boolean): readonly string[] {
  return conditions.flatMap(({ test }) => {
    if (test?.op !== "has") return [];
    return isOwn || (test.not && test.orAbsent) ? [test.path] : [];
  });
}

function covers(asked: string, path: string): boolean {
  return path === asked || path.startsWith(`${asked}.`);
}

function optionalOf({ actions }: PolicyOutline, { optional }: LintParts): (path: string) => boolean {
  const parts = actions.map((action) => optional.get(action));
  return (path) => parts.some((set) => [...(set ?? [])].some((part) => covers(part, path)));
}
