import test from "ava";
import fc from "fast-check";
import { putQuestion } from "../../../src/broker/put-question.ts";
import type { Call } from "../../../src/calls/call.ts";
import { actions } from "../../../src/calls/powers.ts";
import { combineVerdicts } from "../../../src/decisions/combine-verdicts.ts";
import type { PolicySource, PreparedPolicies } from "../../../src/engines/policy-engine.ts";
import { YoiError } from "../../../src/errors/yoi-error.ts";
import { evaluateAll } from "../../../src/explain/evaluate-all.ts";
import { narrowestPermit } from "../../../src/explain/narrowest-permit.ts";
import { diffSets, isWider, type PolicyDiff } from "../../../src/workbench/diff/diff-sets.ts";
import { caseInventory } from "../../../src/workbench/suites/case-inventory.ts";
import { noonish } from "../../support/broker-parts.ts";
import { policy } from "../../support/cedar-arbitraries.ts";
import { cedar, invariants, policyFile } from "../../support/cedar-sets.ts";
import { broadCall } from "../../support/explained-calls.ts";
import { opaTest } from "../../support/opa.ts";
import { regoEngine, regoFile, shippedSources } from "../../support/rego-sets.ts";

const rego = regoEngine();
test.after.always(() => rego.close());
const runs = process.env["CI"] === undefined ? 25 : 60;

async function prepare(own: readonly PolicySource[]): Promise<readonly PreparedPolicies[]> {
  const policies = [invariants, ...own];
  const isRego = own.some(({ language }) => language === "rego");
  const sets = [await cedar.prepare({ policies })];
  return isRego ? [...sets, await rego.prepare({ policies: [...policies, ...shippedSources] })] : sets;
}

async function diffOf(before: readonly PolicySource[], after: readonly PolicySource[]): Promise<PolicyDiff> {
  const [was, is] = [await prepare(before), await prepare(after)];
  const compared = { before: was, after: is, plugins: [], zone: "UTC", atMs: noonish };
  const diff = await diffSets(compared, []);
  for (const set of [...was, ...is]) set.dispose();
  return diff;
}

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
  "another reason, and nothing else": [
    [policyFile(`@reason("one") ${permit};`)],
    [policyFile(`@reason("two") ${permit};`)],
    [],
  ],
};

function shownBy({ probed }: PolicyDiff): readonly string[] {
  return probed
    .flatMap(({ touched, witnesses }) => witnesses.map(({ direction }) => `${direction} ${touched.policy.name}`))
    .toSorted();
}

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
