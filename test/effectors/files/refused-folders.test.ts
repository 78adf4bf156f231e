import { existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { createFileEffectors } from "../../../src/effectors/files/file-effectors.ts";
import { YoiError } from "../../../src/errors/yoi-error.ts";
import {
  answerOf,
  type MountScene,
  mountScene,
  operationNames,
  operations,
  snapshot,
} from "../../support/file-effects.ts";

// ATTACK: threats 45
for (const [by, mountOf, refusedOf, path] of [
  ["its own path", ({ own }: MountScene) => own, ({ own }: MountScene) => own, "yoi.toml"],
  ["its parent", ({ root }: MountScene) => root, ({ own }: MountScene) => own, "own/yoi.toml"],
  ["a folder inside of it", ({ own }: MountScene) => join(own, "state"), ({ own }: MountScene) => own, "plan.md"],
  ["a mount far above", () => "/", ({ own }: MountScene) => own, undefined],
  [
    "another name for it",
    ({ root }: MountScene) => root,
    ({ root }: MountScene) => join(root, "alias"),
    "own/yoi.toml",
  ],
] as const) {
  test(`a refused folder is not reached by ${by}`, async (t) => {
    const scene = mountScene(t);
    symlinkSync(scene.own, join(scene.root, "alias"));
    const way = path ?? join(scene.own, "yoi.toml").slice(1);
    const folder = mountOf(scene);
    t.is(await answerOf("read", { folder, path: way }), "SECRET!", "it is there");
    const before = snapshot(scene.own);
    const effectors = createFileEffectors({ refuses: () => [refusedOf(scene)] });
    for (const operation of operationNames) {
      t.is(await answerOf(operation, { folder, path: way }, effectors), "not-found", operation);
      t.is(await answerOf(operation, { folder, path: `${way}-new` }, effectors), "not-found", operation);
    }
    t.deepEqual(snapshot(scene.own), before);
  });
}

// ATTACK: threats 45
test("a refused folder is itself not there: neither shown, nor looked at, nor removed", async (t) => {
  const { root, own } = mountScene(t);
  rmSync(own, { recursive: true });
  mkdirSync(own);
  const effectors = createFileEffectors({ refuses: () => [own] });
  for (const operation of operationNames) {
    t.is(await answerOf(operation, { folder: root, path: "own" }, effectors), "not-found", operation);
  }
  t.is(await answerOf("list", { folder: root, path: "" }, effectors), "folder notes, folder outside");
  t.true(existsSync(own));
});

// ATTACK: threats 45
test("a refused folder that does not exist yet is made by no guest, nor is the way to it", async (t) => {
  const { root, own } = mountScene(t);
  const effectors = createFileEffectors({
    refuses: () => [join(own, "plugins"), join(root, "share", "yoi", "plugins")],
  });
  for (const operation of ["create", "replace", "append", "make"] as const) {
    t.is(await answerOf(operation, { folder: own, path: "plugins" }, effectors), "not-found", operation);
    t.is(await answerOf(operation, { folder: root, path: "share" }, effectors), "not-found", operation);
  }
  t.deepEqual([existsSync(join(own, "plugins")), existsSync(join(root, "share"))], [false, false]);
});

test("a folder that comes into being after the effectors were made is refused too", async (t) => {
  const { root } = mountScene(t);
  const later = join(root, "later");
  const effectors = createFileEffectors({ refuses: () => [later] });
  mkdirSync(later);
  writeFileSync(join(later, "plan.md"), "SECRET!");
  for (const operation of operationNames) {
    t.is(await answerOf(operation, { folder: root, path: "later/plan.md" }, effectors), "not-found", operation);
  }
});

// ATTACK: threats 27
for (const operation of operationNames) {
  test(`${operation}: in a refused folder and behind a link, what exists and what does not get one answer`, async (t) => {
    const { root, folder, own, outside } = mountScene(t);
    symlinkSync(outside, join(folder, "link"));
    const effectors = createFileEffectors({ refuses: () => [own] });
    const failureOf = async (mount: string, path: string) =>
      t.throwsAsync(operations[operation]({ folder: mount, path }, effectors), { instanceOf: YoiError });
    for (const [mount, existing, absent] of [
      [root, "own/yoi.toml", "own/nothing"],
      [root, "own/state/plan.md", "nothing/state/plan.md"],
      [folder, "link/2026/plan.md", "link/2026/nothing"],
    ] as const) {
      const [one, other] = [await failureOf(mount, existing), await failureOf(mount, absent)];
      t.deepEqual([one?.message, one?.details], [other?.message, other?.details]);
      t.false(one?.message.includes("/"));
    }
  });
}
