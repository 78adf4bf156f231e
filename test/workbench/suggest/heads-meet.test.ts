import test from "ava";
import fc from "fast-check";
import { headsMeet } from "../../../src/workbench/suggest/heads-meet.ts";
import { entities, policy, request } from "../../support/cedar-arbitraries.ts";
import { findingsOf, judge, prepareCedar } from "../../support/cedar-sets.ts";

test("heads that never meet have no request in common", async (t) => {
  let [apart, together] = [0, 0];
  await fc.assert(
    fc.asyncProperty(policy, policy, fc.array(request, { minLength: 40, maxLength: 40 }), async (one, other, asked) => {
      const texts = [one, other].map((text) => text.replace(/^forbid/, "permit"));
      for (const text of texts) if ((await findingsOf(text, entities)).length > 0) return;
      const sets = await Promise.all(texts.map((text) => prepareCedar(text, entities)));
      const [head, otherHead] = sets.flatMap((set) => set.outline());
      if (head === undefined || otherHead === undefined) throw new TypeError("a policy has an outline");
      const meet = headsMeet(head, otherHead);
      t.is(headsMeet(otherHead, head), meet, texts.join("\n"));
      if (!meet) apart++;
      for (const each of asked) {
        if (!sets.every((set) => judge(set, each).effect === "permit")) continue;
        together++;
        t.true(meet, `${texts.join("\n")}\n${each.action} ${each.resource.id}`);
      }
      for (const set of sets) set.dispose();
    }),
    { numRuns: process.env["CI"] === undefined ? 150 : 400 },
  );
  t.true(apart > 0 && together > 0);
});

const reads = (resource: string, principal = "principal") =>
  `permit (${principal}, action == Yoi::Action::"fs.read", ${resource});`;
const asks = (resource: string) => `permit (principal, action == Yoi::Action::"https.request", ${resource});`;
const plugin = (id: string) => `principal == Yoi::Plugin::"${id}"`;
const rows: readonly (readonly [one: string, other: string, meet: boolean])[] = [
  [reads("resource"), asks("resource"), false],
  [reads('resource in Yoi::Path::"notes"'), reads('resource == Yoi::Path::"notes/a/b"'), true],
  [reads('resource in Yoi::Path::"notes/a"'), reads('resource in Yoi::Path::"notes"'), true],
  [reads('resource in Yoi::Path::"notes/a"'), reads('resource in Yoi::Path::"notes/b"'), false],
  [reads('resource == Yoi::Path::"notes"'), reads('resource in Yoi::Path::"notes/b"'), false],
  [reads('resource == Yoi::Path::"notes/a"'), reads('resource == Yoi::Path::"notes/a"'), true],
  [reads('resource == Yoi::Path::"notes/a"'), reads('resource == Yoi::Path::"notes/ab"'), false],
  [reads("resource", plugin("project:a.one")), reads("resource", plugin("project:a.two")), false],
  [
    reads("resource", plugin("project:a.one")),
    reads("resource", 'principal is Yoi::Plugin in Yoi::Source::"user"'),
    true,
  ],
  [asks('resource in Yoi::Url::"https://a.example/v1"'), asks('resource in Yoi::Url::"https://a.example"'), true],
  [asks('resource in Yoi::Url::"https://a.example/v1"'), asks('resource in Yoi::Url::"https://a.example/v2"'), false],
  [asks('resource in Yoi::Url::"https://a.example"'), asks('resource in Yoi::Domain::"b.example"'), true],
  [asks('resource in Yoi::Group::"vendors"'), asks('resource == Yoi::Url::"https://a.example/v2"'), true],
];

for (const [one, other, meet] of rows) {
  test(`${one} ${meet ? "meets" : "never meets"} ${other}`, async (t) => {
    const set = await prepareCedar(`${one}\n${other}`);
    const [head, otherHead] = set.outline();
    if (head === undefined || otherHead === undefined) return t.fail("a policy has an outline");
    t.is(headsMeet(head, otherHead), meet);
    t.is(headsMeet(otherHead, head), meet);
  });
}
