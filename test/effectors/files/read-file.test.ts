import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  linkSync,
  mkdirSync,
  readdirSync,
  rmSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { join, relative } from "node:path";
import test, { type ExecutionContext } from "ava";
import type { Bounds } from "../../../src/decisions/obligation.ts";
import type { Effector } from "../../../src/effectors/effector.ts";
import { createFileReader } from "../../../src/effectors/files/read-file.ts";
import { YoiError } from "../../../src/errors/yoi-error.ts";
import { openJournal } from "../../../src/journal/sqlite-journal.ts";
import { issueWarrant } from "../../../src/warrants/issue-warrant.ts";
import type { Warrant } from "../../../src/warrants/warrant.ts";
import { runProgram } from "../../support/run-program.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

interface Reading {
  readonly folder: string;
  readonly path: string;
  readonly bounds?: Bounds;
  readonly signal?: AbortSignal;
}

function warrantOf({ folder, path, bounds = {}, signal = new AbortController().signal }: Reading) {
  return {
    action: "fs.read",
    call: {
      id: "01CALL",
      root: "01CALL",
      action: "fs.read",
      principal: { kind: "plugin", id: "project:example.notes" },
      via: { command: false, depth: 0 },
      ask: { path: `notes/${path}` },
    },
    decision: "01DECISION",
    revision: "9f3c",
    target: { askedMount: "notes", mount: "notes", folder, segments: path.split("/") },
    bounds,
    signal,
  } satisfies Warrant<"fs.read">;
}

const plainReader = createFileReader({ refuses: [] });

/** The text that was read, or the word of the failure. */
async function read(reading: Reading, reader: Effector<"fs.read"> = plainReader): Promise<string> {
  try {
    return new TextDecoder().decode(await reader(issueWarrant<"fs.read">(warrantOf(reading))));
  } catch (error) {
    if (!YoiError.is(error, "YOI_EFFECT_FAILED")) throw error;
    return error.details.why;
  }
}

/** A mount with a file in a folder, beside things that no mount may reach. */
function workspace(t: ExecutionContext) {
  const root = temporaryFolder(t);
  const [folder, outside, yoi] = [join(root, "notes"), join(root, "outside"), join(root, ".yoi")];
  for (const path of [join(folder, "2026"), join(outside, "2026"), join(yoi, "state")]) {
    mkdirSync(path, { recursive: true });
  }
  writeFileSync(join(folder, "2026", "plan.md"), "inside");
  for (const path of [join(outside, "2026", "plan.md"), join(yoi, "yoi.toml"), join(yoi, "state", "plan.md")]) {
    writeFileSync(path, "SECRET");
  }
  return { root, folder, outside, yoi };
}

test("a file of the mount is read whole", async (t) => {
  const { folder } = workspace(t);
  t.is(await read({ folder, path: "2026/plan.md" }), "inside");
  writeFileSync(join(folder, "empty"), "");
  t.is(await read({ folder, path: "empty" }), "");
});

test("bytes come back as they are, to the last one that the bound allows", async (t) => {
  const { folder } = workspace(t);
  const bytes = Uint8Array.from({ length: 70_000 }, (_, index) => (index * 7) % 256);
  writeFileSync(join(folder, "bytes"), bytes);
  const bounds = { responseBytesMax: bytes.length };
  const warrant = issueWarrant<"fs.read">(warrantOf({ folder, path: "bytes", bounds }));
  t.deepEqual(await plainReader(warrant), bytes);
});

test("a warrant is spent by one read, and a look-alike never reads", async (t) => {
  const { folder } = workspace(t);
  const warrant = issueWarrant<"fs.read">(warrantOf({ folder, path: "2026/plan.md" }));
  await plainReader(warrant);
  await t.throwsAsync(plainReader(warrant), { code: "YOI_WARRANT_SPENT" });
  const copy = { ...issueWarrant<"fs.read">(warrantOf({ folder, path: "2026/plan.md" })) };
  await t.throwsAsync(plainReader(copy), { code: "YOI_WARRANT_SPENT" });
});

test("a mount to which nothing is bound is read by nobody", async (t) => {
  const { target, ...rest } = warrantOf({ folder: "/", path: "etc/hostname" });
  const unbound = issueWarrant<"fs.read">({
    ...rest,
    target: { askedMount: "notes", mount: "notes", segments: target.segments },
  });
  await t.throwsAsync(plainReader(unbound), { code: "YOI_EFFECT_FAILED" });
});

type Scene = ReturnType<typeof workspace>;

const table = test.macro<[arrange: (scene: Scene, t: ExecutionContext) => unknown, path: string, why: string]>(
  async (t, arrange, path, why) => {
    const scene = workspace(t);
    await arrange(scene, t);
    const reader = createFileReader({ refuses: [scene.yoi] });
    t.is(await read({ folder: scene.folder, path }, reader), why);
  },
);
const nothing = () => undefined;

// ATTACK: threats 24
test(
  "a link to a file outside is not followed",
  table,
  ({ folder, outside }) => {
    symlinkSync(join(outside, "2026", "plan.md"), join(folder, "link"));
  },
  "link",
  "not-a-file",
);
test(
  "a link to a file inside is not followed either",
  table,
  ({ folder }) => {
    symlinkSync("2026/plan.md", join(folder, "link"));
  },
  "link",
  "not-a-file",
);
test(
  "a link that leads nowhere is as any link",
  table,
  ({ folder }) => {
    symlinkSync("nowhere", join(folder, "link"));
  },
  "link",
  "not-a-file",
);
test(
  "a link to a folder outside is not entered",
  table,
  ({ folder, outside }) => {
    symlinkSync(outside, join(folder, "link"));
  },
  "link/2026/plan.md",
  "not-found",
);
test(
  "a relative link that climbs is not entered",
  table,
  ({ folder, outside }) => {
    symlinkSync(relative(folder, outside), join(folder, "link"));
  },
  "link/2026/plan.md",
  "not-found",
);
test(
  "a mount's folder that became a link is not entered",
  table,
  ({ folder, outside }) => {
    rmSync(folder, { recursive: true });
    symlinkSync(outside, folder);
  },
  "2026/plan.md",
  "not-found",
);
test(
  "a folder above the mount that became a link is not entered",
  table,
  ({ root, folder, outside }) => {
    rmSync(folder, { recursive: true });
    mkdirSync(join(outside, "notes"));
    writeFileSync(join(outside, "notes", "plan.md"), "SECRET");
    rmSync(join(root, "notes"), { recursive: true, force: true });
    symlinkSync(join(outside, "notes"), join(root, "notes"));
  },
  "plan.md",
  "not-found",
);
test(
  "a hard link to a file outside is refused",
  table,
  ({ folder, outside }) => {
    linkSync(join(outside, "2026", "plan.md"), join(folder, "second"));
  },
  "second",
  "not-a-file",
);
test(
  "a hard link to a file of a refused folder is refused",
  table,
  ({ folder, yoi }) => {
    linkSync(join(yoi, "yoi.toml"), join(folder, "second"));
  },
  "second",
  "not-a-file",
);

// ATTACK: threats 28
test(
  "a FIFO that nobody writes to is refused without blocking",
  table,
  ({ folder }) => {
    execFileSync("bash", ["-c", 'mkfifo "$1"', "bash", join(folder, "fifo")]);
  },
  "fifo",
  "not-a-file",
);
test(
  "a socket is refused",
  table,
  async ({ folder }, t) => {
    const server = createServer().listen(join(folder, "socket"));
    t.teardown(() => server.close());
    await new Promise((resolve) => server.once("listening", resolve));
  },
  "socket",
  "not-a-file",
);
test("a folder is no file", table, nothing, "2026", "not-a-file");
test(
  "a sparse giant is too large before a byte of it is read",
  table,
  ({ folder }) => {
    writeFileSync(join(folder, "giant"), "");
    truncateSync(join(folder, "giant"), 2 ** 40);
  },
  "giant",
  "too-large",
);

// ATTACK: threats 26
for (const path of [
  "../outside/2026/plan.md",
  "2026/../2026/plan.md",
  "./2026/plan.md",
  "2026//plan.md",
  "2026/plan.md/",
]) {
  test(`the path \`${path}\` is refused though no description would hold it`, table, nothing, path, "not-found");
}
for (const path of ["nothing", "2026/nothing", "nothing/at/all", "2026/plan.md/below", "x".repeat(300)]) {
  test(`\`${path.slice(0, 24)}\` is not there`, table, nothing, path, "not-found");
}

test("a name with a slash or a NUL in it is no name", async (t) => {
  const { folder } = workspace(t);
  for (const segments of [["2026/plan.md"], ["2026\0", "plan.md"], []]) {
    const parts = warrantOf({ folder, path: "x" });
    const warrant = issueWarrant<"fs.read">({ ...parts, target: { ...parts.target, segments } });
    await t.throwsAsync(plainReader(warrant), { code: "YOI_EFFECT_FAILED", message: "there is no such file" });
  }
});

// ATTACK: threats 28
for (const [folder, path] of [
  ["/", "proc/self/environ"],
  ["/proc", "self/environ"],
  ["/proc/self", "environ"],
  [`/proc/${process.pid}`, "environ"],
  ["/proc", "version"],
  ["/", "sys/kernel/notes"],
] as const) {
  test(`${path} of the mount ${folder} is not there`, async (t) => {
    t.is(await read({ folder, path }), "not-found");
  });
}
test("a device is no file", async (t) => {
  t.is(await read({ folder: "/dev", path: "null" }), "not-a-file");
});

// ATTACK: threats 28, 45
test("what is mounted over a folder below the mount is not there, and is where it is the mount itself", async (t) => {
  // /dev/shm is a file system of its own wherever Linux runs.
  const name = `yoi-test-${process.pid}`;
  writeFileSync(join("/dev/shm", name), "mounted");
  t.teardown(() => unlinkSync(join("/dev/shm", name)));
  t.is(await read({ folder: "/dev/shm", path: name }), "mounted");
  t.is(await read({ folder: "/dev", path: `shm/${name}` }), "not-found");
  t.is(await read({ folder: "/", path: `dev/shm/${name}` }), "not-found");
});

// ATTACK: threats 45
for (const [by, mountOf, refusedOf, path] of [
  ["its own path", ({ yoi }: Scene) => yoi, ({ yoi }: Scene) => yoi, "yoi.toml"],
  ["its parent", ({ root }: Scene) => root, ({ yoi }: Scene) => yoi, ".yoi/yoi.toml"],
  ["a folder inside of it", ({ yoi }: Scene) => join(yoi, "state"), ({ yoi }: Scene) => yoi, "plan.md"],
  ["a mount far above", () => "/", ({ yoi }: Scene) => yoi, undefined],
  ["another name for it", ({ root }: Scene) => root, ({ root }: Scene) => join(root, "alias"), ".yoi/yoi.toml"],
] as const) {
  test(`a refused folder is not reached by ${by}`, async (t) => {
    const scene = workspace(t);
    symlinkSync(scene.yoi, join(scene.root, "alias"));
    const way = path ?? join(scene.yoi, "yoi.toml").slice(1);
    const folder = mountOf(scene);
    t.is(await read({ folder, path: way }, createFileReader({ refuses: [] })), "SECRET", "it is there");
    t.is(await read({ folder, path: way }, createFileReader({ refuses: [refusedOf(scene)] })), "not-found");
  });
}

test("a folder that comes into being after the reader was made is refused too", async (t) => {
  const { root } = workspace(t);
  const later = join(root, "later");
  const reader = createFileReader({ refuses: [later] });
  mkdirSync(later);
  writeFileSync(join(later, "plan.md"), "SECRET");
  t.is(await read({ folder: root, path: "later/plan.md" }, reader), "not-found");
});

// ATTACK: threats 27
test("in a refused folder and behind a link, what exists and what does not get one answer", async (t) => {
  const { root, folder, yoi, outside } = workspace(t);
  symlinkSync(outside, join(folder, "link"));
  const reader = createFileReader({ refuses: [yoi] });
  const failureOf = async (mount: string, path: string) =>
    t.throwsAsync(reader(issueWarrant<"fs.read">(warrantOf({ folder: mount, path }))), { instanceOf: YoiError });
  for (const [mount, existing, absent] of [
    [root, ".yoi/yoi.toml", ".yoi/nothing"],
    [root, ".yoi/state/plan.md", "nothing/state/plan.md"],
    [folder, "link/2026/plan.md", "link/2026/nothing"],
  ] as const) {
    const [one, other] = [await failureOf(mount, existing), await failureOf(mount, absent)];
    t.deepEqual([one?.message, one?.details], [other?.message, other?.details]);
    t.false(one?.message.includes("/"));
  }
});

// ATTACK: threats 24
for (const [what, swapped, elsewhere] of [
  ["a folder", "2026", "2026"],
  ["a file", "2026/plan.md", "2026/plan.md"],
] as const) {
  test(`while ${what} is swapped for a link to the outside, not one byte of the outside comes out`, async (t) => {
    const { folder, outside } = workspace(t);
    const swapper = runProgram(t, "swap-folder", [join(folder, swapped), join(outside, elsewhere)]);
    t.is(await swapper.nextLine(), "swapping");
    const seen = new Map<string, number>();
    const count = (what: string) => seen.get(what) ?? 0;
    const refused = () => count("not-found") + count("not-a-file");
    for (let reads = 0; reads < 500 || count("inside") < 20 || refused() < 20; reads++) {
      const answer = await read({ folder, path: "2026/plan.md" });
      seen.set(answer, count(answer) + 1);
    }
    t.deepEqual(new Set(seen.keys()).difference(new Set(["inside", "not-found", "not-a-file"])), new Set());
  });
}

test("a file that is longer than any of its bounds is refused, never cut", async (t) => {
  const { folder } = workspace(t);
  const reader = createFileReader({ refuses: [], bytesMax: 6 });
  t.is(await read({ folder, path: "2026/plan.md" }, reader), "inside");
  t.is(await read({ folder, path: "2026/plan.md", bounds: { responseBytesMax: 5 } }, reader), "too-large");
  t.is(await read({ folder, path: "2026/plan.md" }, createFileReader({ refuses: [], bytesMax: 5 })), "too-large");
  t.is(await read({ folder, path: "2026/plan.md", bounds: { responseBytesMax: 9 } }, reader), "inside");
});

test("a file that grows while it is read is read whole, or refused when it passes the bound", async (t) => {
  const { folder } = workspace(t);
  const file = join(folder, "growing");
  for (const [grownBytes, expected] of [
    [1, "a".repeat(101)],
    [9_000, "a".repeat(9_100)],
    [9_901, "too-large"],
  ] as const) {
    writeFileSync(file, "a".repeat(100));
    // The call looks at the file before it first waits: what is appended now came after that look.
    const reading = read({ folder, path: "growing", bounds: { responseBytesMax: 10_000 } });
    appendFileSync(file, "a".repeat(grownBytes));
    t.is(await reading, expected);
  }
});

test("a file that shrinks while it is read gives what is left", async (t) => {
  const { folder } = workspace(t);
  const reading = read({ folder, path: "2026/plan.md" });
  truncateSync(join(folder, "2026", "plan.md"), 2);
  t.is(await reading, "in");
});

test("a call that was called off, before or during the read, is cancelled", async (t) => {
  const { folder } = workspace(t);
  t.is(await read({ folder, path: "2026/plan.md", signal: AbortSignal.abort() }), "cancelled");
  const caller = new AbortController();
  const reading = read({ folder, path: "2026/plan.md", signal: caller.signal });
  caller.abort("a reason that no guest should see");
  t.is(await reading, "cancelled");
});

test("a read that does not end within its bound is a timeout", async (t) => {
  const { folder } = workspace(t);
  const reading = read({ folder, path: "2026/plan.md", bounds: { timeoutMs: 1 } });
  // The event loop stands still until the time is up, so the file cannot be faster.
  for (const start = performance.now(); performance.now() - start < 5; );
  t.is(await reading, "timeout");
});

// Alone, since others open descriptors too.
test.serial("no descriptor stays open, however a read ends", async (t) => {
  const { folder, yoi } = workspace(t);
  symlinkSync(yoi, join(folder, "link"));
  linkSync(join(yoi, "yoi.toml"), join(folder, "second"));
  const reader = createFileReader({ refuses: [yoi], bytesMax: 6 });
  writeFileSync(join(folder, "long"), "more than six");
  const readings = async () => {
    for (const path of ["2026/plan.md", "2026", "link", "link/yoi.toml", "second", "nothing/x", "long"]) {
      await read({ folder, path }, reader);
    }
    await read({ folder: yoi, path: "yoi.toml" }, reader);
    await read({ folder: "/", path: "dev/shm/x" }, reader);
    await read({ folder: "/", path: "proc/version" }, reader);
  };
  await readings();
  const before = readdirSync("/proc/self/fd").length;
  for (let round = 0; round < 5; round++) await readings();
  t.is(readdirSync("/proc/self/fd").length, before);
});

// ATTACK: threats 45
test("asking for a hard link to the journal leaves the journal's locks alone", async (t) => {
  const { folder, yoi } = workspace(t);
  const file = join(yoi, "state", "journal.db");
  const journal = await openJournal({ file });
  t.teardown(() => journal.close());
  linkSync(file, join(folder, "second"));
  t.is(await read({ folder, path: "second" }), "not-a-file");
  const other = runProgram(t, "unlock-journal", [file]);
  t.is(await other.nextLine(), "locked");
});
