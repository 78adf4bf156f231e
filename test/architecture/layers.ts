/** Which folders a folder of `src` may import, and which packages and built-in modules it alone may touch. */
export interface Layer {
  readonly may: readonly string[];
  readonly touches: readonly string[];
}

// A call flows down this page; nothing flows back up.
export const layers: { readonly [folder: string]: Layer } = {
  errors: { may: [], touches: [] },
  terminal: { may: ["errors"], touches: [] },
  calls: { may: ["errors"], touches: ["zod", "crypto", "util", "net", "ipaddr.js"] },
  toml: { may: ["calls", "errors"], touches: ["zod", "smol-toml"] },
  decisions: { may: ["calls", "errors"], touches: [] },
  plugins: { may: ["calls", "toml", "errors"], touches: ["zod"] },
  warrants: { may: ["calls", "decisions", "errors"], touches: [] },
  engines: {
    may: ["calls", "decisions", "errors"],
    touches: [
      "@cedar-policy/cedar-wasm",
      "@open-policy-agent/opa-wasm",
      "zod",
      "fs",
      "path",
      "crypto",
      "worker_threads",
      "wasi",
      "zlib",
      "url",
      "util",
      "timers",
      "module",
    ],
  },
  journal: {
    may: ["calls", "decisions", "errors"],
    touches: ["zod", "sqlite", "fs", "crypto", "path", "url", "timers"],
  },
  sandbox: {
    may: ["calls", "errors"],
    touches: [
      "@bytecodealliance/jco-transpile",
      "zod",
      "child_process",
      "worker_threads",
      "fs",
      "crypto",
      "path",
      "url",
      "stream",
      "net",
      "module",
      "process",
      "timers",
      "perf_hooks",
      "os",
    ],
  },
  effectors: {
    may: ["calls", "warrants", "errors"],
    touches: ["fs", "path", "crypto", "undici", "dns", "net", "tls", "zlib", "stream", "timers"],
  },
  broker: {
    may: ["calls", "engines", "decisions", "warrants", "effectors", "journal", "errors"],
    touches: ["zod", "crypto", "timers", "util"],
  },
  exchange: { may: ["calls", "broker", "effectors", "decisions", "warrants", "errors"], touches: [] },
  guest: { may: ["calls", "exchange", "broker", "decisions", "sandbox", "errors"], touches: ["timers"] },
  tools: { may: ["calls", "decisions", "broker", "errors"], touches: [] },
  config: {
    may: ["calls", "decisions", "engines", "toml", "errors"],
    touches: ["zod", "smol-toml", "fs", "path", "crypto", "util"],
  },
  packages: { may: ["calls", "plugins", "config", "toml", "errors"], touches: ["zod", "fs", "path", "crypto", "zlib"] },
  workspace: {
    may: ["tools", "calls", "decisions", "plugins", "packages", "config", "engines", "errors"],
    touches: ["fs", "path", "crypto"],
  },
  explain: {
    may: ["calls", "decisions", "engines", "journal", "terminal", "errors"],
    touches: ["zod", "crypto", "util"],
  },
  workbench: {
    may: [
      "calls",
      "decisions",
      "engines",
      "journal",
      "broker",
      "config",
      "plugins",
      "workspace",
      "explain",
      "host",
      "toml",
      "terminal",
      "errors",
    ],
    touches: ["zod", "tldts", "fs", "path", "crypto", "zlib", "util", "perf_hooks", "timers"],
  },
  authoring: {
    may: ["calls", "plugins", "packages", "toml", "errors"],
    touches: [
      "componentize-qjs",
      "rolldown",
      "typescript",
      "fs",
      "path",
      "crypto",
      "child_process",
      "url",
      "os",
      "module",
      "readline",
      "stream",
      "zlib",
    ],
  },
  host: {
    may: [
      "calls",
      "decisions",
      "plugins",
      "packages",
      "config",
      "workspace",
      "engines",
      "journal",
      "broker",
      "effectors",
      "sandbox",
      "exchange",
      "guest",
      "tools",
      "explain",
      "errors",
    ],
    touches: ["zod", "pino", "fs", "path", "crypto", "util"],
  },
  cli: {
    may: [
      "workbench",
      "host",
      "calls",
      "plugins",
      "packages",
      "config",
      "workspace",
      "journal",
      "explain",
      "engines",
      "decisions",
      "authoring",
      "terminal",
      "tools",
      "errors",
    ],
    touches: ["util", "path", "fs", "readline", "module", "v8"],
  },
};

/** Further laws, each with what to do for whoever breaks it. */
export const laws: readonly {
  readonly name: string;
  readonly comment: string;
  readonly from: object;
  readonly to: object;
}[] = [
  {
    name: "only-the-broker-issues-warrants",
    comment: "An effect needs a decision: submit a call to the broker instead of making a warrant.",
    from: { pathNot: "^src/broker/submit-call" },
    to: { path: "^src/warrants/issue-warrant" },
  },
  {
    name: "only-warrants-know-which-are-unspent",
    comment: "Membership in that set is the proof; nothing else may hold it.",
    from: { pathNot: "^src/warrants/" },
    to: { path: "^src/warrants/unspent-warrants" },
  },
  {
    name: "effectors-hold-no-opinion",
    comment: "An effector acts on its warrant; what policy said is not its business.",
    from: { path: "^src/effectors/" },
    to: { path: "^src/(engines|journal|broker|config)/" },
  },
  {
    name: "engines-know-no-effect",
    comment: "An engine answers questions; it must not be able to act.",
    from: { path: "^src/engines/" },
    to: { path: "^src/(effectors|broker|warrants|sandbox)/" },
  },
  {
    name: "nothing-inside-imports-the-surface",
    comment: "index.ts is for users of the library; import the file that you need.",
    from: { path: "^src/" },
    to: { path: "^src/index\\.ts$" },
  },
  {
    name: "no-cycles",
    comment: "Turn one of the arrows round, or join the two files.",
    from: { path: "^src/" },
    to: { circular: true },
  },
  {
    name: "no-test-code-in-src",
    comment: "Tests use the product, not the other way.",
    from: { path: "^src/" },
    to: { path: "^test/" },
  },
];
