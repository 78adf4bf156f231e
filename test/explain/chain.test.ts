import test from "ava";
import type { Explanation } from "../../src/explain/explanation.ts";
import { executeCall } from "../support/calls.ts";
import { getsForecasts, networkWorkspace } from "../support/network-workspace.ts";
import { jsonOf, newWorkspace, type TestWorkspace, weatherWorkspace } from "../support/workspaces.ts";

const call = ["plugin", "explain", "cli", "tool.execute", "example.weather/get_weather", '{"city":"Oslo"}'] as const;

async function chainOf({ yoi }: TestWorkspace): Promise<readonly string[]> {
  const explained = jsonOf(await yoi(...call, "--json"))["explanation"] as Explanation;
  return (explained.chain ?? []).map(({ what, words, answer, cause, by }) =>
    [what, words, answer, cause, ...by.map(({ name }) => `by ${name}`)].filter((part) => part !== undefined).join(" "),
  );
}

test("an execution is explained with what it hangs on, and what the tool's capabilities would get", async (t) => {
  const workspace = await networkWorkspace(t);
  workspace.write(
    ".yoi/policies/own.cedar",
    `${getsForecasts}
@id("never-there") forbid (principal, action, resource == Yoi::Url::"https://api.example.com/v1/secret");
@id("reads") permit (principal, action == Yoi::Action::"fs.read", resource in Yoi::Path::"kept");
@id("by-day") permit (principal, action == Yoi::Action::"fs.list", resource) when { context.now.hour >= 0 };
@id("for-another") permit (principal, action == Yoi::Action::"fs.append", resource)
when { context.via has agent && context.via.agent == Yoi::Agent::"ci" };
`,
  );
  t.deepEqual(await chainOf(workspace), [
    "enablement project:example.weather 0.1.0 allow",
    "registration tool.register get_weather allow by project:example.weather/register",
    "preparation plugin.prepare project:example.weather allow by project:example.weather/prepare",
    "execution tool.execute get_weather for cli allow by project:example.weather/execute/cli",
    "capability fs.read kept/ allow by reads",
    "capability fs.list kept/ depends by by-day",
    "capability fs.append kept/ deny no-permit",
    "capability https.request GET https://api.example.com/v1 depends by gets-forecasts by never-there",
    "capability https.request POST https://api.example.com/v1 deny no-permit by never-there",
    "capability https.request GET https://*.example.org deny no-permit",
    "capability https.request GET https://192.0.2.7 deny no-permit",
    "capability secret.use weather-key for https://api.example.com deny no-permit",
    "capability secret.use nobody-defined deny undeclared by secret-is-defined by secret-to-its-own-origins",
  ]);
});

test("a plugin that is not enabled has that as the first link, and every other denied for it", async (t) => {
  const workspace = await weatherWorkspace(t);
  const [enablement, registration, preparation, execution, capability] = await chainOf(workspace);
  t.regex(enablement ?? "", /^enablement project:example\.weather 0\.1\.0 deny not-enabled by plugin-is-enabled/);
  for (const link of [registration, preparation, execution, capability]) t.regex(link ?? "", / deny not-enabled /);
});

test("a recorded execution has its chain as well, and no other call has one", async (t) => {
  const workspace = await weatherWorkspace(t);
  const denied = jsonOf(await workspace.yoi("tool", "call", "get_weather", '{"city":"Oslo"}', "--json"));
  const { decision = "" } = denied["result"] as { readonly decision?: string };
  const explain = async (...words: readonly string[]) =>
    jsonOf(await workspace.yoi("plugin", "explain", ...words, "--json"))["explanation"] as Explanation;
  const recorded = await explain(decision);
  if (recorded.request.action === "tool.execute") t.true((recorded.chain ?? []).length > 0);
  else t.is(recorded.chain, undefined);
  t.is((await explain("example.weather", "tool.register", "get_weather")).chain, undefined);
});

test("a program that embeds Yoi gets the chain of its own tools, which are not prepared", async (t) => {
  const workspace = await newWorkspace(t);
  const tool = { name: "count", description: "counts", inputSchema: { type: "object" }, run: async () => "1" };
  const yoi = await workspace.open({ tools: [tool] });
  const ask = { plugin: "builtin:agent", tool: "count", input: {} } as const;
  const { chain = [] } = await yoi.explain(executeCall({ ask }));
  t.deepEqual(
    chain.map(({ what, answer }) => [what, answer]),
    [
      ["enablement", "allow"],
      ["registration", "allow"],
      ["execution", "allow"],
    ],
  );
});
