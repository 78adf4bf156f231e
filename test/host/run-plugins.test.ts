import test from "ava";
import { createPluginRunner } from "../../src/host/run-plugins.ts";
import type { Warrant } from "../../src/warrants/warrant.ts";
import { surveyWorkspace } from "../../src/workspace/survey-workspace.ts";
import { executeCall } from "../support/calls.ts";
import { enable, weatherWorkspace } from "../support/workspaces.ts";

const plugin = "project:example.weather";

// ATTACK: threats 30: a package that is pinned anew after the decision must not run on it.
test("only the package that was decided on is run", async (t) => {
  const workspace = await weatherWorkspace(t);
  await enable(t, workspace, "example.weather");
  const survey = await surveyWorkspace(workspace.places);
  const ran: string[] = [];
  const pool = {
    prepare: async () => undefined,
    call: async (component: { readonly digest: string }) => {
      ran.push(component.digest);
      return { summary: "ran", isError: false };
    },
    dropSpares: () => undefined,
    status: () => ({ sandboxes: [], queued: 0 }),
    close: async () => undefined,
  };
  const host = { ask: () => Promise.reject(new Error("nothing is asked")), log: () => undefined };
  const runner = createPluginRunner({ survey: () => survey, pool, hostFor: () => host });
  const call = executeCall({ ask: { plugin, tool: "get_weather", input: {} } });
  const warrantFor = (digest: string): Warrant<"tool.execute"> => ({
    action: "tool.execute",
    call,
    decision: call.id,
    revision: "r",
    target: { plugin, tool: "get_weather", toolId: `${plugin}/get_weather`, input: {}, digest },
    bounds: {},
    signal: new AbortController().signal,
  });
  const decided = survey.plugins.get(plugin)?.package?.digest ?? "";
  await t.throwsAsync(runner.run(warrantFor(`sha256:${"0".repeat(64)}`)), { code: "YOI_PLUGIN_FAILED" });
  t.deepEqual(ran, []);
  await runner.run(warrantFor(decided));
  t.deepEqual(ran, [decided]);
});
