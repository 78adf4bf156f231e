import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { componentEmbed, componentNew, parse } from "@bytecodealliance/jco-transpile/wasm-tools";

const root = join(import.meta.dirname, "../..");
const folder = join(root, "fixtures/hostile");

/**
 * The component that `fixtures/hostile/<name>.wat` is the text of. A core module there is wrapped by the toolchain:
 * in the plugin world, or in the folder's own world where it imports what no honest plugin does.
 */
export async function buildWatComponent(name: string): Promise<Uint8Array> {
  const text = await readFile(join(folder, `${name}.wat`), "utf8");
  const binary = await parse(text);
  if (text.includes("(component")) return binary;
  const world = text.includes('(import "wasi:')
    ? { witPath: join(folder, "hostile.wit"), world: "hostile" }
    : { witPath: join(root, "wit"), world: "tool-plugin" };
  return componentNew(await componentEmbed({ binary, ...world }), []);
}

/** The core module that `text` says. */
export async function buildCoreModule(text: string): Promise<Uint8Array> {
  return parse(text);
}
