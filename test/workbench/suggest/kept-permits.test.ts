import test from "ava";
import fc from "fast-check";
import { callOf } from "../../../src/calls/call.ts";
import { unmetBy } from "../../../src/decisions/obligation.ts";
import { noonish } from "../../support/broker-parts.ts";
import { executeCall, notesCaller, readCall } from "../../support/calls.ts";
import { invariants, judge, policyFile, prepareCedar, readRequest } from "../../support/cedar-sets.ts";
import { suggestFor } from "../../support/suggested-sets.ts";

const reads = (...paths: readonly string[]) => paths.map(readCall);
const many = reads("notes/a", "notes/b", "notes/c", "notes/d");
const permit = (id: string, resource: string, annotations = "", action = "fs.read") =>
  `@id("${id}") ${annotations} permit (principal, action == Yoi::Action::"${action}", ${resource});`;
const inNotes = 'resource in Yoi::Path::"notes"';
const secrets = 'resource in Yoi::Path::"notes/secret"';

const rows: {
  readonly [title: string]: {
    readonly policies: readonly string[];
    readonly calls?: Parameters<typeof suggestFor>[2];
    readonly kept: readonly string[];
    readonly has?: readonly RegExp[];
    readonly unused?: readonly string[];
  };
} = {
  "a rate that several parts would count each for itself": {
    policies: [permit("counted", inNotes, '@rate("3/1m")')],
    calls: reads("notes/a", "notes/b"),
    kept: ["counted"],
    has: [/@rate\("3\/1m"\)\npermit \(\s*principal,\s*action == Yoi::Action::"fs\.read",\s*resource in/],
  },
  "a rate that one part goes on counting is narrowed": {
    policies: [permit("counted", inNotes, '@rate("3/1m")')],
    calls: reads("notes/a"),
    kept: [],
    has: [/@rate\("3\/1m"\)\npermit \(\s*principal == /],
  },
  "a rate of two actions on one file": {
    policies: ['@id("counted") @rate("3/1m") permit (principal, action in Yoi::Action::"files", resource);'],
    calls: [...reads("notes/a"), callOf(notesCaller, "fs.stat", { path: "notes/b" }, noonish)],
    kept: ["counted"],
  },
  "a rate of tools, which counts by their plugin and not by who calls": {
    policies: [permit("counted", "resource", '@rate("3/1m")', "tool.execute")],
    calls: ["cli", "ci"].map((id) => executeCall({ principal: { kind: "agent", id } })),
    kept: ["counted"],
  },
  "an obligation on what another permit is suggested for, though nothing used it": {
    policies: [permit("plain", inNotes), permit("slow", secrets, '@timeout("1s")')],
    calls: many,
    kept: ["slow"],
    has: [/@id\("slow"\)/, /resource in Yoi::Path::"notes"\n/],
    unused: [],
  },
  "an obligation on what nothing else is suggested for": {
    policies: [permit("plain", inNotes), permit("slow", 'resource in Yoi::Path::"keys"', '@timeout("1s")')],
    calls: many,
    kept: [],
    unused: ["slow"],
  },
  "an obligation on what something that stays permits": {
    policies: [
      permit("plain", inNotes),
      permit("slow", 'resource in Yoi::Path::"notes/b/c"', '@timeout("1s")'),
      permit("wide", 'resource in Yoi::Path::"notes/b"', '@max_response_bytes("10")'),
    ],
    calls: [...many, ...reads("notes/e", "notes/b/x")],
    kept: ["wide", "slow"],
  },
  "an obligation on what an invariant permits": {
    policies: [permit("slow", "resource", '@timeout("1s")', "network.connect")],
    calls: reads("notes/a"),
    kept: ["slow"],
  },
  "what has no name gets one": {
    policies: [permit("plain", inNotes), permit("", secrets, '@timeout("1s")').replace('@id("")', "")],
    calls: many,
    kept: ["2"],
    has: [/@id\("permit-2"\)/],
  },
};

for (const [title, { policies, calls = many, kept, has = [], unused }] of Object.entries(rows)) {
  test(`a permit stays whole where it would oblige to less: ${title}`, async (t) => {
    const { least } = await suggestFor(t, [invariants, policyFile(policies.join("\n"))], calls);
    t.deepEqual(least.kept.map(({ name }) => name).toSorted(), kept.toSorted(), least.text);
    t.deepEqual(least.permits.filter(({ whole }) => whole).length, kept.length);
    for (const pattern of has) t.regex(least.text, pattern);
    if (unused !== undefined)
      t.deepEqual(
        least.unused.map(({ name }) => name),
        unused,
      );
    t.deepEqual(least.wrong, []);
  });
}

test("two that stay and have one name are told apart", async (t) => {
  const own = policyFile(permit("slow", secrets, '@timeout("1s")'), { file: "~/own.cedar", layer: "user" });
  const workspace = policyFile([permit("plain", inNotes), permit("slow", secrets, '@timeout("2s")')].join("\n"));
  const { least } = await suggestFor(t, [invariants, own, workspace], many);
  t.deepEqual(
    least.permits.filter(({ whole }) => whole).map(({ id }) => id),
    ["slow", "slow-2"],
  );
  t.regex(least.text, /@id\("slow-2"\)/);
});

const folders = ["notes", "notes/2026", "notes/2026/q1", "notes/b"];
const files = folders.flatMap((folder) => ["x", "y", "z", "w"].map((name) => `${folder}/${name}`));
const anyPermit = fc
  .tuple(
    fc.constantFrom(
      "resource",
      ...folders.map((id) => `resource in Yoi::Path::"${id}"`),
      'resource == Yoi::Path::"notes/b/x"',
    ),
    fc.constantFrom("", "", '@timeout("1s")', '@timeout("2s")', '@max_response_bytes("9")'),
    fc.constantFrom("", "", "when { context.via.depth > 0 }", "unless { context.via.depth > 1 }"),
  )
  .map(
    ([resource, annotation, clause]) =>
      `${annotation} permit (principal, action == Yoi::Action::"fs.read", ${resource}) ${clause};`,
  );

test("no request that a suggestion permits is bound by less than it is, be it on record or not", async (t) => {
  let bound = 0;
  const asked = files.flatMap((path) =>
    [0, 1, 2].map((depth) => readRequest({ path, via: { command: false, depth } })),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(anyPermit, { minLength: 2, maxLength: 6 }),
      fc.subarray(files, { minLength: 1 }),
      async (permits, used) => {
        const policies = [invariants, policyFile(permits.join("\n"))];
        const { least, suggested } = await suggestFor(t, policies, reads(...used));
        t.deepEqual(least.wrong, []);
        const before = await prepareCedar(policies);
        for (const each of asked) {
          const [was, is] = [judge(before, each), judge(suggested, each)];
          if (is.effect !== "permit") continue;
          t.is(was.effect, "permit", least.text);
          if (was.obligations.length > 0) bound++;
          t.deepEqual(unmetBy(is.obligations, was.obligations), [], `${permits.join("\n")}\n\n${least.text}`);
        }
        before.dispose();
        suggested.dispose();
      },
    ),
    { numRuns: process.env["CI"] === undefined ? 30 : 100 },
  );
  t.true(bound > 0);
});
