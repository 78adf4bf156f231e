import { linkSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { createFileEffectors } from "../../../src/effectors/files/file-effectors.ts";
import { answerOf, mountScene, operationNames, performFileEffect, snapshot } from "../../support/file-effects.ts";

// ATTACK: threats 24, 27, 45: a secret's file or the authorities that the host trusts, kept inside of a mount.
for (const [by, name] of [
  ["its name", "token"],
  ["a second name for it", "alias"],
] as const) {
  test(`a refused file is not there by ${by}, for any operation`, async (t) => {
    const { folder } = mountScene(t);
    const refused = join(folder, "token");
    writeFileSync(refused, "SECRET!");
    linkSync(refused, join(folder, "alias"));
    const before = snapshot(folder);
    const effectors = createFileEffectors({ refuses: () => [refused] });
    for (const operation of operationNames) {
      t.is(await answerOf(operation, { folder, path: name }, effectors), "not-found", operation);
    }
    t.is(await answerOf("list", { folder, path: "" }, effectors), "folder 2026");
    t.deepEqual(snapshot(folder), before);
  });
}

// ATTACK: threats 45
for (const [what, arrange] of [
  ["does not exist yet", () => undefined],
  ["lies behind a link that leads around", (folder: string) => symlinkSync("token", join(folder, "token"))],
] as const) {
  test(`a refused file that ${what} is made by no guest, nor shown`, async (t) => {
    const { folder } = mountScene(t);
    arrange(folder);
    const before = snapshot(folder);
    const effectors = createFileEffectors({ refuses: () => [join(folder, "token")] });
    for (const operation of operationNames) {
      t.is(await answerOf(operation, { folder, path: "token" }, effectors), "not-found", operation);
    }
    t.is(await answerOf("list", { folder, path: "" }, effectors), "folder 2026");
    t.deepEqual(snapshot(folder), before);
  });
}

// ATTACK: threats 45
test("what is refused is asked anew for each effect", async (t) => {
  const { folder } = mountScene(t);
  const refused: string[] = [];
  const effectors = createFileEffectors({ refuses: () => refused });
  t.is(await answerOf("read", { folder, path: "2026/plan.md" }, effectors), "inside");
  refused.push(join(folder, "2026", "plan.md"));
  t.is(await answerOf("read", { folder, path: "2026/plan.md" }, effectors), "not-found");
});

// ATTACK: threats 27, 28
for (const folder of ["/", "/dev", "/etc"]) {
  test(`what a listing of ${folder} shows can be looked at: what is mounted over a name is not shown`, async (t) => {
    const entries = await performFileEffect("fs.list", { folder, path: "" }, {});
    for (const { name } of entries) t.not(await answerOf("stat", { folder, path: name }), "not-found", name);
    const names = entries.map(({ name }) => name);
    t.deepEqual(
      ["proc", "sys", "shm"].filter((name) => names.includes(name)),
      [],
    );
  });
}
