import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import test, { type ExecutionContext } from "ava";
import { boundMemory } from "../../../src/build-opa.ts";
import { limits } from "../../../src/calls/limits.ts";
import { opaTest } from "../../support/opa.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

interface Built {
  readonly status: number;
  readonly errors: string;
  readonly folder: string;
  readonly files: readonly string[];
}

/** Builds into a folder of its own, with the given PATH or with that of the test. */
async function build(t: ExecutionContext, environment: NodeJS.ProcessEnv = {}): Promise<Built> {
  const folder = temporaryFolder(t);
  const program = fileURLToPath(new URL("../../support/programs/build-opa.ts", import.meta.url));
  const child = spawn(process.execPath, [program, folder], {
    env: { ...process.env, ...environment },
    stdio: ["ignore", "inherit", "pipe"],
  });
  t.teardown(() => child.kill("SIGKILL"));
  const [errors, [status]] = await Promise.all([text(child.stderr), once(child, "close")]);
  return { status, errors, folder, files: await readdir(folder) };
}

/** A PATH whose `go` is this shell script. */
async function pathWithGo(t: ExecutionContext, script: string): Promise<string> {
  const folder = join(temporaryFolder(t), "bin");
  await mkdir(folder);
  await writeFile(join(folder, "go"), `#!/bin/sh\n${script}\n`);
  await chmod(join(folder, "go"), 0o755);
  return folder;
}

test("without Go the build says what cannot be done, in one line, and goes on", async (t) => {
  const { status, errors, files } = await build(t, { PATH: temporaryFolder(t), CI: "" });
  t.is(status, 0);
  t.regex(errors, /^there is no Go on the PATH: Rego cannot be written .* `npm run build` has run again\n$/);
  t.deepEqual(files, []);
});

test("a Go that cannot build the program is told of, and stops nothing else", async (t) => {
  const { status, errors, files } = await build(t, { PATH: await pathWithGo(t, "exit 1"), CI: "" });
  t.is(status, 0);
  t.regex(errors, /^the Go program in src\/engines\/rego\/opa does not build here: Rego cannot be written/);
  t.deepEqual(files, []);
});

test("in CI, a program that is not built is an error", async (t) => {
  const broken = await build(t, { PATH: await pathWithGo(t, "exit 1"), CI: "true" });
  t.is(broken.status, 1);
  const absent = await build(t, { PATH: temporaryFolder(t), CI: "true" });
  t.is(absent.status, 1);
});

test("what Go is told is what makes the same bytes everywhere, beside the operator's own flags", async (t) => {
  const report = join(temporaryFolder(t), "report");
  const script = `echo "$GOOS $GOARCH $CGO_ENABLED $GOFLAGS $*" > ${report}; exit 1`;
  await build(t, { PATH: await pathWithGo(t, script), GOFLAGS: "-mod=readonly" });
  t.regex(
    await readFile(report, "utf8"),
    /^wasip1 wasm 0 -mod=readonly build -buildmode=c-shared -trimpath -buildvcs=false -ldflags=-s -w -buildid= -o \S+ \.\n$/,
  );
});

opaTest("the program is built twice to the same bytes, and its record tells of them", async (t) => {
  const [one, other] = [await build(t), await build(t)];
  t.deepEqual([one.status, other.status, one.errors, other.errors], [0, 0, "", ""]);
  const bytes = await readFile(join(one.folder, "opa.wasm"));
  t.true(bytes.equals(await readFile(join(other.folder, "opa.wasm"))));
  const record = await readFile(join(one.folder, "opa.json"), "utf8");
  t.is(record, await readFile(join(other.folder, "opa.json"), "utf8"));
  t.like(JSON.parse(record), { version: "1.22.2", bytes: bytes.length });
});

const header = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
const before = [1, 4, 1, 0x60, 0, 0];
const after = [6, 1, 0];
const moduleOf = (...memory: readonly number[]) => Uint8Array.of(...header, ...before, ...memory, ...after);

for (const [title, memory] of Object.entries({
  "without a maximum": [5, 3, 1, 0, 2],
  "with another maximum": [5, 5, 1, 1, 2, 0xff, 0x01],
})) {
  test(`a memory ${title} gets the one that it may have, and nothing else changes`, (t) => {
    const bounded = boundMemory(moduleOf(...memory), 300);
    t.deepEqual([...bounded], [...moduleOf(5, 5, 1, 1, 2, 0xac, 0x02)]);
    t.true(WebAssembly.validate(bounded));
  });
}

for (const [title, memory] of Object.entries({
  "no memory": [],
  "two memories": [5, 5, 2, 0, 1, 0, 1],
  "two memories by its count, and one in fact": [5, 3, 2, 0, 1],
  "a shared memory": [5, 4, 1, 3, 1, 1],
  "a memory of 64 bits": [5, 3, 1, 4, 1],
  "a memory that starts with more than it may have": [5, 4, 1, 0, 0xad, 0x02],
  "a memory section with more in it": [5, 4, 1, 0, 1, 0],
  "a section that ends in the middle": [5, 3],
})) {
  test(`a program with ${title} is not bounded, but refused`, (t) => {
    t.throws(() => boundMemory(moduleOf(...memory), 300), { message: /opa's program/ });
  });
}

test("the memory that the program may have is a whole number of pages", (t) => {
  t.is(limits.opaMemoryBytesMax % 65_536, 0);
});
