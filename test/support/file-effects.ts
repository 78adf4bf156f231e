import { lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ExecutionContext } from "ava";
import type { Targets } from "../../src/calls/description.ts";
import type { FsAction, Powers, WriteMode } from "../../src/calls/powers.ts";
import { createFileEffectors } from "../../src/effectors/files/file-effectors.ts";
import { YoiError } from "../../src/errors/yoi-error.ts";
import { issueWarrant } from "../../src/warrants/issue-warrant.ts";
import type { Warrant } from "../../src/warrants/warrant.ts";
import { temporaryFolder } from "./temporary-folder.ts";
import { type WarrantTerms, warrantParts } from "./warrants.ts";

/** Where an effect is to happen. An empty path is the mount itself. */
export interface Aim extends Pick<WarrantTerms, "bounds" | "signal"> {
  readonly folder: string;
  readonly path: string;
}

type Extra<A extends FsAction> = Omit<Targets[A], "askedMount" | "mount" | "folder" | "segments">;
type FileEffectors = ReturnType<typeof createFileEffectors>;

/** The parts of a warrant for an effect on files, issued for nothing yet. */
export function fileWarrantParts<A extends FsAction>(action: A, aim: Aim, extra: Extra<A>): Warrant<A> {
  const { folder, path } = aim;
  const ask = { path: path === "" ? "notes" : `notes/${path}` };
  const target = {
    askedMount: "notes",
    mount: "notes",
    folder,
    segments: path === "" ? [] : path.split("/"),
    ...extra,
  };
  // An action has its ask and target, which the types cannot see of one that is not settled yet.
  return warrantParts<A>(action, ask as Powers[A]["ask"], target as unknown as Targets[A], aim);
}

/** Performs one effect on files with a fresh warrant. */
export async function performFileEffect<A extends FsAction>(
  action: A,
  aim: Aim,
  extra: Extra<A>,
  effectors: FileEffectors = createFileEffectors({ refuses: () => [] }),
): Promise<Powers[A]["yields"]> {
  return await effectors[action](issueWarrant<A>(fileWarrantParts(action, aim, extra)));
}

const bytesOf = (text: string) => new TextEncoder().encode(text);

/** Every effect on files as one word or line: what came of it, or the word of its failure. */
export const operations = {
  read: async (aim: Aim, effectors?: FileEffectors) =>
    new TextDecoder().decode(await performFileEffect("fs.read", aim, {}, effectors)),
  list: async (aim: Aim, effectors?: FileEffectors) =>
    (await performFileEffect("fs.list", aim, {}, effectors)).map(({ name, kind }) => `${kind} ${name}`).join(", "),
  stat: async (aim: Aim, effectors?: FileEffectors) => {
    const { kind, bytes } = await performFileEffect("fs.stat", aim, {}, effectors);
    return kind === "file" ? `file of ${bytes}` : kind;
  },
  create: (aim: Aim, effectors?: FileEffectors) => written(aim, "create", effectors),
  replace: (aim: Aim, effectors?: FileEffectors) => written(aim, "replace", effectors),
  append: async (aim: Aim, effectors?: FileEffectors) => {
    await performFileEffect("fs.append", aim, { bytes: bytesOf("+") }, effectors);
    return "done";
  },
  make: async (aim: Aim, effectors?: FileEffectors) => {
    await performFileEffect("fs.make-directory", aim, {}, effectors);
    return "done";
  },
  remove: async (aim: Aim, effectors?: FileEffectors) => {
    await performFileEffect("fs.remove", aim, {}, effectors);
    return "done";
  },
} as const;
export type Operation = keyof typeof operations;
export const operationNames = Object.keys(operations) as readonly Operation[];

async function written(aim: Aim, mode: WriteMode, effectors?: FileEffectors): Promise<string> {
  await performFileEffect("fs.write", aim, { mode, bytes: bytesOf("written") }, effectors);
  return "done";
}

/** What comes of an operation, or the word of its failure. */
export async function answerOf(operation: Operation, aim: Aim, effectors?: FileEffectors): Promise<string> {
  return wordOf(() => operations[operation](aim, effectors));
}

/** What comes of work, or the word of its failure. */
export async function wordOf(work: () => Promise<string>): Promise<string> {
  try {
    return await work();
  } catch (error) {
    if (!YoiError.is(error, "YOI_EFFECT_FAILED")) throw error;
    return error.details.why;
  }
}

/** A mount with a file in a folder, beside things that no mount may reach: a folder outside, and one of the host's own. */
export function mountScene(t: ExecutionContext) {
  const root = temporaryFolder(t);
  const [folder, outside, own] = [join(root, "notes"), join(root, "outside"), join(root, "own")];
  for (const path of [join(folder, "2026"), join(outside, "2026"), join(own, "state")]) {
    mkdirSync(path, { recursive: true });
  }
  writeFileSync(join(folder, "2026", "plan.md"), "inside");
  for (const path of [join(outside, "2026", "plan.md"), join(own, "yoi.toml"), join(own, "state", "plan.md")]) {
    writeFileSync(path, "SECRET!");
  }
  return { root, folder, outside, own };
}
export type MountScene = ReturnType<typeof mountScene>;

/** Everything in a folder, by path: what it is, with its content and permissions. Two of them tell what changed. */
export function snapshot(folder: string): ReadonlyMap<string, string> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).map((entry) => {
    const path = join(entry.parentPath, entry.name);
    const mode = lstatSync(path).mode.toString(8);
    if (entry.isFile()) return [path, `${mode} ${readFileSync(path, "latin1")}`] as const;
    return [path, entry.isSymbolicLink() ? `link ${readlinkSync(path)}` : mode] as const;
  });
  return new Map(entries.toSorted(([one], [other]) => (one < other ? -1 : 1)));
}
