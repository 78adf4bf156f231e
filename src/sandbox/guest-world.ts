/** The export that a tool plugin's component must have. */
export const toolsExport = "yoi:plugin/tools@2.0.0";

/**
 * What the glue may link, without versions, as the translator names it: the host's own interfaces, and the WASI 0.2
 * interfaces that ordinary toolchains emit and that hold no authority here. Nothing else has an implementation.
 */
export const linkableImports: ReadonlySet<string> = new Set([
  "yoi:host/types",
  "yoi:host/log",
  "yoi:host/https",
  "yoi:host/fs",
  "yoi:host/config",
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

/** The imports that may make a guest wait; without a version, so that any 0.2.x and any 2.x is meant. */
export const suspendingImports: readonly string[] = [
  "yoi:host/https#send",
  "yoi:host/fs#read",
  "yoi:host/fs#read-range",
  "yoi:host/fs#write",
  "yoi:host/fs#append",
  "yoi:host/fs#list",
  "yoi:host/fs#stat",
  "yoi:host/fs#make-directory",
  "yoi:host/fs#remove",
  "wasi:io/poll#poll",
  "wasi:io/poll#[method]pollable.block",
];

/** The glue's file in a translated component's folder: a module by its name, so that no `package.json` is looked for. */
export const glueFile = "component.mjs";

/** What WebAssembly counts memory in. */
export const wasmPageBytes = 65_536;
