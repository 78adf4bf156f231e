import type { PlainTest } from "../policy-outline.ts";

// What a layer's Rego is at each step of its way: texts, then a compiled module, then answers.

/** A file of Rego, or of data, as it was read. `file` is as messages show it. */
export interface RegoText {
  readonly file: string;
  readonly text: string;
}

/** A rule that adds to `permit`, `forbid` or `oblige` of a `yoi.policy.<name>` package. */
export interface RegoRule {
  /** `<name>` of the package. */
  readonly package: string;
  readonly kind: "permit" | "forbid" | "oblige";
  /** The literal `id` of its head, or of its metadata. Unique in its package. */
  readonly id: string;
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** `title`, `description` and the `custom` entries of its `# METADATA`, as text. */
  readonly annotations: { readonly [name: string]: string };
  /** The reason that its entry writes out. */
  readonly because?: string;
  /** What an entry of `oblige` writes out, by name: empty where the value is computed. */
  readonly obligations?: { readonly [name: string]: string };
}

/** Text in a policy that what is asked for is held against. */
export interface NamedText extends RegoText {
  readonly line: number;
  readonly column: number;
}

/** An expression of a rule's body, as it is written and whatever the input. */
export interface OutlinedExpression {
  readonly text: string;
  readonly line: number;
  readonly column: number;
  /** Whether it calls a builtin that has no answer for some input. */
  readonly canErr: boolean;
  /** Parts of `input`, by their names with dots between them. */
  readonly reads: readonly string[];
  /** The constants in it, then those of the rules and the data that it leans on. */
  readonly literals: readonly (string | number | boolean)[];
  readonly test?: PlainTest;
  /** For a negation: the parts of `input` without which it is undefined. */
  readonly needs?: readonly string[];
  /** Operators' own rules that it leans on. */
  readonly below: readonly OutlinedRule[];
}

/** A rule taken apart. */
export interface OutlinedRule {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** Its reference: `data.yoi.policy.egress.permit`. */
  readonly name: string;
  readonly expressions: readonly OutlinedExpression[];
}

/** A rule that adds entries, taken apart. */
export interface OutlinedPolicy extends OutlinedRule {
  /** Its source with its metadata. */
  readonly text: string;
  /** `sha256:…` of it, of every rule that it leans on, and of the data where one of them looks; wherever those stand. */
  readonly digest: string;
  /** The parts of `input` that its entry is made of: where one of them is not there, there is no entry. */
  readonly entryReads: readonly string[];
}

/** A unit as the evaluator takes it. */
export interface CompiledUnit {
  /** Core WebAssembly of OPA's policy ABI, with the one entrypoint `yoi/decision`. */
  readonly wasm: Uint8Array;
  /** One JSON document, as text: integers in it keep their 64 bits. */
  readonly data: string;
  readonly rules: readonly RegoRule[];
  readonly named: readonly NamedText[];
  /** In the order of `rules`. */
  readonly outlines: readonly OutlinedPolicy[];
}
