// What `npm run build` runs: the sources become `dist/`, which is what is published. Node strips no types under
// node_modules, so what is installed must be JavaScript, with declarations beside it.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, copyFile, mkdir, readdir, rename, rm } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { buildOpa } from "./build-opa.ts";
import { bundleCommand } from "./bundle-command.ts";

const root = join(import.meta.dirname, "..");
const compiler = join(root, "node_modules/typescript/bin/tsc");

/** Makes `target` the compiled package, whole; what stood there before is replaced once the compiler is content. */
export async function buildPackage(target: string): Promise<void> {
  const fresh = `${target}.fresh`;
  await rm(fresh, { recursive: true, force: true });
  await compile("-p", join(root, "src/tsconfig.build.json"), "--outDir", fresh);
  // The SDK is compiled on its own: it runs in a component, and must not lean on Node's types.
  const sdk = ["--rootDir", join(root, "src/sdk"), "--outDir", join(fresh, "sdk")];
  await compile("-p", join(root, "src/sdk/tsconfig.json"), "--noEmit", "false", "--declaration", ...sdk);
  await bundleCommand(join(fresh, "cli"));
  await copyOtherFiles(fresh);
  await buildOpa(fresh);
  await chmod(join(fresh, "cli/main.js"), 0o755);
  await rm(target, { recursive: true, force: true });
  await rename(fresh, target);
}

async function compile(...args: readonly string[]): Promise<void> {
  const child = spawn(process.execPath, [compiler, ...args], { stdio: "inherit" });
  const [status] = await once(child, "close");
  if (status !== 0) throw new Error("the sources do not compile");
}

/** Templates, declarations written by hand, and whatever else the code reads from beside itself. */
async function copyOtherFiles(fresh: string): Promise<void> {
  const sources = join(root, "src");
  const entries = await readdir(sources, { recursive: true, withFileTypes: true });
  for (const entry of entries.filter((found) => found.isFile() && !isCompiled(found.name))) {
    const source = join(entry.parentPath, entry.name);
    const target = join(fresh, relative(sources, source));
    await mkdir(dirname(target), { recursive: true });
    await copyFile(source, target);
  }
}

function isCompiled(name: string): boolean {
  return (name.endsWith(".ts") && !name.endsWith(".d.ts")) || /^tsconfig.*\.json$|\.go$|^go\.(mod|sum)$/.test(name);
}

if (import.meta.main) await buildPackage(join(root, "dist"));
