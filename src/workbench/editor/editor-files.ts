import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { mkdir, readFile, realpath, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { configJsonSchema } from "../../config/config-json-schema.ts";
import type { Places } from "../../config/places.ts";
import { YoiError } from "../../errors/yoi-error.ts";
import { packageRoot } from "../../package-root.ts";

// Nothing that decides ever reads these: they are copies for editors, and `yoi` has its own.

/** A file that helps an editor, by its path under `.yoi`. */
export interface EditorFile {
  readonly path: string;
  readonly purpose: string;
  readonly text: string;
}

/** How a file lies there: as this version of Yoi would write it, otherwise, or not at all. */
export type EditorFileState = "current" | "outdated" | "missing";

/** What editors need to check a workspace's files while they are written. */
function editorFiles(): readonly EditorFile[] {
  const shipped = (path: string) => readFileSync(join(packageRoot, "policies", path), "utf8");
  return [
    {
      path: "schemas/yoi.schema.json",
      purpose: "lets editors check yoi.toml",
      text: `${JSON.stringify(configJsonSchema(), null, 2)}\n`,
    },
    {
      // Cedar's extension takes the only schema that lies beside a policy.
      path: "policies/yoi.cedarschema",
      purpose: "lets editors check Cedar",
      text: shipped("yoi.cedarschema"),
    },
    {
      path: "schemas/input.schema.json",
      purpose: "lets OPA check Rego, as `opa.schema`",
      text: shipped("rego/input.schema.json"),
    },
  ];
}

/** How each of the files lies in a workspace. */
export async function editorFileStates(
  places: Places,
): Promise<readonly { readonly file: EditorFile; readonly state: EditorFileState }[]> {
  return Promise.all(
    editorFiles().map(async (file) => {
      const text = await readFile(join(places.dotYoi, file.path), "utf8").catch(() => undefined);
      return { file, state: text === undefined ? "missing" : text === file.text ? "current" : "outdated" } as const;
    }),
  );
}

/**
 * Writes the files that are missing or outdated, each whole, and answers which these were.
 * @throws {YoiError} YOI_WORKSPACE_INVALID where one cannot be written, or would not lie in `.yoi`
 */
export async function writeEditorFiles(places: Places): Promise<readonly EditorFile[]> {
  const due = (await editorFileStates(places)).filter(({ state }) => state !== "current").map(({ file }) => file);
  for (const file of due) {
    try {
      await writeInside(places.dotYoi, file);
    } catch (cause) {
      const path = `.yoi/${file.path}`;
      throw new YoiError("YOI_WORKSPACE_INVALID", `\`${path}\` cannot be written`, { path }, { cause });
    }
  }
  return due;
}

async function writeInside(dotYoi: string, { path, text }: EditorFile): Promise<void> {
  const folder = join(dotYoi, dirname(path));
  await mkdir(folder, { recursive: true, mode: 0o700 });
  // ATTACK: a workspace of a stranger's, whose folder leads to another one of the user's (threats 44).
  if ((await realpath(folder)) !== join(await realpath(dotYoi), dirname(path)))
    throw new Error("a link leads elsewhere");
  const target = join(dotYoi, path);
  const temporary = `${target}.${randomBytes(6).toString("hex")}`;
  try {
    await writeFile(temporary, text, { flag: "wx" });
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
