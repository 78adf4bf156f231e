import test from "ava";
import type { Call } from "../../src/calls/call.ts";
import type { PolicySource } from "../../src/engines/policy-engine.ts";
import { cedar, policyFile } from "../support/cedar-sets.ts";
import { broadCall, cedarAlone, explaining } from "../support/explained-calls.ts";
import { opaTest, plainTest } from "../support/opa.ts";
import { regoEngine, regoFile } from "../support/rego-sets.ts";

const rego = regoEngine();
test.after.always(() => rego.close());

const reads = broadCall("fs.read");
const runs = broadCall("tool.execute", { input: { city: "Oslo", days: 3 } });
const inRego = (action: string, body: string) =>
  regoFile(
    `package yoi.policy.odd\n\npermit contains {"id": "odd"} if {\n\tinput.action == "${action}"\n\t${body}\n}\n`,
  );

const rows: {
  readonly [title: string]: readonly [call: Call, policy: PolicySource, told: readonly [string, string?][]];
} = {
  "a part of a tool's input that is not there": [
    runs,
    inRego("tool.execute", 'input.context.input.citty == "Oslo"'),
    [["`context.input.citty` is not part of this request", "did you mean `city`?"]],
  ],
  "a part of a tool's input that is something else": [
    runs,
    inRego("tool.execute", 'input.context.input.days == "3"'),
    [["`context.input.days` is a number, and is held against a text"]],
  ],
  "an attribute that such a resource does not have": [
    reads,
    inRego("fs.read", 'input.resource.path == "plan.md"'),
    [["`resource.path` is not part of this request"]],
  ],
  "a folder that the file lies in, by Cedar": [
    reads,
    policyFile('permit (principal, action == Yoi::Action::"fs.read", resource == Yoi::Path::"notes/2026");'),
    [["notes/2026/plan.md lies in notes/2026, and is not the same", "did you mean `in`?"]],
  ],
  "a folder that the file lies in, by Rego": [
    reads,
    inRego("fs.read", 'input.resource.id == "notes/2026"'),
    [
      [
        "notes/2026/plan.md lies in notes/2026, and is not the same",
        'did you mean `"notes/2026" in input.resource.within`?',
      ],
    ],
  ],
  "nothing, where a value is another of the same kind": [
    reads,
    policyFile('permit (principal, action == Yoi::Action::"fs.read", resource == Yoi::Path::"notes/2025");'),
    [],
  ],
  "nothing, where a function makes a number of a text": [
    broadCall("tool.execute", { input: { name: "abcdef", days: "7" } }),
    inRego("tool.execute", "count(input.context.input.name) < 3\n\tto_number(input.context.input.days) < 3"),
    [],
  ],
  "a name that is misspelt beside a text with ` has ` in it": [
    runs,
    inRego("tool.execute", 'input.context.input.citty == "who has it"'),
    [["`context.input.citty` is not part of this request", "did you mean `city`?"]],
  ],
  "nothing, where a policy asks whether something is there": [
    broadCall("https.request"),
    policyFile('permit (principal, action == Yoi::Action::"https.request", resource) when { context has openedBy };'),
    [],
  ],
};

for (const [title, [call, policy, told]] of Object.entries(rows)) {
  const declare = policy.language === "rego" ? opaTest : plainTest;
  declare(`what does not fit is told of: ${title}`, async (t) => {
    const world = await explaining(policy.language === "rego" ? [cedar, rego] : cedarAlone, [policy]);
    const { misfits } = await world.explain(call);
    t.deepEqual(
      misfits.map(({ message, remedy }) => (remedy === undefined ? [message] : [message, remedy])),
      told,
    );
    for (const { place } of misfits) t.is(place.file, policy.file);
    world.dispose();
  });
}
