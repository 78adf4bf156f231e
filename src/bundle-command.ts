// The step of the build that makes the command of few files: to find and link some 375 modules is a fifth of what a
// person waits for, and a fourth of them are Zod's.
import { copyFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { rolldown } from "rolldown";

const root = join(import.meta.dirname, "..");

/** Bundled with the command. All other packages are few files, or read some of their own. */
const bundled = ["zod", "smol-toml"];

/** Writes the command into `folder`, in the place of what the compiler made of its modules one by one. */
export async function bundleCommand(folder: string): Promise<void> {
  await using build = await rolldown({
    input: join(root, "src/cli/main.ts"),
    platform: "node",
    tsconfig: false,
    external: (id) => /^[^./]/.test(id) && !bundled.includes(id),
    onLog: (_, { message }) => {
      throw new Error(`the command cannot be bundled: ${message}`);
    },
  });
  await rm(folder, { recursive: true });
  await build.write({ dir: folder, format: "esm" });
  for (const name of bundled)
    await copyFile(join(root, "node_modules", name, "LICENSE"), join(folder, `LICENSE.${name}`));
}
