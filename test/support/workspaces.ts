import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { basename, dirname, join } from "node:path";
import type { ExecutionContext } from "ava";
import { runCommandLine } from "../../src/cli/run-command-line.ts";
import { type Places, placesOf } from "../../src/config/places.ts";
import { openYoi, type Yoi, type YoiOptions } from "../../src/open-yoi.ts";
import { buildGuest } from "./build-guest.ts";
import { weatherPackage } from "./packages.ts";
import { temporaryFolder } from "./temporary-folder.ts";

/** What one command line came to. */
export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A folder of the test's own under a home of the test's own; no `.yoi` is made by itself. */
export interface TestWorkspace {
  readonly folder: string;
  readonly home: string;
  readonly places: Places;
  readonly environment: { readonly [name: string]: string };
  /** Runs one command line in this process, as from a pipe. */
  yoi(...words: readonly string[]): Promise<Ran>;
  /** The same at a moment. */
  yoiAt(atMs: number, ...words: readonly string[]): Promise<Ran>;
  /** Writes a file by its path under the workspace, or by an absolute path. */
  write(path: string, content: string | Uint8Array): void;
  read(path: string): string;
  remove(path: string): void;
  /** Adds to `.yoi/yoi.toml`. */
  configure(toml: string): void;
  /** Puts a built guest of `fixtures/plugins` into the workspace's store. */
  install(guest: string): Promise<void>;
  /** Opens the workspace as an agent's program would; it is closed with the test. */
  open(options?: Partial<YoiOptions>): Promise<Yoi>;
}

// What a component is translated to hangs on its digest alone, so the tests share it.
const cacheHome = join(tmpdir(), `yoi-test-cache-${userInfo().uid}`);

/** An empty folder that could become a workspace. */
export function emptyWorkspace(t: ExecutionContext, inside = ""): TestWorkspace {
  const root = temporaryFolder(t);
  const folder = join(root, "work", inside);
  const home = join(root, "home");
  mkdirSync(folder, { recursive: true });
  mkdirSync(home);
  const environment = { HOME: home, XDG_CACHE_HOME: cacheHome };
  const at = (path: string) => (path.startsWith("/") ? path : join(folder, path));
  const write = (path: string, content: string | Uint8Array) => {
    mkdirSync(dirname(at(path)), { recursive: true });
    writeFileSync(at(path), content);
  };
  const read = (path: string) => readFileSync(at(path), "utf8");
  return {
    folder,
    home,
    environment,
    places: placesOf(folder, environment),
    write,
    read,
    remove: (path) => rmSync(at(path), { recursive: true }),
    configure: (toml) => write(".yoi/yoi.toml", `${read(".yoi/yoi.toml")}\n${toml}`),
    yoi: (...words) => runWords(words, folder, environment),
    yoiAt: (atMs, ...words) => runWords(words, folder, environment, () => atMs),
    async install(guest) {
      const { packagePath } = await buildGuest(guest);
      copyFileSync(packagePath, at(join(".yoi/plugins", basename(packagePath))));
    },
    async open(options = {}) {
      const yoi = await openYoi({ workspace: folder, environment, watch: false, ...options });
      t.teardown(() => yoi.close());
      return yoi;
    },
  };
}

/** A workspace that `yoi init` made. */
export async function newWorkspace(t: ExecutionContext): Promise<TestWorkspace> {
  const workspace = emptyWorkspace(t);
  const { code, stderr } = await workspace.yoi("init");
  t.is(code, 0, stderr);
  return workspace;
}

/** A workspace with a plugin that reads the mount `notes`, enabled for the agent `cli`, and allowed to read. */
export async function notesWorkspace(t: ExecutionContext): Promise<TestWorkspace> {
  const workspace = await newWorkspace(t);
  await workspace.install("notes");
  workspace.write("notes/today.md", "# Today\n\n## Tea\n");
  workspace.configure('[mounts.notes]\npath = "notes"\n');
  await enable(t, workspace, "example.notes");
  workspace.write(".yoi/policies/notes.cedar", readsOfNotes);
  return workspace;
}

/** A workspace with a sound package in its store, whose component does nothing: for all that runs no guest. */
export async function weatherWorkspace(t: ExecutionContext): Promise<TestWorkspace> {
  const workspace = await newWorkspace(t);
  workspace.write(".yoi/plugins/weather.yoi-plugin", weatherPackage());
  return workspace;
}

/** Enables a plugin, and fails the test where that fails. */
export async function enable(t: ExecutionContext, workspace: TestWorkspace, plugin: string): Promise<void> {
  const { code, stderr } = await workspace.yoi("plugin", "enable", plugin, "--yes");
  t.is(code, 0, stderr);
}

/** Lets the notes plugin read its mount. */
export const readsOfNotes = `@id("notes-read")
@reason("notes are for reading")
permit (
  principal == Yoi::Plugin::"project:example.notes",
  action == Yoi::Action::"fs.read",
  resource in Yoi::Path::"notes"
);
`;

async function runWords(
  words: readonly string[],
  folder: string,
  environment: TestWorkspace["environment"],
  nowMs: () => number = Date.now,
): Promise<Ran> {
  const stdout: string[] = [];
  const stderr: string[] = [];
  const code = await runCommandLine(words, {
    stdout: { write: (text) => stdout.push(text) },
    stderr: { write: (text) => stderr.push(text) },
    environment,
    folder,
    nowMs,
    version: "0.0.0-test",
  });
  return { code, stdout: stdout.join(""), stderr: stderr.join("") };
}

/** The one JSON document that a command printed with `--json`. */
export function jsonOf({ stdout }: Ran): { readonly [key: string]: unknown } {
  const lines = stdout.split("\n");
  if (lines.length !== 2 || lines[1] !== "") throw new Error(`not one line of JSON: ${stdout}`);
  const parsed: unknown = JSON.parse(lines[0] ?? "");
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) throw new Error("not an object");
  return { ...parsed };
}
