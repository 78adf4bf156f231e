// The child that compiles a plugin. In come the plugin's folder and a scratch folder of the parent's making; out go
// lines of JSON on stdout, and a component in the scratch folder. It is killed when it takes too long: the
// toolchain runs a plugin's top-level code while it builds, and that code may never end.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { componentize } from "componentize-qjs";
import { bundleGuest, type GuestBundle } from "./bundle-guest.ts";
import { checkGuestTypes } from "./check-guest-types.ts";
import type { CompileReport } from "./compile-guest.ts";
import { hostInterfaces, narrowWorld } from "./guest-world.ts";
import { toolchain } from "./toolchain.ts";

const [folder = "", entry = "", scratch = ""] = process.argv.slice(2);
await compile();

async function compile(): Promise<void> {
  const wrong = checkGuestTypes(folder, entry);
  if (wrong.length > 0) return report({ kind: "findings", findings: wrong });
  report({ kind: "types-checked" });
  const bundle = await bundleGuest(entry, await hostInterfaces(toolchain.wit));
  if ("findings" in bundle) return report({ kind: "findings", findings: bundle.findings });
  await writeFile(join(scratch, "plugin.wasm"), await buildComponent(bundle));
  report({ kind: "compiled" });
}

async function buildComponent({ source, imports }: GuestBundle): Promise<Uint8Array> {
  const wit = join(scratch, "wit");
  await mkdir(join(wit, "deps"), { recursive: true });
  await writeFile(join(wit, "plugin.wit"), await narrowWorld(toolchain.wit, imports));
  await writeFile(join(wit, "deps/host.wit"), await readFile(join(toolchain.wit, "deps/host.wit")));
  // The build gives a plugin's top-level code the folder of its entry to read: a folder with nothing else in it.
  const moduleFolder = join(scratch, "module");
  await mkdir(moduleFolder);
  const jsPath = join(moduleFolder, "plugin.js");
  await writeFile(jsPath, source);
  const { component } = await componentize({
    witPath: wit,
    world: "tool-plugin",
    jsSource: source,
    jsPath,
    moduleRoot: moduleFolder,
    sync: true,
    optSize: true,
  });
  return component;
}

function report(line: CompileReport): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
