import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parentPort, workerData } from "node:worker_threads";
import { $init, generate } from "@bytecodealliance/jco-transpile/component";
import { escapeText } from "../errors/escape-text.ts";
import { YoiError } from "../errors/yoi-error.ts";
import { boundCoreModules } from "./bound-core-modules.ts";
import { glueFile, linkableImports, suspendingImports, toolsExport } from "./guest-world.ts";
import { type TranspileOrder, type TranspileReport, transpileRecordFile } from "./transpile-record.ts";

// The other side of `transpile-component.ts`, in a thread of its own: hostile bytes may keep the translator busy for
// ever, and then only this thread is ended.
const order: TranspileOrder = workerData;
parentPort?.postMessage(await transpile(order));

async function transpile(component: TranspileOrder): Promise<TranspileReport> {
  try {
    await $init;
    const generated = translate(component.bytes);
    refuseUnlinkable(generated.imports, generated.exports);
    const modules = new Map(generated.files.filter(([name]) => name.endsWith(".wasm")));
    const bounded = boundCoreModules(modules, component.bounds);
    const glue = generated.files.find(([name]) => name.endsWith(".js"))?.[1] ?? new Uint8Array(0);
    const files = new Map([...bounded.files, [glueFile, glue]]);
    const digests: Record<string, string> = {};
    for (const [name, bytes] of files) {
      digests[name] = createHash("sha256").update(bytes).digest("hex");
      await writeFile(join(component.folder, name), bytes, { mode: 0o600 });
    }
    const record = { format: 1, bounds: bounded.bounds, files: digests };
    await writeFile(join(component.folder, transpileRecordFile), JSON.stringify(record), { mode: 0o600 });
    return { ok: true };
  } catch (error) {
    return {
      ok: false,
      message: YoiError.is(error, "YOI_COMPONENT_INVALID") ? error.message : "the component could not be translated",
    };
  }
}

function translate(bytes: Uint8Array): ReturnType<typeof generate> {
  try {
    return generate(bytes, {
      name: "component",
      noTypescript: true,
      noNodejsCompat: true,
      instantiation: { tag: "async" },
      asyncMode: { tag: "jspi", val: { imports: [...suspendingImports], exports: [`${toolsExport}#call`] } },
      base64Cutoff: 0,
    });
  } catch (error) {
    const reason = escapeText(error instanceof Error ? error.message : String(error));
    throw refusal(`the component could not be translated: \`${reason}\``);
  }
}

// ATTACK: an import that the package's inspection did not see, or that it let through (threats 10). Linking is the last
// place to say no, and it says no by name.
function refuseUnlinkable(imports: readonly string[], exports: readonly (readonly [string, string])[]): void {
  const unknown = imports.find((name) => !linkableImports.has(name));
  if (unknown !== undefined)
    throw refusal(`the component imports \`${escapeText(unknown)}\`, which no plugin may have`);
  if (!exports.some(([name, kind]) => name === toolsExport && kind === "instance")) {
    throw refusal(`the component does not export \`${toolsExport}\``);
  }
}

function refusal(message: string): YoiError<"YOI_COMPONENT_INVALID"> {
  return new YoiError("YOI_COMPONENT_INVALID", message, { findings: [{ message }] });
}
