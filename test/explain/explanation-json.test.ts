import test from "ava";
import type { Explanation } from "../../src/explain/explanation.ts";
import { denialSaying } from "../support/explanations.ts";
import { departures, shapesOf } from "../support/json-shapes.ts";
import { getsForecasts, networkWorkspace } from "../support/network-workspace.ts";
import { readPage } from "../support/pages.ts";
import { jsonOf, notesWorkspace, type Ran } from "../support/workspaces.ts";

const shapes = shapesOf(readPage("json.md"));
const explanationOf = (ran: Ran) => jsonOf(ran)["explanation"] as Explanation;

test("an explanation with every part that one can have is what `docs/json.md` says", (t) => {
  const printed: unknown = JSON.parse(JSON.stringify(denialSaying("x")));
  t.deepEqual(departures(shapes, "Explanation", printed), []);
});

test("explanations of every sort are what `docs/json.md` says, and are told with each part that they should have", async (t) => {
  const workspace = await networkWorkspace(t);
  workspace.write(".yoi/policies/test.cedar", getsForecasts.replace("/v1", "/v1/bergen"));
  const notes = await notesWorkspace(t);
  const called = await notes.yoi("tool", "call", "read_note", '{"path":"notes/none.md"}', "--json");
  const { decision = "" } = jsonOf(called)["result"] as { readonly decision?: string };
  const sorts: readonly (readonly [explanation: Explanation, parts: readonly (keyof Explanation)[]])[] = [
    [
      explanationOf(
        await workspace.yoi(
          ..."plugin explain example.weather https.request GET https://api.example.com/v1/oslo --json".split(" "),
        ),
      ),
      ["cause", "changes", "remedy"],
    ],
    [
      explanationOf(await notes.yoi(..."plugin explain example.notes fs.read other/x read_note --json".split(" "))),
      ["undeclared", "remedy"],
    ],
    [explanationOf(await notes.yoi("plugin", "explain", decision, "--json")), ["recorded", "chain"]],
  ];
  for (const [explanation, parts] of sorts) {
    t.deepEqual(departures(shapes, "Explanation", explanation), []);
    for (const part of parts) t.true(Object.hasOwn(explanation, part), part);
    t.true(explanation.consistent);
  }
  t.deepEqual(
    sorts[2]?.[0].recorded?.tree?.below.map(({ words, ending }) => [words, ending]),
    [["project:example.notes → fs.read notes/none.md", "failed: not-found"]],
  );
});
