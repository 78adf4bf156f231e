/** The version of `yoi:host` and `yoi:plugin` that this host speaks. */
export const hostVersion = { major: 2, minor: 0, text: "2.0.0" } as const;

interface HostInterface {
  readonly capability?: "https" | "fs";
}

/** What this host offers under `yoi:host`, and the capability that a manifest must declare to import it. */
export const hostInterfaces: ReadonlyMap<string, HostInterface> = new Map<string, HostInterface>([
  ["types", {}],
  ["log", {}],
  ["config", {}],
  ["https", { capability: "https" }],
  ["fs", { capability: "fs" }],
]);

/** What later versions of this host offer under `yoi:host`. */
export const laterHostInterfaces: ReadonlySet<string> = new Set(["websocket", "kv"]);

/** The interface that a tool plugin exports. */
export const toolsInterface = "yoi:plugin/tools";

/** What toolchains put into every component: their own snapshotter, which is never called. */
export const toleratedExports: ReadonlySet<string> = new Set(["init"]);

/** The interfaces of WASI 0.2 that ordinary toolchains import and that hold no authority here. */
export const authorityFreeWasi: ReadonlySet<string> = new Set([
  "wasi:cli/environment",
  "wasi:cli/exit",
  "wasi:cli/stdin",
  "wasi:cli/stdout",
  "wasi:cli/stderr",
  "wasi:cli/terminal-input",
  "wasi:cli/terminal-output",
  "wasi:cli/terminal-stdin",
  "wasi:cli/terminal-stdout",
  "wasi:cli/terminal-stderr",
  "wasi:io/error",
  "wasi:io/poll",
  "wasi:io/streams",
  "wasi:clocks/monotonic-clock",
  "wasi:clocks/wall-clock",
  "wasi:filesystem/types",
  "wasi:filesystem/preopens",
  "wasi:random/random",
  "wasi:random/insecure",
  "wasi:random/insecure-seed",
]);
