import test from "ava";
import { putQuestion } from "../../src/broker/put-question.ts";
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
