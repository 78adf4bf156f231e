import { randomBytes } from "node:crypto";
import { rename, writeFile } from "node:fs/promises";
import { limits } from "../calls/limits.ts";
import { removeEntry, setEntryKeys } from "../config/edit-entry.ts";
import { type Places, showPath } from "../config/places.ts";
import { readBoundedFile } from "../config/read-bounded-file.ts";
import { readConfig } from "../config/read-config.ts";
import { YoiError } from "../errors/yoi-error.ts";
import { openPackageFile } from "../packages/open-package-file.ts";
import { keepPackage } from "../packages/package-cache.ts";
import type { PluginPackage } from "../packages/plugin-package.ts";
import { pinnedFolder } from "./load-pinned.ts";
import type { PluginState } from "./plugin-state.ts";

/** What an operator decides when enabling. */
export interface EnableChoice {
  /** Agents that may call its tools; with none, policies alone decide. */
  readonly agents: readonly string[];
  /** The manifest's name of a mount → the workspace's. */
  readonly mounts: { readonly [mount: string]: string };
}

/**
 * Reads the very package in the store, whole: what is shown and pinned is what was read just now.
 * @throws {YoiError} YOI_WORKSPACE_INVALID when there is not exactly one sound package
 */
export async function readForEnabling(state: PluginState): Promise<PluginPackage> {
  const opened = state.stored === undefined ? undefined : await openPackageFile(state.stored.path);
  if (opened !== undefined && "package" in opened) return opened.package;
  const reason = state.diagnostics[0]?.message ?? "no store has exactly one sound package of this id";
  throw new YoiError("YOI_WORKSPACE_INVALID", `\`${state.ref}\` cannot be enabled: ${reason}`, {
    path: state.stored?.file ?? state.ref,
  });
}

/**
 * Pins a package: keeps it whole in the cache, then writes its version and digest into the entry in `yoi.toml`.
 * @throws {YoiError} YOI_CONFIG_INVALID, YOI_WORKSPACE_INVALID
 */
export async function enablePlugin(
  places: Places,
  state: PluginState,
  found: PluginPackage,
  choice: EnableChoice,
): Promise<void> {
  refuseForeignEntry(places, state);
  await keepPackage(pinnedFolder(state.ref, places), found);
  const { agents, mounts } = choice;
  const effects = [...new Set(found.manifest.tools.flatMap((tool) => tool.effects))];
  const bound = { ...state.enablement?.mounts, ...mounts };
  await editConfig(places, (text, file) =>
    setEntryKeys(
      text,
      state.ref,
      {
        version: JSON.stringify(found.manifest.version),
        digest: JSON.stringify(found.digest),
        effects: inlineList(effects),
        // What an operator wrote about agents before stays: enabling anew changes the pins.
        ...(state.enablement?.agents === undefined && { agents: inlineList(agents) }),
        ...(Object.keys(bound).length > 0 && { mounts: inlineTable(bound) }),
      },
      file,
    ),
  );
}

/**
 * Takes a plugin's entry out of `yoi.toml`. The package stays where it is, and does nothing.
 * @throws {YoiError} YOI_CONFIG_INVALID, YOI_WORKSPACE_INVALID
 */
export async function disablePlugin(places: Places, state: PluginState): Promise<void> {
  refuseForeignEntry(places, state);
  await editConfig(places, (text, file) => removeEntry(text, state.ref, file));
  // FAIL-CLOSED: an entry in a layer below would now count in its place, and nobody may think that it does not.
  const reading = await readConfig(places);
  const left = "config" in reading ? reading.config.plugins.get(state.ref) : undefined;
  if (left !== undefined) refuseForeignEntry(places, { ...state, entry: left });
}

function refuseForeignEntry(places: Places, { ref, entry }: PluginState): void {
  const own = showPath(places.workspaceConfig, places);
  if (entry === undefined || entry.place.file === own) return;
  const message = `the entry of \`${ref}\` stands in \`${entry.place.file}\`: change it there`;
  throw new YoiError("YOI_WORKSPACE_INVALID", message, { path: entry.place.file });
}

async function editConfig(places: Places, edit: (text: string, file: string) => string): Promise<void> {
  const file = showPath(places.workspaceConfig, places);
  const read = await readBoundedFile(places.workspaceConfig, limits.configFileBytesMax);
  if ("problem" in read)
    throw new YoiError("YOI_WORKSPACE_INVALID", `\`${file}\` cannot be read: ${read.problem}`, { path: file });
  const after = edit("text" in read ? read.text : "", file);
  const temporary = `${places.workspaceConfig}.${randomBytes(6).toString("hex")}`;
  try {
    await writeFile(temporary, after, { flag: "wx" });
    await rename(temporary, places.workspaceConfig);
  } catch (cause) {
    throw new YoiError("YOI_WORKSPACE_INVALID", `\`${file}\` cannot be written`, { path: file }, { cause });
  }
}

function inlineList(values: readonly string[]): string {
  return `[${values.map((value) => JSON.stringify(value)).join(", ")}]`;
}

function inlineTable(table: { readonly [key: string]: string }): string {
  return `{ ${Object.entries(table)
    .map(([key, value]) => `${key} = ${JSON.stringify(value)}`)
    .join(", ")} }`;
}
