import test from "ava";
import { isConsistent } from "../../src/explain/is-consistent.ts";
import { renderExplanation } from "../../src/explain/render-explanation.ts";
import { plain } from "../../src/terminal/paint.ts";
import { cedar, policyFile } from "../support/cedar-sets.ts";
import { broadCall, explaining } from "../support/explained-calls.ts";
import { opaTest } from "../support/opa.ts";
import { regoEngine, regoFile } from "../support/rego-sets.ts";

// What obliges in Rego is a policy: an explanation shows it with its place and its values, whichever way it came out.

const rego = regoEngine();
test.after.always(() => rego.close());

const permits = policyFile('@id("all") permit (principal, action, resource);', { file: ".yoi/policies/all.cedar" });
const obliges = regoFile(`package yoi.policy.pace

oblige contains {"id": "short", "because": "Notes are small", "timeout": "5s"} if {
	input.action == "fs.read"
	startswith(input.resource.id, "notes")
}

oblige contains {"id": "slow", "because": "Nobody hurries at night", "rate": "10/1m"} if {
	input.action == "fs.read"
	input.context.now.hour < 6
}
`);

const read = broadCall("fs.read");

opaTest(
  "of a call that is allowed, what limits it is shown with its conditions, and what does not is folded",
  async (t) => {
    const world = await explaining([cedar, rego], [permits, obliges]);
    t.teardown(() => world.dispose());
    const explanation = await world.explain(read);
    t.like(explanation, { answer: "allow", consistent: true });
    const text = renderExplanation(explanation, plain, { full: false });
    t.regex(text, /Considered: 1 permit, \d+ forbids, 2 obligations\./);
    t.regex(text, /✓ oblige pace\/short +\.yoi\/policies\/test\.rego:3:1\n[ │]+"Notes are small"/);
    t.regex(text, /1 obligation that did not apply/);
    t.notRegex(text, /pace\/slow/);
    t.regex(text, /limits +at most 5000 ms \(pace\/short\)/);
    const full = renderExplanation(explanation, plain, { full: true });
    t.regex(full, /oblige pace\/slow +\.yoi\/policies\/test\.rego:8:1/);
    t.regex(full, /✗ when input\.context\.now\.hour < 6\n +this is +input\.context\.now\.hour = 14\n/);
  },
);

opaTest("of a denial, what would limit an allow is beside the point", async (t) => {
  const world = await explaining([cedar, rego], [obliges]);
  t.teardown(() => world.dispose());
  const explanation = await world.explain(read);
  t.like(explanation, { answer: "deny", cause: "no-permit", consistent: true });
  t.notRegex(renderExplanation(explanation, plain, { full: false }), /oblige|obligation to/);
  t.regex(
    renderExplanation(explanation, plain, { full: true }),
    /✓ oblige pace\/short .*\n(.*\n)+✗ oblige pace\/slow /,
  );
});

opaTest("an obligation that the engine leaves out, or adds, is an explanation that contradicts itself", async (t) => {
  const world = await explaining([cedar, rego], [permits, obliges]);
  t.teardown(() => world.dispose());
  const { verdicts, traces } = await world.explain(read);
  const saying = (obligations: (typeof verdicts)[number]["obligations"]) =>
    verdicts.map((verdict) => (verdict.engine === "rego" ? { ...verdict, obligations } : verdict));
  const said = verdicts.flatMap(({ obligations }) => obligations);
  t.is(said.length, 1);
  t.true(isConsistent(saying(said), traces));
  t.false(isConsistent(saying([]), traces));
  const unsaid = said.map((one) => ({ ...one, policy: one.policy.replace("short", "slow") }));
  t.false(isConsistent(saying([...said, ...unsaid]), traces));
});
