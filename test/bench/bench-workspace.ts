import {
  appendFileSync,
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { buildPlugin } from "../../src/authoring/build-plugin.ts";
import { runCommandLine } from "../../src/cli/run-command-line.ts";
import { placesOf } from "../../src/config/places.ts";
import { gatherBuiltinTools } from "../../src/host/builtin-tools.ts";
import { type Host, openHost } from "../../src/host/open-host.ts";
import { openYoi, type Yoi } from "../../src/open-yoi.ts";
import { yoiVersion } from "../../src/package-root.ts";
import type { ToolResult } from "../../src/tools/tool-desk.ts";
import { buildGuest } from "../support/build-guest.ts";

const fixtures = join(import.meta.dirname, "../../fixtures/plugins");

/** A workspace and a home in a temporary folder, for one measurement. */
export interface BenchWorkspace {
  readonly folder: string;
  readonly environment: { readonly [name: string]: string };
  /** Runs a command of `yoi` in this process. @throws {Error} when it does not end well */
  yoi(...words: readonly string[]): Promise<void>;
  write(file: string, content: string | Uint8Array): void;
  configure(toml: string): void;
  /** Builds and enables a plugin of `fixtures/plugins`, with its mount `notes` bound where it has one. */
  enable(guest: string): Promise<void>;
  /** The same for one that is built anew, with some text of its manifest replaced. */
  enableAnew(guest: string, from: string, to: string): Promise<void>;
  open(): Promise<Yoi>;
  /** The same with its sandboxes in sight. */
  openHost(): Promise<Host>;
  close(): void;
}

/** A workspace with a mount `notes`, in which `example.notes` may read. */
export async function openBenchWorkspace(): Promise<BenchWorkspace> {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "yoi-bench-")));
  const folder = join(root, "workspace");
  const home = join(root, "home");
  for (const made of [folder, home]) mkdirSync(made);
  const environment = { HOME: home };

  async function yoi(...words: readonly string[]): Promise<void> {
    const told: string[] = [];
    const page = { write: (text: string) => told.push(text) };
    const machine = { stdout: page, stderr: page, environment, folder, nowMs: Date.now, version: yoiVersion() };
    if ((await runCommandLine(words, machine)) !== 0) throw new Error(`yoi ${words.join(" ")}: ${told.join("")}`);
  }

  const write = (file: string, content: string | Uint8Array) => {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), content);
  };
  const configure = (toml: string) => appendFileSync(join(folder, ".yoi/yoi.toml"), toml);
  await yoi("init");
  write("notes/today.md", "# Today\n");
  write(
    ".yoi/policies/notes.cedar",
    'permit (principal, action == Yoi::Action::"fs.read", resource in Yoi::Path::"notes");\n',
  );
  configure('\n[mounts.notes]\npath = "notes"\n');
  return {
    folder,
    environment,
    yoi,
    write,
    configure,
    async enable(guest) {
      const { packagePath, id } = await buildGuest(guest);
      copyFileSync(packagePath, join(folder, ".yoi/plugins", basename(packagePath)));
      await yoi("plugin", "enable", id, "--yes");
    },
    async enableAnew(guest, from, to) {
      const source = join(root, guest);
      cpSync(join(fixtures, guest), source, { recursive: true });
      const manifest = join(source, "plugin.toml");
      writeFileSync(
        manifest,
        readFileSync(manifest, "utf8").replaceAll(from, () => to),
      );
      const built = await buildPlugin({ folder: source });
      copyFileSync(built.packagePath, join(folder, ".yoi/plugins", basename(built.packagePath)));
      await yoi("plugin", "enable", `example.${guest}`, "--yes");
    },
    open: () => openYoi({ workspace: folder, environment, watch: false }),
    openHost: () =>
      openHost({
        places: placesOf(folder, environment),
        builtin: gatherBuiltinTools([], yoiVersion()),
        nowMs: Date.now,
      }),
    close: () => rmSync(root, { recursive: true, force: true }),
  };
}

/** A result that is what was asked for. @throws {Error} else, so that no failure is measured as if it were an answer */
export function performed(result: ToolResult): ToolResult {
  if (result.outcome !== "performed" || result.isError) throw new Error(`${result.name}: ${result.summary}`);
  return result;
}
