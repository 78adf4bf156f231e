import { writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { networkWorkspace } from "../support/network-workspace.ts";
import { opaTest, plainTest } from "../support/opa.ts";
import { readPage, repository } from "../support/pages.ts";
import { answerTo, normal, retold, stopsOf } from "./tour.ts";

const page = readPage("tour.md");

test("the tour has ten broken policies and one that no policy mends", (t) => {
  const stops = stopsOf(page);
  t.is(stops.filter(({ mended }) => mended !== undefined).length, 10);
  t.is(stops.filter(({ mended }) => mended === undefined).length, 1);
});

opaTest("what the tour shows is what `yoi plugin explain` says", async (t) => {
  const workspace = await networkWorkspace(t);
  const now = await retold(page, workspace);
  // YOI_RETELL=1 npx ava test/docs/tour.test.ts writes the page anew, to be read before it is committed.
  if (process.env["YOI_RETELL"] !== undefined) writeFileSync(join(repository, "docs/tour.md"), now);
  t.is(normal(now), normal(page));
});

for (const stop of stopsOf(page)) {
  const { title, mended, broken } = stop;
  if (mended === undefined) continue;
  const declare = stop.language === "rego" ? opaTest : plainTest;
  declare(`the mend that the tour shows allows the call: ${title}`, async (t) => {
    const workspace = await networkWorkspace(t);
    t.regex(await answerTo(workspace, stop, broken), /^DENIED/);
    t.regex(await answerTo(workspace, stop, mended), /^ALLOWED/);
  });
}
