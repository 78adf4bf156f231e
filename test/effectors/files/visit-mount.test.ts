import { linkSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { createFileEffectors } from "../../../src/effectors/files/file-effectors.ts";
import { issueWarrant } from "../../../src/warrants/issue-warrant.ts";
import type { Warrant } from "../../../src/warrants/warrant.ts";
import {
  answerOf,
  fileWarrantParts,
  mountScene,
  operationNames,
  snapshot,
  wordOf,
} from "../../support/file-effects.ts";

const effectors = createFileEffectors({ refuses: () => [] });
const bytes = new Uint8Array(3);

/** Every effector with the parts of a warrant of its own, and with an effector of another action. */
function attempts(folder: string) {
  const aim = { folder, path: "2026/plan.md" };
  const attempt = <A extends keyof typeof effectors>(action: A, parts: Warrant<A>) => ({
    action,
    issue: (changed: object = {}) => issueWarrant<A>({ ...parts, ...changed }),
    perform: (warrant: Warrant<A>) => effectors[action](warrant),
  });
  return [
    attempt("fs.read", fileWarrantParts("fs.read", aim, {})),
    attempt("fs.list", fileWarrantParts("fs.list", { folder, path: "" }, {})),
    attempt("fs.stat", fileWarrantParts("fs.stat", aim, {})),
    attempt("fs.write", fileWarrantParts("fs.write", aim, { mode: "replace", bytes })),
    attempt("fs.append", fileWarrantParts("fs.append", aim, { bytes })),
    attempt("fs.make-directory", fileWarrantParts("fs.make-directory", { folder, path: "new" }, {})),
    attempt("fs.remove", fileWarrantParts("fs.remove", aim, {})),
  ] as const;
}

test("a warrant is spent by one effect, and a look-alike or another action's does nothing", async (t) => {
  const { folder } = mountScene(t);
  const before = snapshot(folder);
  const others = attempts(folder);
  for (const [index, { perform, issue, action }] of others.entries()) {
    const used = perform as (warrant: unknown) => Promise<unknown>;
    await t.throwsAsync(used({ ...issue() }), { code: "YOI_WARRANT_SPENT" }, action);
    await t.throwsAsync(used(others.at(index - 1)?.issue()), { code: "YOI_WARRANT_SPENT" }, action);
  }
  t.deepEqual(snapshot(folder), before);
  for (const { perform, issue, action } of others) {
    const used = perform as (warrant: unknown) => Promise<unknown>;
    const warrant = issue();
    await used(warrant);
    await t.throwsAsync(used(warrant), { code: "YOI_WARRANT_SPENT" }, action);
  }
});

test("a mount to which nothing is bound is reached by nobody", async (t) => {
  const { folder } = mountScene(t);
  const before = snapshot(folder);
  for (const { perform, issue, action } of attempts(folder)) {
    const used = perform as (warrant: unknown) => Promise<unknown>;
    const { target } = issue();
    const { folder: _, ...unbound } = target;
    const answer = await wordOf(async () => String(await used(issue({ target: unbound }))));
    t.is(answer, "unavailable", action);
  }
  t.deepEqual(snapshot(folder), before);
});

test("a name with a slash or a NUL in it is no name, and the mount itself is not to be changed", async (t) => {
  const { folder } = mountScene(t);
  const before = snapshot(folder);
  for (const { perform, issue, action } of attempts(folder)) {
    const used = perform as (warrant: unknown) => Promise<unknown>;
    for (const segments of [["2026/plan.md"], ["2026\0", "plan.md"], ["2026", ".."]]) {
      const answer = await wordOf(async () => String(await used(issue({ target: { ...issue().target, segments } }))));
      t.is(answer, "not-found", action);
    }
  }
  for (const operation of operationNames) {
    if (operation === "list" || operation === "stat") continue;
    t.is(await answerOf(operation, { folder, path: "" }), "not-a-file", operation);
  }
  t.deepEqual(snapshot(folder), before);
});

test("an effect that was called off, before it or ahead of its last step, changes nothing", async (t) => {
  const { folder } = mountScene(t);
  const before = snapshot(folder);
  for (const operation of operationNames) {
    t.is(await answerOf(operation, { folder, path: "2026/plan.md", signal: AbortSignal.abort() }), "cancelled");
  }
  for (const operation of ["read", "list", "replace", "append"] as const) {
    const caller = new AbortController();
    const path = operation === "list" ? "2026" : "2026/plan.md";
    const answer = answerOf(operation, { folder, path, signal: caller.signal });
    caller.abort("a reason that no guest should see");
    t.is(await answer, "cancelled", operation);
  }
  await noneHalfWritten(folder);
  t.deepEqual(snapshot(folder), before);
});

test("an effect that does not end within its bound is a timeout, and changes nothing", async (t) => {
  const { folder } = mountScene(t);
  const before = snapshot(folder);
  for (const operation of ["read", "list", "replace", "append"] as const) {
    const path = operation === "list" ? "2026" : "2026/plan.md";
    const answer = answerOf(operation, { folder, path, bounds: { timeoutMs: 1 } });
    // The event loop stands still until the time is up, so the file cannot be faster.
    for (const start = performance.now(); performance.now() - start < 5; );
    t.is(await answer, "timeout", operation);
  }
  await noneHalfWritten(folder);
  t.deepEqual(snapshot(folder), before);
});

/** Waits for writes that were called off to let go of what they hold: another write of the same folder sees to that. */
async function noneHalfWritten(folder: string): Promise<void> {
  for (let round = 0; round < 1_000; round++) {
    const names = readdirSync(join(folder, "2026"));
    if (!names.some((name) => name.startsWith(".yoi-"))) return;
    await answerOf("stat", { folder, path: "2026" });
    await new Promise((resolve) => setImmediate(resolve));
  }
}

// Alone, since others open descriptors too.
test.serial("no descriptor stays open, however an effect ends", async (t) => {
  const { folder, own } = mountScene(t);
  symlinkSync(own, join(folder, "link"));
  linkSync(join(own, "yoi.toml"), join(folder, "second"));
  writeFileSync(join(folder, "long"), "more than six");
  const refusing = createFileEffectors({ refuses: () => [own] });
  const bounds = { responseBytesMax: 6 };
  const everything = async () => {
    for (const operation of operationNames) {
      for (const path of ["", "2026/plan.md", "2026", "link", "link/yoi.toml", "second", "nothing/x", "long", "new"]) {
        await answerOf(operation, { folder, path, bounds }, refusing);
      }
      await answerOf(operation, { folder: own, path: "yoi.toml" }, refusing);
      await answerOf(operation, { folder: "/dev", path: "shm/x" }, refusing);
      await answerOf(operation, { folder: "/", path: "proc/version" }, refusing);
    }
    rmSync(join(folder, "second"), { force: true });
    linkSync(join(own, "yoi.toml"), join(folder, "second"));
  };
  await everything();
  const before = readdirSync("/proc/self/fd").length;
  for (let round = 0; round < 5; round++) await everything();
  t.is(readdirSync("/proc/self/fd").length, before);
});
