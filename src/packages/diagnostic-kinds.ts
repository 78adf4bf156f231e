/** The words of the platform before this one, for people who know them. */
export type FormerKind =
  | "missing"
  | "duplicate"
  | "ambiguous"
  | "version"
  | "digest"
  | "api"
  | "surface"
  | "grant"
  | "malformed"
  | "traversal"
  | "bounds"
  | "io";

interface KindOfDiagnostic {
  /** What the platform before this one called it. */
  readonly former: FormerKind;
  /** One line: what has happened. */
  readonly means: string;
  /** What to do, where nothing nearer to the case is known. */
  readonly remedy: string;
}

/** Every kind of trouble that a package or its enablement can be in. The keys are stable; `--json` shows them. */
export const diagnosticKinds = {
  "missing-package": {
    former: "missing",
    means: "the plugin is enabled, but no store has its package",
    remedy: "put the package into `.yoi/plugins`, or take the entry out",
  },
  "missing-file": {
    former: "missing",
    means: "the package lacks a file that its manifest names",
    remedy: "build and pack the plugin again",
  },
  duplicate: {
    former: "duplicate",
    means: "two things have one name where only one can",
    remedy: "remove one of the two",
  },
  "ambiguous-id": {
    former: "ambiguous",
    means: "the id does not say which store it comes from",
    remedy: "write it with its source, as in `project:example.weather`",
  },
  "invalid-enablement": {
    former: "malformed",
    means: "the plugin's entry in the configuration is not valid",
    remedy: "mend the entry; until then the plugin stays disabled",
  },
  "invalid-config": {
    former: "malformed",
    means: "the plugin's configuration does not fit its `config_schema`",
    remedy: "mend `config` in the plugin's entry",
  },
  "id-mismatch": {
    former: "grant",
    means: "the entry is pinned to a plugin of another id",
    remedy: "enable the plugin again, and read what it asks for",
  },
  "version-mismatch": {
    former: "version",
    means: "the package has another version than the entry is pinned to",
    remedy: "enable the plugin again, and read what it asks for",
  },
  "digest-mismatch": {
    former: "digest",
    means: "the package has another content than the one that was pinned",
    remedy: "find out who changed it; then enable the plugin again",
  },
  "missing-grant": {
    former: "grant",
    means: "the plugin asks for what nothing grants",
    remedy: "add a grant to its entry, or leave it denied",
  },
  "undeclared-surface": {
    former: "surface",
    means: "the entry enables a surface that the manifest does not declare",
    remedy: "take the surface out of the entry",
  },
  "undeclared-import": {
    former: "surface",
    means: "the component imports what its manifest does not declare",
    remedy: "declare the capability, or build the plugin without the import",
  },
  "invalid-archive": {
    former: "malformed",
    means: "the file is not a package that can be read in one way only",
    remedy: "pack the plugin again with `yoi plugin pack`",
  },
  "unsupported-archive": {
    former: "api",
    means: "the package uses a feature of ZIP that packages do not have",
    remedy: "pack the plugin again with `yoi plugin pack`",
  },
  "invalid-manifest": {
    former: "malformed",
    means: "the manifest is not valid",
    remedy: "mend `plugin.toml`",
  },
  "rejected-schema": {
    former: "malformed",
    means: "a schema of the manifest is outside the subset that is supported",
    remedy: "mend the schema",
  },
  "invalid-component": {
    former: "malformed",
    means: "the component is not valid for its world",
    remedy: "build the plugin again",
  },
  "runtime-mismatch": {
    former: "api",
    means: "the plugin was built for another version of the host",
    remedy: "build the plugin for this host",
  },
  "legacy-runtime": {
    former: "api",
    means: "the plugin is a raw module, and raw modules are retired",
    remedy: "build a component",
  },
  "unsupported-host-api": {
    former: "api",
    means: "the component imports what this host does not offer",
    remedy: "remove the import",
  },
  traversal: {
    former: "traversal",
    means: "a path leads out of where it belongs",
    remedy: "do not trust the package; ask who made it",
  },
  bounds: {
    former: "bounds",
    means: "something is larger than its limit",
    remedy: "make it smaller; `docs/limits.md` lists the limits",
  },
  io: {
    former: "io",
    means: "a file could not be read or written",
    remedy: "look at the file and its permissions",
  },
} as const satisfies Record<string, KindOfDiagnostic>;

export type DiagnosticKind = keyof typeof diagnosticKinds;
