import { chmodSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import fc from "fast-check";
import { createCedarEngine } from "../../src/engines/cedar/cedar-engine.ts";
import { YoiError } from "../../src/errors/yoi-error.ts";
import { policy } from "../support/cedar-arbitraries.ts";
import { invariants, policyFile, readRequest, schemaJson } from "../support/cedar-sets.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

/** What a process that starts with this cache makes of the policies. */
async function started(cacheFolder: string | undefined, text: string, asked: Parameters<typeof readRequest>[0][] = []) {
  const engine = createCedarEngine({ schemaJson, ...(cacheFolder !== undefined && { cacheFolder }) });
  try {
    const set = await engine.prepare({ policies: [invariants, policyFile(text)] });
    const requests = asked.map((parts) => readRequest(parts));
    const verdicts = await Promise.all(requests.map((one) => set.evaluate(one)));
    const traces = await Promise.all(requests.map((one) => set.trace(one)));
    const made = { digest: set.digest, policies: set.policies, verdicts, traces };
    set.dispose();
    return made;
  } catch (error) {
    if (YoiError.is(error, "YOI_POLICY_INVALID")) return { findings: error.details.findings };
    throw error;
  }
}

const folderOf = (t: ExecutionContext) => join(temporaryFolder(t), "cedar");
const permit = 'permit (principal, action == Yoi::Action::"fs.read", resource);';
const forbid = 'forbid (principal, action == Yoi::Action::"fs.read", resource);';
const asks = [{ path: "notes/a.md" }];

test("a process that finds a set parsed says what one that parses it says", async (t) => {
  const cacheFolder = folderOf(t);
  let accepted = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(policy, { maxLength: 5 }), async (texts) => {
      const text = texts.join("\n");
      const anew = await started(undefined, text, asks);
      t.deepEqual(await started(cacheFolder, text, asks), anew);
      t.deepEqual(await started(cacheFolder, text, asks), anew);
      if (!("findings" in anew)) accepted++;
    }),
    { numRuns: process.env["CI"] === undefined ? 15 : 40 },
  );
  t.true(accepted > 0);
});

test("a set is found by all of its text: a forbid that is added counts", async (t) => {
  const cacheFolder = folderOf(t);
  t.like(await started(cacheFolder, permit, asks), { verdicts: [{ effect: "permit" }] });
  t.like(await started(cacheFolder, `${permit}\n${forbid}`, asks), { verdicts: [{ effect: "forbid" }] });
  t.is(readdirSync(cacheFolder).length, 2);
});

test("a set that was refused is not kept, and refused again", async (t) => {
  const cacheFolder = folderOf(t);
  for (const _ of ["first", "again"]) {
    const refused = await started(cacheFolder, "permit (principal, action, resource) when { context.nothing };");
    t.true("findings" in refused);
  }
  t.throws(() => readdirSync(cacheFolder), { code: "ENOENT" });
});

// ATTACK: threats 30: what lies in the cache decides, so nobody else's hand must have been in it.
test("a file that was altered, and a folder that others may write, are as if they were not there", async (t) => {
  const cacheFolder = folderOf(t);
  await started(cacheFolder, forbid, asks);
  const [name = ""] = readdirSync(cacheFolder);
  const kept = readFileSync(join(cacheFolder, name), "utf8");
  // The tree of a forbid, made one of a permit.
  const altered = kept.replaceAll('"effect":"forbid"', '"effect":"permit"');
  t.not(altered, kept);
  writeFileSync(join(cacheFolder, name), altered);
  t.like(await started(cacheFolder, forbid, asks), { verdicts: [{ effect: "forbid" }] });
  const { createHash } = await import("node:crypto");
  const body = altered.slice(altered.indexOf("\n") + 1);
  writeFileSync(join(cacheFolder, name), `${createHash("sha256").update(body).digest("hex")}\n${body}`);
  chmodSync(cacheFolder, 0o777);
  t.like(await started(cacheFolder, forbid, asks), { verdicts: [{ effect: "forbid" }] });
});
