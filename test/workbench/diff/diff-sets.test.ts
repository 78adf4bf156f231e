import test from "ava";
import fc from "fast-check";
import { putQuestion } from "../../../src/broker/put-question.ts";
import type { Call } from "../../../src/calls/call.ts";
import { actions } from "../../../src/calls/powers.ts";
import { combineVerdicts } from "../../../src/decisions/combine-verdicts.ts";
import type { PolicySource } from "../../../src/engines/policy-engine.ts";
import { YoiError } from "../../../src/errors/yoi-error.ts";
import { evaluateAll } from "../../../src/explain/evaluate-all.ts";
import { narrowestPermit } from "../../../src/explain/narrowest-permit.ts";
import { isWider } from "../../../src/workbench/diff/diff-sets.ts";
import { caseInventory } from "../../../src/workbench/suites/case-inventory.ts";
import { noonish } from "../../support/broker-parts.ts";
import { policy } from "../../support/cedar-arbitraries.ts";
import { policyFile } from "../../support/cedar-sets.ts";
import { differ, shownBy } from "../../support/diffed-sets.ts";
import { broadCall } from "../../support/explained-calls.ts";
import { opaTest } from "../../support/opa.ts";
import { recordDecisions, variedCalls } from "../../support/recorded-decisions.ts";
import { regoFile } from "../../support/rego-sets.ts";

const { prepare, diffOf, close } = differ();
test.after.always(close);
const runs = process.env["CI"] === undefined ? 25 : 60;

const permit =
  '@id("reads") permit (principal == Yoi::Plugin::"project:example.notes", action == Yoi::Action::"fs.read", resource in Yoi::Path::"notes/2026")';
const request =
  '@id("asks") permit (principal, action == Yoi::Action::"https.request", resource in Yoi::Url::"https://api.example.com/v1")';
const regoForbid = (place: string) =>
  regoFile(
    `package yoi.policy.beta\n\nforbid contains {"id": "no-beta"} if {\n\tinput.action == "https.request"\n\tcontains(input.resource.path, "${place}")\n}\n`,
  );
const wholesale =
  'permit (principal, action == Yoi::Action::"https.request", resource in Yoi::Url::"https://api.example.com");';

type Row = readonly [before: readonly PolicySource[], after: readonly PolicySource[], shown: readonly string[]];
const cedarRows: { readonly [title: string]: Row } = {
  "a folder more": [[policyFile(`${permit};`)], [policyFile(`${permit.replace("/2026", "")};`)], ["wider reads"]],
  "a folder less": [[policyFile(`${permit.replace("/2026", "")};`)], [policyFile(`${permit};`)], ["narrower reads"]],
  "another folder": [
    [policyFile(`${permit};`)],
    [policyFile(`${permit.replace("2026", "2027")};`)],
    ["narrower reads", "wider reads"],
  ],
  "one method more": [
    [policyFile(`${request} when { context.method == "GET" };`)],
    [policyFile(`${request} when { ["GET", "POST"].contains(context.method) };`)],
    ["wider asks"],
  ],
  "longer hours": [
    [policyFile(`${permit} when { context.now.hour >= 9 && context.now.hour < 12 };`)],
    [policyFile(`${permit} when { context.now.hour >= 9 && context.now.hour < 13 };`)],
    ["wider reads"],
  ],
  "a larger body": [
    [policyFile(`${request} when { context.bodyBytes <= 100 };`)],
    [policyFile(`${request} when { context.bodyBytes <= 200 };`)],
    ["wider asks"],
  ],
  "a permit more": [[], [policyFile(`${permit};`)], ["wider reads"]],
  "a permit less": [[policyFile(`${permit};`)], [], ["narrower reads"]],
  "a forbid less": [
    [policyFile(`${permit}; @id("private") forbid (principal, action, resource in Yoi::Path::"notes/2026/private");`)],
    [policyFile(`${permit};`)],
    ["wider private"],
  ],
  "a forbid more": [
    [policyFile(`${permit};`)],
    [policyFile(`${permit}; @id("private") forbid (principal, action, resource in Yoi::Path::"notes/2026/private");`)],
    ["narrower private"],
  ],
  "a rate less": [[policyFile(`@rate("10/1m") ${permit};`)], [policyFile(`${permit};`)], ["wider reads"]],
  "a rate more": [[policyFile(`${permit};`)], [policyFile(`@rate("10/1m") ${permit};`)], ["narrower reads"]],
  "a higher rate": [
    [policyFile(`@rate("10/1m") ${permit};`)],
    [policyFile(`@rate("20/1m") ${permit};`)],
    ["wider reads"],
  ],
  "a rate that is counted for longer": [
    [policyFile(`@rate("10/1m") ${permit};`)],
    [policyFile(`@rate("10/1h") ${permit};`)],
    ["narrower reads"],
  ],
  "a longer time, and fewer bytes": [
    [policyFile(`@timeout("5s") @max_response_bytes("900") ${permit};`)],
    [policyFile(`@timeout("9s") @max_response_bytes("100") ${permit};`)],
    ["wider reads"],
  ],
  "one header less that is left out": [
    [policyFile(`@redact("set-cookie, etag") ${request};`)],
    [policyFile(`@redact("etag") ${request};`)],
    ["wider asks"],
  ],
  "a permit with a limit beside one without": [
    [policyFile(`${permit};`)],
    [policyFile(`${permit}; @timeout("1s") ${permit.replace("reads", "soon")};`)],
    ["narrower soon"],
  ],
  "a tool of any plugin of a source": [
    [
      policyFile(
        '@id("builtin") permit (principal, action == Yoi::Action::"tool.execute", resource in Yoi::Source::"builtin");',
      ),
    ],
    [],
    ["narrower builtin"],
  ],
  "what a plugin of a source may offer": [
    [],
    [
      policyFile(
        '@id("theirs") permit (principal in Yoi::Source::"user", action == Yoi::Action::"tool.register", resource);',
      ),
    ],
    ["wider theirs"],
  ],
  "another reason, and nothing else": [
    [policyFile(`@reason("one") ${permit};`)],
    [policyFile(`@reason("two") ${permit};`)],
    [],
  ],
};

for (const [title, [before, after, shown]] of Object.entries(cedarRows)) {
  test(`a difference is shown by a request that both sets were asked about: ${title}`, async (t) => {
    const diff = await diffOf(before, after);
    t.deepEqual(shownBy(diff), shown);
    t.is(
      isWider(diff),
      shown.some((one) => one.startsWith("wider")),
    );
    t.is(diff.touched.length, 1);
  });
}

opaTest("a difference of Rego is shown by requests, too", async (t) => {
  const others = policyFile(wholesale);
  const diff = await diffOf([others, regoForbid("/beta")], [others, regoForbid("/gamma")]);
  t.deepEqual(shownBy(diff), ["narrower beta/no-beta", "wider beta/no-beta"]);
});

opaTest("what begins with a folder and a slash is shown by something in the folder", async (t) => {
  const begins = (action: string, path: string) =>
    regoFile(
      `package yoi.policy.begins\n\npermit contains {"id": "within"} if {\n\tinput.action == "${action}"\n\tstartswith(input.resource.id, "${path}")\n}\n`,
    );
  const readsOfYear = begins("fs.read", "notes/2026/");
  const asks = begins("https.request", "https://api.example.com/v1/");
  t.deepEqual(shownBy(await diffOf([asks], [readsOfYear])), ["narrower begins/within", "wider begins/within"]);
});

const regoLimit = (rate: string) =>
  regoFile(
    `package yoi.policy.limits\n\noblige contains {"id": "few", "rate": "${rate}"} if input.action == "https.request"\n`,
  );

opaTest(
  "an obligation in Rego that goes, comes or is loosened is shown by a request that is allowed by both",
  async (t) => {
    const others = policyFile(wholesale);
    t.deepEqual(shownBy(await diffOf([others, regoLimit("5/1m")], [others])), ["wider limits/few"]);
    t.deepEqual(shownBy(await diffOf([others], [others, regoLimit("5/1m")])), ["narrower limits/few"]);
    const loosened = await diffOf([others, regoLimit("5/1m")], [others, regoLimit("6/1m")]);
    t.deepEqual(shownBy(loosened), ["wider limits/few"]);
    t.like(loosened.probed[0]?.witnesses[0]?.difference, {
      before: "allow",
      after: "allow",
      dropped: [{ kind: "rate", count: 5 }],
      added: [{ kind: "rate", count: 6 }],
    });
  },
);

opaTest("an obligation that nothing discharges takes away what was allowed", async (t) => {
  const text =
    'package yoi.policy.unheard\n\noblige contains {"id": "quiet", "redact": "etag"} if input.action == "fs.read"\n';
  const reads = policyFile(`${permit};`);
  const { probed } = await diffOf([reads], [reads, regoFile(text)]);
  t.like(probed[0]?.witnesses, { length: 1, 0: { difference: { direction: "narrower", after: "deny" } } });
});

test("what is on record is settled as it was: neither set undoes a flaw of a call, and a looser rate is wider", async (t) => {
  const reads = 'permit (principal, action == Yoi::Action::"fs.read", resource);';
  const few = policyFile(`@rate("50/1h") @id("few") ${reads}`);
  const more = policyFile(`@rate("60/1h") @id("few") ${reads} @id("all") permit (principal, action, resource);`);
  const sets = await prepare([few]);
  const recorded = await recordDecisions(t, sets, variedCalls());
  for (const set of sets) set.dispose();
  const { differences } = (await diffOf([few], [more], { recorded })).recorded;
  const told = differences.map(({ difference, entry }) =>
    [entry.action, difference.before, difference.after].join(" "),
  );
  t.true(told.includes("fs.read allow allow"));
  t.true(told.includes("fs.write deny allow"));
  t.true(differences.every(({ difference }) => difference.direction === "wider"));
  t.false(differences.some(({ entry }) => entry.cause === "schema-invalid"));
});

opaTest("a rule that only moved, with those that it leans on, is the same", async (t) => {
  const text = 'package yoi.policy.moved\n\npermit contains {"id": "a"} if good\n\ngood if input.action == "fs.read"\n';
  const moved = text.replace("\n\npermit", "\n\n# A comment.\n\npermit");
  t.deepEqual((await diffOf([regoFile(text)], [regoFile(moved)])).touched, []);
});

test("a set and itself differ in nothing", async (t) => {
  let compared = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(policy, { maxLength: 8 }), async (texts) => {
      const own = [policyFile(texts.join("\n"))];
      try {
        const diff = await diffOf(own, own);
        t.deepEqual(diff.touched, []);
        t.false(isWider(diff));
        compared++;
      } catch (error) {
        if (!YoiError.is(error, "YOI_POLICY_INVALID")) throw error;
      }
    }),
    { numRuns: runs },
  );
  t.true(compared > 0);
});

test("a set that allows one call more is never the same, and has a witness", async (t) => {
  let widened = 0;
  const action = fc.constantFrom(...actions.filter((one) => one !== "network.connect"));
  await fc.assert(
    fc.asyncProperty(fc.array(policy, { maxLength: 6 }), action, async (texts, asked) => {
      const call = broadCall(asked);
      const { request: put } = putQuestion(call, caseInventory(call, {}, "UTC"), noonish);
      const before = [policyFile(texts.join("\n"))];
      const after = [...before, policyFile(narrowestPermit(put), { file: ".yoi/policies/more.cedar" })];
      if (!(await isDenied(before, call)) || (await isDenied(after, call))) return;
      widened++;
      const diff = await diffOf(before, after);
      t.true(isWider(diff));
    }),
    { numRuns: runs },
  );
  t.true(widened > 0);
});

/** Whether the call is denied as `diff` puts it; a set that does not load denies nothing here. */
async function isDenied(own: readonly PolicySource[], call: Call): Promise<boolean> {
  const asker = { ...call, via: { command: false, depth: "plugin" in call.ask ? 0 : 1 } } as Call;
  const { request: put } = putQuestion(asker, caseInventory(asker, {}, "UTC"), noonish);
  try {
    const sets = await prepare(own);
    const { kind } = combineVerdicts(await evaluateAll(sets, put));
    for (const set of sets) set.dispose();
    return kind === "deny";
  } catch (error) {
    if (YoiError.is(error, "YOI_POLICY_INVALID")) return false;
    throw error;
  }
}
