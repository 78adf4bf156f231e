import test from "ava";
import { putQuestion } from "../../src/broker/put-question.ts";
import { limits } from "../../src/calls/limits.ts";
import { renderExplanation } from "../../src/explain/render-explanation.ts";
import { plain } from "../../src/terminal/paint.ts";
import { noonish } from "../support/broker-parts.ts";
import { policyFile } from "../support/cedar-sets.ts";
import { broadCall, broadInventory, cedarAlone, explaining } from "../support/explained-calls.ts";

const put = (path: string) => putQuestion(broadCall("fs.read", { path }), broadInventory(), noonish).request;

test("a suggestion says how many other denied calls it would newly allow, and the narrowest comes first", async (t) => {
  const onRecord = ["notes/2026/plan.md", "notes/2026/other.md", "notes/2025/old.md"].map(put);
  const world = await explaining(cedarAlone, [], { denials: (action) => (action === "fs.read" ? onRecord : []) });
  const { suggestions } = await world.explain(broadCall("fs.read"));
  t.deepEqual(
    suggestions.map(({ title, newly }) => [title, newly]),
    [
      ["a permit for this plugin, action and path", { allowed: 0, of: 2 }],
      ["a permit for all of notes/2026", { allowed: 1, of: 2 }],
    ],
  );
  world.dispose();
});

test("a call that is allowed by now counts among those that were denied, and not as newly allowed", async (t) => {
  const permits = policyFile(
    'permit (principal, action == Yoi::Action::"fs.read", resource in Yoi::Path::"notes/2026/done");',
  );
  const world = await explaining(cedarAlone, [permits], { denials: () => [put("notes/2026/done/x.md")] });
  const { suggestions } = await world.explain(broadCall("fs.read"));
  t.deepEqual(
    suggestions.map(({ newly }) => newly),
    [
      { allowed: 0, of: 1 },
      { allowed: 0, of: 1 },
    ],
  );
  world.dispose();
});

test("two forbids in the way are both given an exception, in one suggestion", async (t) => {
  const text =
    '@id("one") forbid (principal, action, resource);\n\n// The other.\n@id("two")\nforbid (principal, action in Yoi::Action::"files", resource) when { true };\npermit (principal, action, resource);';
  const world = await explaining(cedarAlone, [policyFile(text)]);
  const { suggestions } = await world.explain(broadCall("fs.read"));
  t.is(suggestions.length, 1);
  t.deepEqual(
    suggestions[0]?.edits.map((edit) => [edit.kind, edit.kind === "replace" ? edit.line : 0]),
    [
      ["replace", 1],
      ["replace", 4],
    ],
  );
  world.dispose();
});

test("a permit to list a folder says that it is for all below it, and an exception that it is for the folder", async (t) => {
  const listing = broadCall("fs.list", { path: "notes" });
  const titleIn = async (text: string) => {
    const world = await explaining(cedarAlone, [policyFile(text)]);
    const [first] = (await world.explain(listing)).suggestions;
    world.dispose();
    return first?.title;
  };
  t.is(await titleIn(""), "a permit for this plugin, action and path with all below it");
  const forbid =
    '@id("no") forbid (principal, action == Yoi::Action::"fs.list", resource);\npermit (principal, action, resource);';
  t.is(await titleIn(forbid), "an exception to the forbid no for this plugin, action and path");
});

test("where more forbids stand than anybody would make exceptions to, none is suggested, and the first of them are shown", async (t) => {
  const forbids = (count: number) =>
    Array.from({ length: count }, (_, at) => `@id("f${at}") forbid (principal, action, resource);\n`).join("");
  for (const [count, isSuggested] of [
    [limits.exceptionsMax, true],
    [limits.exceptionsMax + 1, false],
    [30, false],
  ] as const) {
    const world = await explaining(cedarAlone, [
      policyFile(`permit (principal, action, resource);\n${forbids(count)}`),
    ]);
    const explanation = await world.explain(broadCall("fs.read"));
    t.is(explanation.suggestions.length > 0, isSuggested);
    const text = renderExplanation(explanation, plain, { full: false });
    t.is(text.match(/^✓ forbid f\d+, which applies/gm)?.length, Math.min(count, 10));
    t.is(/… 20 more that deny as well/.test(text), count === 30);
    world.dispose();
  }
});
