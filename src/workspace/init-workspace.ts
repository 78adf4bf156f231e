import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Places } from "../config/places.ts";
import { recordTrust } from "../config/trust.ts";
import { YoiError } from "../errors/yoi-error.ts";

/** What a new workspace holds, by its path under `.yoi`, with a line on what it is for. */
export const workspaceFiles: readonly { readonly path: string; readonly purpose: string; readonly text: string }[] = [
  {
    path: "yoi.toml",
    purpose: "what is enabled, and with which folders",
    text: `#:schema ./schemas/yoi.schema.json
# What this workspace's plugins may use. A package does nothing until it is enabled here:
#   yoi plugin enable <id>      shows what it asks for, and writes its pins
# A folder that a plugin may be given, by the name that policies use for it:
#   mounts.notes.path = "notes"
`,
  },
  {
    path: "policies/builtin-tools.cedar",
    purpose: "lets agents use their own program's tools",
    text: `@id("builtin-tools-register")
@reason("the agent's own program brought these tools")
permit (
  principal in Yoi::Source::"builtin",
  action == Yoi::Action::"tool.register",
  resource in Yoi::Source::"builtin"
);

@id("builtin-tools-execute")
@reason("an agent may use the tools of its own program")
permit (
  principal,
  action == Yoi::Action::"tool.execute",
  resource in Yoi::Source::"builtin"
);
`,
  },
  {
    path: ".gitignore",
    purpose: "keeps state and private settings out of git",
    text: "state/\nyoi.local.toml\nschemas/\npolicies/yoi.cedarschema\n",
  },
];

/**
 * Makes \`.yoi\` whole or not at all, and records that its operator trusts it.
 * @throws {YoiError} YOI_WORKSPACE_INVALID when there is one already or it cannot be made
 */
export async function initWorkspace(places: Places, at: Date): Promise<void> {
  if (existsSync(places.dotYoi)) {
    throw new YoiError("YOI_WORKSPACE_INVALID", "this folder is a workspace already: it has `.yoi`", { path: ".yoi" });
  }
  const temporary = `${places.dotYoi}.${randomBytes(6).toString("hex")}`;
  try {
    for (const folder of ["policies", "plugins", "state"])
      await mkdir(join(temporary, folder), { recursive: true, mode: 0o700 });
    for (const { path, text } of workspaceFiles) await writeFile(join(temporary, path), text, { flag: "wx" });
    await rename(temporary, places.dotYoi);
  } catch (cause) {
    await rm(temporary, { recursive: true, force: true });
    throw new YoiError("YOI_WORKSPACE_INVALID", "`.yoi` cannot be made here", { path: ".yoi" }, { cause });
  }
  await recordTrust(places, { exact: false, at });
}
