/**
 * What each error code carries. Adding a code is a minor change; removing or reshaping one is major.
 * `docs/errors.md` lists every code, and a test holds the two together.
 */
export interface ErrorDetails {
  YOI_CALL_MALFORMED: { readonly issues: readonly string[] };
  YOI_CONFIG_INVALID: { readonly findings: readonly Finding[] };
  YOI_MANIFEST_INVALID: { readonly findings: readonly ManifestFinding[] };
  YOI_ARCHIVE_INVALID: {
    readonly kind: "malformed" | "bounds" | "traversal" | "duplicate" | "api";
    readonly entry?: string;
  };
  YOI_COMPONENT_INVALID: { readonly findings: readonly ComponentFinding[] };
  YOI_SCHEMA_REJECTED: { readonly path: string };
  YOI_POLICY_INVALID: { readonly findings: readonly Finding[] };
  /** OPA's program, which compiles and traces Rego, was not built. */
  YOI_OPA_MISSING: { readonly path: string };
  /** A compiled policy gave no answer that can be used. */
  YOI_EVALUATION_FAILED: { readonly why: EvaluationFailure };
  YOI_WARRANT_SPENT: { readonly callId: string };
  YOI_LIMIT_EXCEEDED: { readonly limit: string; readonly max: number };
  /** `sent`: whether anything of a request may have reached the server. */
  YOI_EFFECT_FAILED: { readonly why: EffectFailure; readonly sent?: boolean };
  /** A step of an allowed call was denied; `decision` is that step's. */
  YOI_STEP_DENIED: { readonly decision: string; readonly sent: boolean };
  YOI_PLUGIN_FAILED: { readonly why: PluginFailure; readonly stack?: string };
  YOI_JOURNAL_UNWRITABLE: { readonly path: string };
  YOI_JOURNAL_UNREADABLE: { readonly path: string };
  YOI_BROKER_CLOSED: Record<never, never>;
  YOI_BUILD_FAILED: { readonly findings: readonly Finding[] };
  YOI_WORKSPACE_INVALID: { readonly path: string };
  YOI_USAGE: Record<never, never>;
}

/** How a compiled policy, or OPA itself, can fail to answer. */
export type EvaluationFailure = "trap" | "deadline" | "memory" | "overloaded" | "too-large" | "closed";

/** How an effector can fail. The guest sees this word and nothing of the system's own text. */
export type EffectFailure =
  | "name-taken"
  | "not-found"
  | "not-a-file"
  | "too-large"
  | "io"
  | "timeout"
  | "cancelled"
  | "unavailable"
  | "exists"
  | "not-a-folder"
  | "not-empty"
  | "no-space"
  | "name-not-found"
  | "unreachable"
  | "tls"
  | "protocol"
  | "streaming"
  | "secret"
  | "redirect";

/** How a plugin can fail, as its author and its operator are told. */
export type PluginFailure =
  | "trap"
  | "deadline"
  | "timeout"
  | "cancelled"
  | "crashed"
  | "bad-output"
  | "unknown-tool"
  | "instantiation"
  | "overloaded"
  | "guest-error";

/** A place in a file that a person can open: 1-based line and column. */
export interface Place {
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
}

/** One thing found wrong in something a person wrote: what, where, and what to do about it. */
export interface Finding {
  readonly message: string;
  readonly place?: Place;
  readonly remedy?: string;
}

/** What is wrong with a manifest, and of which class it is. */
export interface ManifestFinding extends Finding {
  readonly fault: ManifestFault;
}

export type ManifestFault =
  | "invalid"
  | "bounds"
  | "traversal"
  | "rejected-schema"
  | "runtime-mismatch"
  | "legacy-runtime";

/** What is wrong with a component, and of which class it is; absent, the component itself is invalid. */
export interface ComponentFinding extends Finding {
  readonly fault?: ComponentFault;
}

export type ComponentFault =
  | "invalid-component"
  | "legacy-runtime"
  | "runtime-mismatch"
  | "unsupported-host-api"
  | "undeclared-import"
  | "bounds";
