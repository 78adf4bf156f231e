import test from "ava";
import { findingsOf } from "../support/cedar-sets.ts";

const literals: readonly (readonly [literal: string, meant?: string])[] = [
  ['Yoi::Path::"notes/"', 'Yoi::Path::"notes"'],
  ['Yoi::Path::"/notes/a"', 'Yoi::Path::"notes/a"'],
  ['Yoi::Path::"Notes/a"', 'Yoi::Path::"notes/a"'],
  ['Yoi::Path::"notes//a"', 'Yoi::Path::"notes/a"'],
  ['Yoi::Path::"./notes/a"', 'Yoi::Path::"notes/a"'],
  ['Yoi::Path::"notes/../keys"'],
  ['Yoi::Path::"notes/e\u0301"', 'Yoi::Path::"notes/é"'],
  ['Yoi::Path::""'],
];

for (const [literal, meant] of literals) {
  for (const [where, text] of [
    ["scope", `forbid(principal, action == Yoi::Action::"fs.read", resource in ${literal});`],
    ["condition", `forbid(principal, action == Yoi::Action::"fs.read", resource) when { resource in ${literal} };`],
    ["set", `forbid(principal, action == Yoi::Action::"fs.read", resource) when { resource in [${literal}] };`],
  ] as const) {
    // ATTACK: threats 16. It matches nothing, so its forbid would be silent.
    test(`a path that no request can have is refused in a ${where}: ${literal}`, async (t) => {
      const [finding, ...more] = await findingsOf(text);
      t.deepEqual(more, []);
      t.regex(finding?.message ?? "", /can match nothing/);
      t.is(finding?.remedy, meant === undefined ? undefined : `did you mean \`${meant}\`?`);
    });
  }
}

const others: readonly (readonly [scope: string, meant?: string])[] = [
  ['principal == Yoi::Plugin::"example.notes", action, resource', 'Yoi::Plugin::"project:example.notes"'],
  ['principal == Yoi::Plugin::"Project:example.notes", action, resource', 'Yoi::Plugin::"project:example.notes"'],
  ['principal == Yoi::Plugin::"projct:example.notes", action, resource', 'Yoi::Plugin::"project:example.notes"'],
  ['principal == Yoi::Plugin::"project:", action, resource'],
  ['principal, action, resource == Yoi::Tool::"example.notes/search"', 'Yoi::Tool::"project:example.notes/search"'],
  ['principal, action, resource == Yoi::Tool::"project:example.notes"'],
  ['principal == Yoi::Agent::"", action, resource'],
  ['principal == Yoi::Agent::"the cli", action, resource'],
  ['principal in Yoi::Group::"", action, resource'],
];

for (const [scope, meant] of others) {
  test(`an id that nothing can have is refused: ${scope}`, async (t) => {
    const [finding, ...more] = await findingsOf(`forbid(${scope});`);
    t.deepEqual(more, []);
    t.regex(finding?.message ?? "", /can match nothing/);
    t.is(finding?.remedy, meant === undefined ? undefined : `did you mean \`${meant}\`?`);
  });
}
