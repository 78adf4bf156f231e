import test from "ava";
import { limits } from "../../src/calls/limits.ts";
import { findingsOf, policyFile, prepareCedar } from "../support/cedar-sets.ts";

interface Row {
  readonly title: string;
  readonly text: string;
  readonly place: string;
  readonly message: RegExp;
  readonly remedy?: RegExp;
}

const read = 'principal, action == Yoi::Action::"fs.read", resource';
const rows: readonly Row[] = [
  {
    title: "text that is no policy",
    text: `permit(${read});\npermit(principal, action, resource) when { context.mount ++ 1 };`,
    place: "2:59",
    message: /^unexpected token `\+`$/,
  },
  {
    title: "single quotes, counted past a two-byte character",
    text: `permit(${read}) when { "é" == 'x' };`,
    place: "1:77",
    message: /^invalid token$/,
    remedy: /double quotes/,
  },
  {
    title: "an unknown attribute",
    text: `permit(${read})\nwhen { context.mout == "x" };`,
    place: "2:8",
    message: /attribute `mout`/,
    remedy: /did you mean `mount`\?/,
  },
  {
    title: "an unknown attribute with no near name gets no guess",
    text: `permit(${read}) when { context.methd == "x" };`,
    place: "1:70",
    message: /attribute `methd`/,
  },
  {
    title: "an unknown action",
    text: 'permit(principal, action == Yoi::Action::"fs.raed", resource);',
    place: "1:29",
    message: /unrecognized action/,
    remedy: /did you mean `Yoi::Action::"fs.read"`\?/,
  },
  {
    title: "an unknown entity type",
    text: "permit(principal is Yoi::Plugn, action, resource);",
    place: "1:21",
    message: /unrecognized entity type `Yoi::Plugn`/,
    remedy: /did you mean `Yoi::Plugin`\?/,
  },
  {
    title: "an entity without its namespace",
    text: 'permit(principal == Plugin::"project:x", action, resource);',
    place: "1:21",
    message: /unrecognized entity type `Plugin`/,
    remedy: /did you mean `Yoi::Plugin`\?/,
  },
  {
    title: "an attribute that only another action has",
    text: "permit(principal, action, resource) when { context.inputBytes > 1 };",
    place: "1:44",
    message:
      /`context.inputBytes` does not exist for `tool.register`, `plugin.prepare`, `https.request` and 9 more actions$/,
    remedy: /`tool.execute` has it/,
  },
  {
    title: "an optional attribute that is not guarded",
    text: `permit(${read}) when { context.via.agent == Yoi::Agent::"cli" };`,
    place: "1:70",
    message: /unable to guarantee safety/,
    remedy: /context\.via has agent/,
  },
  {
    // ATTACK: threats 16, pitfall 2
    title: "operands of types that can never be equal",
    text: `forbid(${read}) when { context.mount == 1 };`,
    place: "1:70",
    message: /Long and String are not compatible/,
  },
  {
    // ATTACK: threats 16, pitfall 13
    title: "a principal that the action cannot have",
    text: 'forbid(principal == Yoi::Agent::"cli", action == Yoi::Action::"fs.read", resource);',
    place: "1:1",
    message: /unable to find an applicable action/,
  },
  {
    title: "a condition that can never hold",
    text: `\n// why\nforbid(${read}) when { false };`,
    place: "3:1",
    message: /policy is impossible/,
  },
  {
    // ATTACK: threats 16
    title: "a misspelt name after `has`, whose guard would never fire",
    text: `forbid(${read}) when { context.declared && !(context.via has agnt) };`,
    place: "1:108",
    message: /`has agnt` is never true/,
    remedy: /did you mean `agent`\?/,
  },
  {
    title: "a template",
    text: `permit(principal == ?principal, action, resource);`,
    place: "1:21",
    message: /template containing the slot \?principal/,
  },
  {
    title: "an annotation twice",
    text: `@id("a") @id("b") permit(${read});`,
    place: "1:10",
    message: /duplicate annotation: @id/,
  },
  {
    title: "text that changes its direction",
    text: `forbid(${read}) when { context.mount == "a\u202eb" };`,
    place: "1:87",
    message: /BIDI control characters/,
  },
  {
    title: "a misspelt annotation",
    text: `\n @raet("10/1m") permit(${read});`,
    place: "2:2",
    message: /unknown annotation `@raet`: nothing would enforce it/,
    remedy: /did you mean `@rate`\?/,
  },
  {
    title: "an obligation of a later version",
    text: `@approval("operator") permit(${read});`,
    place: "1:1",
    message: /this version cannot discharge `@approval`/,
  },
  {
    title: "an obligation that says nothing",
    text: `@rate("often") permit(${read});`,
    place: "1:1",
    message: /a rate is written `10\/1m`/,
  },
  {
    title: "a misspelt list of headers",
    text: '@redakt("etag") permit(principal, action == Yoi::Action::"https.request", resource);',
    place: "1:1",
    message: /unknown annotation `@redakt`/,
    remedy: /did you mean `@redact`\?/,
  },
  {
    title: "a list of headers that names none",
    text: '@redact("set-cookie,, etag") permit(principal, action == Yoi::Action::"https.request", resource);',
    place: "1:1",
    message: /`@redact`: what is redacted is a list of header names/,
  },
  {
    title: "a list of headers for what has none",
    text: '@redact("etag") permit(principal, action in Yoi::Action::"files", resource);',
    place: "1:1",
    message: /`@redact` cannot be discharged for `fs\.read`/,
    remedy: /any of `https\.request`$/,
  },
  {
    title: "an obligation on a forbid",
    text: `@timeout("5s") forbid(${read});`,
    place: "1:1",
    message: /`@timeout` on a forbid/,
  },
  {
    title: "an obligation that an action of the group cannot discharge",
    text: '@rate("10/1m") permit(principal, action in Yoi::Action::"execute", resource);',
    place: "1:1",
    message: /`@rate` cannot be discharged for `plugin.prepare`/,
    remedy: /any of `tool.execute`, `https.request`, .*`fs.read`/,
  },
  {
    title: "an obligation on every action there is",
    text: '@max_response_bytes("10") permit(principal, action, resource);',
    place: "1:1",
    message: /cannot be discharged for `tool.register`/,
  },
  {
    title: "a cause that an operator claims",
    text: `@cause("not-enabled") forbid(${read});`,
    place: "1:1",
    message: /`@cause` belongs to the invariants/,
  },
  {
    title: "a reason that says nothing",
    text: `@reason permit(${read});`,
    place: "1:1",
    message: /`@reason` says nothing/,
  },
  {
    title: "an id with a blank",
    text: `@id("a b") permit(${read});`,
    place: "1:1",
    message: /an `@id` is/,
  },
  {
    title: "a condition too deep to be traced",
    text: `permit(${read}) when { ${Array(limits.policyDepthMax).fill("context.declared").join(" && ")} };`,
    place: "1:1",
    message: /a condition is more than 48 levels deep/,
    remedy: /split it/,
  },
  {
    title: "two policies of one id",
    text: `@id("a") permit(${read});\n@id("a") forbid(${read});`,
    place: "2:1",
    message: /a second policy called `a`/,
  },
  {
    title: "an id that is another policy's ordinal",
    text: `permit(${read});\n@id("1") forbid(${read});`,
    place: "2:1",
    message: /a second policy called `1`/,
  },
];

for (const { title, text, place, message, remedy } of rows) {
  test(`a set is refused whole for ${title}`, async (t) => {
    const [finding, ...more] = await findingsOf(`${text}`);
    t.deepEqual(more, []);
    t.regex(finding?.message ?? "", message);
    t.is(`${finding?.place?.line}:${finding?.place?.column}`, place);
    t.is(finding?.place?.file, ".yoi/policies/test.cedar");
    if (remedy === undefined) t.notRegex(finding?.remedy ?? "", /did you mean/);
    else t.regex(finding?.remedy ?? "", remedy);
  });
}

test("text in two scripts is no error", async (t) => {
  t.deepEqual(await findingsOf(`forbid(${read}) when { context.mount == "pаypal" };`), []);
});

test("every finding of every file is told, up to the bound", async (t) => {
  const bad = Array.from(
    { length: limits.findingsMax + 10 },
    () => "permit(principal, action, resource) when { false };",
  );
  const findings = await findingsOf(bad.join("\n"));
  t.is(findings.length, limits.findingsMax + 1);
  t.is(findings.at(-1)?.message, "and 10 more");
});

test("a grant's findings and policies lead back to its line in yoi.toml", async (t) => {
  const origin = { file: ".yoi/yoi.toml", line: 31, column: 1 };
  const grant = policyFile(`permit(${read});`, { file: ".yoi/yoi.toml", layer: "grant", origin });
  const set = await prepareCedar([grant]);
  t.deepEqual(set.policies[0]?.place, origin);
  set.dispose();
  const broken = policyFile(`permit(${read}) when { context.mout == "" };`, { ...grant, origin });
  t.deepEqual((await findingsOf([{ ...broken, text: "\n\npermit(principal);" }]))[0]?.place, origin);
});
