import { randomBytes } from "node:crypto";
import { access, lstat, mkdir, readdir, readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import { basename, dirname, join, relative } from "node:path";
import { YoiError } from "../errors/yoi-error.ts";
import { readFolderManifest, writeManifestSchema, writeTypes } from "./plugin-folder.ts";
import { toolchain } from "./toolchain.ts";

export interface NewPluginOptions {
  /** Where the plugin is to be; made if it is not there, and refused unless it is empty. */
  readonly folder: string;
  readonly name: string;
  /** The root folder of the yoi installation that the plugin is to be built with. */
  readonly yoiRoot: string;
}

const pluginName = /^[a-z][a-z0-9-]{0,62}$/;
const suffix = ".template";

/**
 * Writes a TypeScript plugin with one tool, a policy, and a test that runs it behind a real broker. The folder appears
 * whole or not at all. It finds `yoi` by a link to the installation that made it, so that it builds offline, and
 * away from any registry, where the name may be a stranger's.
 * @throws {YoiError} YOI_USAGE for a bad name, YOI_WORKSPACE_INVALID for a folder that cannot become the plugin's
 */
export async function newPlugin({ folder, name, yoiRoot }: NewPluginOptions): Promise<void> {
  if (!pluginName.test(name)) {
    const rule = "a plugin's name is 1 to 63 lower-case letters, digits and `-`, beginning with a letter";
    throw new YoiError("YOI_USAGE", rule, {});
  }
  await refuseOccupied(folder);
  const command = await findCommand(yoiRoot);
  await mkdir(dirname(folder), { recursive: true });
  const temporary = join(dirname(folder), `.${basename(folder)}.${randomBytes(6).toString("hex")}`);
  try {
    await fillTemplate(temporary, { name, yoi: JSON.stringify(`file:${yoiRoot}`) });
    await writeTypes(temporary, await readFolderManifest(temporary));
    await writeManifestSchema(temporary);
    await linkInstallation(join(temporary, "node_modules"), yoiRoot, command);
    // INVARIANT: a rename replaces an empty folder only, so what came to lie there meanwhile is not lost.
    await rename(temporary, folder);
  } catch (cause) {
    await rm(temporary, { recursive: true, force: true });
    if (cause instanceof YoiError) throw cause;
    throw new YoiError("YOI_WORKSPACE_INVALID", "the plugin's folder cannot be written", { path: folder }, { cause });
  }
}

async function refuseOccupied(folder: string): Promise<void> {
  const found = await lstat(folder).catch(() => undefined);
  if (found === undefined) return;
  const reason = found.isSymbolicLink() ? "is a symbolic link" : found.isDirectory() ? "is not empty" : "is no folder";
  if (reason === "is not empty" && (await readdir(folder)).length === 0) return;
  throw new YoiError("YOI_WORKSPACE_INVALID", `\`${basename(folder)}\` ${reason}`, { path: folder });
}

/** The installation's command as its package.json names it. A checkout has it only after it was built. */
async function findCommand(yoiRoot: string): Promise<string> {
  const { bin }: { readonly bin: { readonly yoi: string } } = JSON.parse(
    await readFile(join(yoiRoot, "package.json"), "utf8"),
  );
  try {
    await access(join(yoiRoot, bin.yoi));
    return bin.yoi;
  } catch (cause) {
    const message = "this checkout of yoi is not built: run `npm run build` in it first";
    throw new YoiError("YOI_WORKSPACE_INVALID", message, { path: yoiRoot }, { cause });
  }
}

async function fillTemplate(folder: string, values: { readonly name: string; readonly yoi: string }): Promise<void> {
  const entries = await readdir(toolchain.template, { recursive: true, withFileTypes: true });
  for (const entry of entries.filter((found) => found.isFile() && found.name.endsWith(suffix))) {
    const source = join(entry.parentPath, entry.name);
    const target = join(folder, relative(toolchain.template, source).slice(0, -suffix.length));
    const text = await readFile(source, "utf8");
    await mkdir(dirname(target), { recursive: true });
    await writeFile(
      target,
      text.replaceAll("{{name}}", values.name).replaceAll("{{yoi}}", () => values.yoi),
    );
  }
}

/**
 * What `npm install` makes of a `file:` dependency: `import "yoi/sdk"` and `npx yoi` work at once, and under the very
 * Node that runs now, whatever the machine's own is.
 */
async function linkInstallation(modules: string, yoiRoot: string, command: string): Promise<void> {
  await mkdir(join(modules, ".bin"), { recursive: true });
  await symlink(yoiRoot, join(modules, "yoi"), "junction");
  await symlink(join("../yoi", command), join(modules, ".bin/yoi"));
  await symlink(process.execPath, join(modules, ".bin/node"));
}
