import { execFileSync } from "node:child_process";
import {
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { join, relative } from "node:path";
import test, { type ExecutionContext } from "ava";
import fc from "fast-check";
import { createFileEffectors } from "../../../src/effectors/files/file-effectors.ts";
import { openJournal } from "../../../src/journal/sqlite-journal.ts";
import {
  answerOf,
  type MountScene,
  mountScene,
  type Operation,
  operationNames,
  snapshot,
} from "../../support/file-effects.ts";

type Answers = { readonly [O in Operation]: string };

const notThere = Object.fromEntries(operationNames.map((operation) => [operation, "not-found"])) as Answers;
const special: Answers = {
  read: "not-a-file",
  list: "not-a-folder",
  stat: "other",
  create: "exists",
  replace: "not-a-file",
  append: "not-a-file",
  make: "exists",
  remove: "not-a-file",
};
// The name is the mount's, and can be given to another file or to none; the content is not.
const secondName: Answers = { ...special, replace: "done", remove: "done" };
const fullFolder: Answers = { ...special, list: "file plan.md", stat: "folder", remove: "not-empty" };
const freeName: Answers = { ...notThere, create: "done", replace: "done", append: "done", make: "done" };
const nothing = () => undefined;

type Arrange = (scene: MountScene, t: ExecutionContext) => unknown;
const table: readonly (readonly [title: string, arrange: Arrange, path: string, answers: Answers])[] = [
  // ATTACK: threats 24
  [
    "a link to a file outside is not followed",
    ({ folder, outside }) => symlinkSync(join(outside, "2026", "plan.md"), join(folder, "link")),
    "link",
    special,
  ],
  [
    "a link to a file inside is not followed either",
    ({ folder }) => symlinkSync("2026/plan.md", join(folder, "link")),
    "link",
    special,
  ],
  [
    "a link that leads nowhere is as any link",
    ({ folder, outside }) => symlinkSync(join(outside, "nowhere"), join(folder, "link")),
    "link",
    special,
  ],
  [
    "a link to a folder outside is no folder",
    ({ folder, outside }) => symlinkSync(outside, join(folder, "link")),
    "link",
    special,
  ],
  [
    "a link to a folder outside is not entered",
    ({ folder, outside }) => symlinkSync(outside, join(folder, "link")),
    "link/2026/plan.md",
    notThere,
  ],
  [
    "nothing is made behind a link to a folder outside",
    ({ folder, outside }) => symlinkSync(outside, join(folder, "link")),
    "link/new",
    notThere,
  ],
  [
    "a relative link that climbs is not entered",
    ({ folder, outside }) => symlinkSync(relative(folder, outside), join(folder, "link")),
    "link/2026/plan.md",
    notThere,
  ],
  [
    "a mount's folder that became a link is not entered",
    ({ folder, outside }) => {
      rmSync(folder, { recursive: true });
      symlinkSync(outside, folder);
    },
    "2026/plan.md",
    notThere,
  ],
  // ATTACK: threats 24, 25
  [
    "a hard link to a file outside gives nothing of its content",
    ({ folder, outside }) => linkSync(join(outside, "2026", "plan.md"), join(folder, "second")),
    "second",
    secondName,
  ],
  [
    "a hard link to a file of a refused folder gives nothing of its content",
    ({ folder, own }) => linkSync(join(own, "yoi.toml"), join(folder, "second")),
    "second",
    secondName,
  ],
  // ATTACK: threats 28
  [
    "a FIFO that nobody uses is refused without blocking",
    ({ folder }) => execFileSync("bash", ["-c", 'mkfifo "$1"', "bash", join(folder, "fifo")]),
    "fifo",
    special,
  ],
  [
    "a socket is refused",
    async ({ folder }, t) => {
      const server = createServer().listen(join(folder, "socket"));
      t.teardown(() => server.close());
      await new Promise((resolve) => server.once("listening", resolve));
    },
    "socket",
    special,
  ],
  ["a folder is no file", nothing, "2026", fullFolder],
  // ATTACK: threats 26
  ...["../outside/2026/plan.md", "2026/../2026/plan.md", "./2026/plan.md", "2026//plan.md", "2026/plan.md/"].map(
    (path) => [`the path \`${path}\` is refused though no description would hold it`, nothing, path, notThere] as const,
  ),
  // ATTACK: threats 45
  ...[".yoi", ".YOI", "2026/.yoi", ".yoi-0123", ".yoi/state"].map(
    (path) =>
      [
        `the reserved name \`${path}\` is refused though no description would hold it`,
        nothing,
        path,
        notThere,
      ] as const,
  ),
  ...["nothing/at/all", "2026/plan.md/below", "x".repeat(300)].map(
    (path) => [`\`${path.slice(0, 24)}\` is not there, and is not made`, nothing, path, notThere] as const,
  ),
  ["a free name can be taken, and nothing else", nothing, "2026/nothing", freeName],
];

for (const [title, arrange, path, answers] of table) {
  for (const operation of operationNames) {
    test(`${operation}: ${title}`, async (t) => {
      const scene = mountScene(t);
      await arrange(scene, t);
      const before = [snapshot(scene.outside), snapshot(scene.own)];
      const effectors = createFileEffectors({ refuses: () => [scene.own] });
      t.is(await answerOf(operation, { folder: scene.folder, path }, effectors), answers[operation]);
      t.deepEqual([snapshot(scene.outside), snapshot(scene.own)], before);
    });
  }
}

// ATTACK: threats 24
test("a folder above the mount that became a link is not entered", async (t) => {
  const { root, folder, outside } = mountScene(t);
  mkdirSync(join(folder, "deep"));
  rmSync(folder, { recursive: true });
  mkdirSync(join(outside, "deep"));
  symlinkSync(outside, folder);
  for (const operation of operationNames) {
    t.is(await answerOf(operation, { folder: join(root, "notes", "deep"), path: "plan.md" }), "not-found", operation);
  }
  t.false(existsSync(join(outside, "deep", "plan.md")));
});

// ATTACK: threats 28
for (const [folder, path] of [
  ["/", "proc/self/environ"],
  ["/proc", "self/environ"],
  ["/proc/self", "environ"],
  [`/proc/${process.pid}`, "environ"],
  ["/proc", "version"],
  ["/", "sys/kernel/notes"],
  ["/", "proc"],
] as const) {
  test(`${path} of the mount ${folder} is not there`, async (t) => {
    for (const operation of operationNames) t.is(await answerOf(operation, { folder, path }), "not-found", operation);
  });
}
for (const operation of ["read", "list", "stat", "append"] as const) {
  test(`${operation}: a device is no file`, async (t) => {
    t.is(await answerOf(operation, { folder: "/dev", path: "null" }), special[operation]);
  });
}

// ATTACK: threats 28, 45
test("what is mounted over a folder below the mount is not there, and is where it is the mount itself", async (t) => {
  // /dev/shm is a file system of its own wherever Linux runs.
  const name = `yoi-test-${process.pid}`;
  writeFileSync(join("/dev/shm", name), "mounted");
  t.teardown(() => unlinkSync(join("/dev/shm", name)));
  t.is(await answerOf("read", { folder: "/dev/shm", path: name }), "mounted");
  for (const operation of operationNames) {
    t.is(await answerOf(operation, { folder: "/dev", path: `shm/${name}` }), "not-found", operation);
    t.is(await answerOf(operation, { folder: "/", path: `dev/shm/${name}` }), "not-found", operation);
    t.is(await answerOf(operation, { folder: "/dev", path: `shm/${name}-new` }), "not-found", operation);
    t.is(await answerOf(operation, { folder: "/dev", path: "shm" }), "not-found", operation);
  }
});

// ATTACK: threats 24, 26
test("no spelling of a path gets out of its mount, by any operation", async (t) => {
  const { folder, outside, own } = mountScene(t);
  symlinkSync(outside, join(folder, "link"));
  symlinkSync("..", join(folder, "up"));
  const untouched = [snapshot(outside), snapshot(own)];
  const piece = fc.constantFrom(
    "..",
    ".",
    "",
    "link",
    "up",
    "notes",
    "outside",
    "own",
    "2026",
    "plan.md",
    "%2e%2e",
    "..\\",
  );
  const effectors = createFileEffectors({ refuses: () => [own] });
  await fc.assert(
    fc.asyncProperty(
      fc.array(piece, { minLength: 1, maxLength: 6 }),
      fc.constantFrom(...operationNames),
      async (pieces, operation) => {
        t.not(await answerOf(operation, { folder, path: pieces.join("/") }, effectors), "SECRET!");
      },
    ),
    { numRuns: 400 },
  );
  t.deepEqual([snapshot(outside), snapshot(own)], untouched);
});

// ATTACK: threats 45
test("asking for a hard link to the journal leaves the journal's locks alone", async (t) => {
  const { folder, own } = mountScene(t);
  const file = join(own, "state", "journal.db");
  const journal = await openJournal({ file });
  t.teardown(() => journal.close());
  linkSync(file, join(folder, "second"));
  const { ino } = statSync(file);
  const locks = () =>
    readFileSync("/proc/locks", "utf8")
      .split("\n")
      .filter((line) => line.includes(`:${ino} `)).length;
  t.true(locks() > 0);
  for (const operation of ["read", "list", "stat", "append", "create", "make", "replace"] as const) {
    await answerOf(operation, { folder, path: "second" });
    t.true(locks() > 0, operation);
  }
});
