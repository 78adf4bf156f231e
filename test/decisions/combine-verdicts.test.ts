import test from "ava";
import fc from "fast-check";
import { combineVerdicts } from "../../src/decisions/combine-verdicts.ts";
import { effects, type VerdictEffect } from "../../src/decisions/verdict.ts";
import { policyNamed, verdictOf } from "../support/fake-engine.ts";

const answers: Record<`${VerdictEffect} ${VerdictEffect}`, "allow" | "deny"> = {
  "abstain abstain": "deny",
  "abstain permit": "allow",
  "abstain error": "deny",
  "abstain forbid": "deny",
  "permit abstain": "allow",
  "permit permit": "allow",
  "permit error": "deny",
  "permit forbid": "deny",
  "error abstain": "deny",
  "error permit": "deny",
  "error error": "deny",
  "error forbid": "deny",
  "forbid abstain": "deny",
  "forbid permit": "deny",
  "forbid error": "deny",
  "forbid forbid": "deny",
};
for (const one of effects) {
  for (const other of effects) {
    test(`${one} and ${other} come to ${answers[`${one} ${other}`]}`, (t) => {
      t.is(combineVerdicts([verdictOf(one), verdictOf(other)]).kind, answers[`${one} ${other}`]);
    });
  }
}

const verdicts = fc.array(
  fc.constantFrom(...effects).map((effect) => verdictOf(effect)),
  { maxLength: 6 },
);

test("order and duplicates of verdicts do not matter", (t) => {
  fc.assert(
    fc.property(verdicts, (list) => {
      const once = combineVerdicts(list).kind;
      return combineVerdicts([...list].reverse()).kind === once && combineVerdicts([...list, ...list]).kind === once;
    }),
  );
  t.pass();
});

test("adding a forbid or an error never turns a deny into an allow", (t) => {
  fc.assert(
    fc.property(verdicts, fc.constantFrom("forbid" as const, "error" as const), (list, worse) => {
      return combineVerdicts([...list, verdictOf(worse)]).kind === "deny";
    }),
  );
  t.pass();
});

test("an effect from outside of the list denies", (t) => {
  const odd = verdictOf("allow" as VerdictEffect);
  t.is(combineVerdicts([verdictOf("permit"), odd]).kind, "deny");
});

test("no verdict at all denies", (t) => {
  t.deepEqual(combineVerdicts([]), { kind: "deny", causes: ["no-permit"] });
});

test("of several causes the headline is the first of the list, and all are kept", (t) => {
  const forbid = (cause: string) => policyNamed(cause, "forbid", { cause });
  const combined = combineVerdicts([
    verdictOf("forbid", { determining: [forbid("undeclared"), policyNamed("plain", "forbid"), forbid("not-pinned")] }),
    verdictOf("error"),
  ]);
  t.deepEqual(combined, { kind: "deny", causes: ["not-pinned", "undeclared", "explicit-forbid", "engine-error"] });
});
