import { createHash } from "node:crypto";
import { lstat, mkdir, mkdtemp, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { limits } from "../calls/limits.ts";
import { YoiError } from "../errors/yoi-error.ts";
import { moduleFile } from "../package-root.ts";
import type { CoreBounds } from "./bound-core-modules.ts";
import { suspendingImports, wasmPageBytes } from "./guest-world.ts";
import type { ModuleBounds } from "./host-message.ts";
import type { SandboxComponent } from "./sandbox.ts";
import { type TranspileReport, transpileRecord, transpileRecordFile } from "./transpile-record.ts";

/** A component as JavaScript glue and bounded core modules, in a folder of its own. */
export interface TranspiledComponent {
  readonly folder: string;
  readonly bounds: ModuleBounds;
}

export type Transpile = (component: SandboxComponent) => Promise<TranspiledComponent>;

/** Part of every cache key: another translator, or another way to ask it or to rewrite what it gives, makes other files. */
const translator = ["jco-transpile 0.15.0, bounds 1", ...suspendingImports];

/**
 * Translates components, one at a time and each once, into `cacheFolder`. That folder must be the user's alone and lie
 * outside every workspace: what lies in it is run, so a stranger's repository must not be able to bring it along.
 */
export function createTranspiler(cacheFolder: string, transpileMs: number): Transpile {
  const known = new Map<string, Promise<TranspiledComponent>>();
  let turn: Promise<unknown> = Promise.resolve();
  return (component) => {
    const bounds = boundsOf(component);
    const key = cacheKey(component.bytes, bounds);
    const running = known.get(key);
    if (running !== undefined) return running;
    const next = turn.then(() => findOrTranspile(cacheFolder, key, component.bytes, bounds, transpileMs));
    turn = next.catch(() => undefined);
    // Only what succeeded, or is under way, is remembered: a full disk must not condemn a component for good.
    known.set(key, next);
    next.catch(() => known.delete(key));
    return next;
  };
}

function boundsOf({ limits: own }: SandboxComponent): CoreBounds {
  return {
    memoryPagesMax: Math.floor(own.guestMemoryBytesMax / wasmPageBytes),
    tableElementsMax: own.guestTableElementsMax,
    coreInstancesMax: own.guestCoreInstancesMax,
  };
}

const digests = new WeakMap<Uint8Array, string>();

/** The SHA-256 of a component's bytes, computed once for each array: the bytes of a verified package do not change. */
export function componentDigest(bytes: Uint8Array): string {
  const digest = digests.get(bytes) ?? createHash("sha256").update(bytes).digest("hex");
  digests.set(bytes, digest);
  return digest;
}

function cacheKey(bytes: Uint8Array, bounds: CoreBounds): string {
  return createHash("sha256")
    .update(JSON.stringify([translator, componentDigest(bytes), bounds]))
    .digest("hex");
}

async function findOrTranspile(
  cacheFolder: string,
  key: string,
  bytes: Uint8Array,
  bounds: CoreBounds,
  transpileMs: number,
): Promise<TranspiledComponent> {
  await makeOwnFolder(cacheFolder);
  const folder = join(cacheFolder, key);
  const found = await readRecord(folder);
  if (found !== undefined) return { folder, bounds: found };
  const temporary = await mkdtemp(join(cacheFolder, "new-"));
  try {
    await runWorker({ bytes, folder: temporary, bounds }, transpileMs);
    // What was there was damaged. Whoever translates the same at the same time writes the same.
    await rm(folder, { recursive: true, force: true });
    await rename(temporary, folder).catch(() => undefined);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
  const written = await readRecord(folder);
  if (written === undefined) throw unusableCache(folder);
  return { folder, bounds: written };
}

async function makeOwnFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 }).catch((cause: unknown) => {
    throw unusableCache(folder, cause);
  });
  const found = await lstat(folder);
  const foreign = process.getuid !== undefined && found.uid !== process.getuid();
  // ATTACK: another user of the machine who puts his own glue where ours is looked for (threats 30).
  if (!found.isDirectory() || foreign || (found.mode & 0o022) !== 0) throw unusableCache(folder);
}

/** The bounds of a translated component whose files are all what they were when they were written. */
async function readRecord(folder: string): Promise<ModuleBounds | undefined> {
  try {
    const record = transpileRecord.parse(JSON.parse(await readFile(join(folder, transpileRecordFile), "utf8")));
    for (const [name, digest] of Object.entries(record.files)) {
      const bytes = await readFile(join(folder, name));
      if (createHash("sha256").update(bytes).digest("hex") !== digest) return undefined;
    }
    return record.bounds;
  } catch {
    return undefined;
  }
}

async function runWorker(
  order: { bytes: Uint8Array; folder: string; bounds: CoreBounds },
  transpileMs: number,
): Promise<void> {
  const worker = new Worker(moduleFile("sandbox/transpile-worker"), {
    workerData: order,
    env: {},
    execArgv: ["--disable-warning=ExperimentalWarning"],
    resourceLimits: { maxOldGenerationSizeMb: limits.transpileHeapMiB },
  });
  const report = await new Promise<TranspileReport>((resolve) => {
    const deadline = setTimeout(
      () => resolve(failed(`the component could not be translated within ${transpileMs} ms`)),
      transpileMs,
    );
    worker.once("message", resolve);
    worker.once("error", () => resolve(failed("the component could not be translated")));
    worker.once("exit", () => {
      clearTimeout(deadline);
      resolve(failed("the component could not be translated"));
    });
  });
  await worker.terminate();
  if (!report.ok) {
    throw new YoiError("YOI_COMPONENT_INVALID", report.message, { findings: [{ message: report.message }] });
  }
}

function failed(message: string): TranspileReport {
  return { ok: false, message };
}

function unusableCache(path: string, cause?: unknown): YoiError<"YOI_WORKSPACE_INVALID"> {
  return new YoiError(
    "YOI_WORKSPACE_INVALID",
    "the cache of translated components cannot be used",
    { path },
    { cause },
  );
}
