#!/usr/bin/env node

import { enableCompileCache } from "node:module";
import { isAbsolute, join } from "node:path";
import { setFlagsFromString } from "node:v8";

// Nothing of ours is imported before the version is known: an older Node would stop at its first unknown module instead.
const [major = "0"] = process.versions.node.split(".");
if (Number(major) < 26) {
  process.stderr.write(`yoi: needs Node 26 or later, and this is ${process.versions.node}\n`);
  process.exitCode = 1;
} else {
  // ATTACK: SIGUSR1 opens an inspector in a Node process, and a taken-over sandbox may send it. A listener keeps it shut.
  process.on("SIGUSR1", () => undefined);
  // A reader that goes away (`yoi journal export | head`) is no error.
  process.stdout.on("error", () => process.exit());
  // Compiling the engines' WebAssembly anew for speed pays off after seconds; most commands are done in half of one.
  setFlagsFromString("--wasm-tiering-budget=200000000");
  // Compiled code is kept in the user's own cache: half of what a person waits for is compiling.
  const { HOME = "", XDG_CACHE_HOME = join(HOME, ".cache") } = process.env;
  if (isAbsolute(XDG_CACHE_HOME)) enableCompileCache(join(XDG_CACHE_HOME, "yoi", "compiled"));
  const [{ runCommandLine }, { yoiVersion }] = await Promise.all([
    import("./run-command-line.ts"),
    import("../package-root.ts"),
  ]);
  process.exitCode = await runCommandLine(process.argv.slice(2), {
    stdout: process.stdout,
    stderr: process.stderr,
    environment: process.env,
    folder: process.cwd(),
    nowMs: Date.now,
    version: yoiVersion(),
  });
}
