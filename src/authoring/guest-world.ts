import { readFile } from "node:fs/promises";
import { join } from "node:path";

const hostImport = /^\s*import (yoi:host\/[a-z-]+@[0-9.]+);\n/gm;

/**
 * The world of one plugin: `tool-plugin` with only those host interfaces that the plugin uses. The toolchain imports
 * all of a world, and a plugin that never reads a file should not have to declare that it might.
 */
export async function narrowWorld(witFolder: string, used: ReadonlySet<string>): Promise<string> {
  const whole = await readFile(join(witFolder, "plugin.wit"), "utf8");
  return whole.replaceAll(hostImport, (line: string, name: string) => (used.has(name) ? line : ""));
}

/** The host interfaces that a plugin can import. */
export async function hostInterfaces(witFolder: string): Promise<ReadonlySet<string>> {
  const whole = await readFile(join(witFolder, "plugin.wit"), "utf8");
  return new Set(Array.from(whole.matchAll(hostImport), ([, name = ""]) => name));
}
