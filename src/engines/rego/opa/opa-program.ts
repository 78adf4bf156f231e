import type { Finding } from "../../../errors/error-details.ts";
import type { CompiledUnit, RegoText } from "../rego-unit.ts";

/** How one expression of a rule's body came out. */
export interface TracedExpression {
  /** As it is written. */
  readonly text: string;
  readonly line: number;
  readonly column: number;
  readonly value: "true" | "false" | "error" | "unreached";
  /** Parts of `input`, by their names with dots between them. */
  readonly reads: readonly string[];
  /** The constants in it, then those of the rules and the data that it leans on. */
  readonly literals: readonly (string | number | boolean)[];
  /** What the parts of `input` and `data`, and the variables, that it reads were: `input.context.method = "GET"`. */
  readonly actual?: string;
  /** OPA's own words, where a builtin failed. */
  readonly error?: string;
}

/** How one rule came out; rules that it leans on are below it. */
export interface TracedRule {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** Its reference: `data.yoi.policy.egress.permit`. */
  readonly name: string;
  readonly value: "true" | "false" | "error";
  readonly expressions: readonly TracedExpression[];
  readonly below: readonly TracedRule[];
}

/** What OPA's own evaluator says of an input. */
export interface TracedDecision {
  /** The document `data.yoi.decision`, or `undefined`. */
  readonly decision: unknown;
  readonly rules: readonly TracedRule[];
}

/** One test rule's outcome. */
export interface RegoTestResult {
  readonly file: string;
  readonly line: number;
  readonly package: string;
  readonly name: string;
  readonly outcome: "passed" | "failed" | "error" | "skipped";
  readonly message?: string;
}

export interface RegoTestReport {
  readonly results: readonly RegoTestResult[];
  /** Lines by file that ran and that did not. */
  readonly coverage: readonly {
    readonly file: string;
    readonly covered: readonly number[];
    readonly notCovered: readonly number[];
  }[];
}

/** What a unit is compiled from: operators' modules, then what ships. */
export interface OpaModules {
  readonly modules: readonly RegoText[];
  readonly shipped: readonly RegoText[];
  readonly data: readonly RegoText[];
  /** JSON Schema of the input document. */
  readonly schema: string;
}

export type OrFindings<T> = T | { readonly findings: readonly Finding[] };

/**
 * OPA itself, built to WebAssembly, in a thread of its own that starts with the first question and then stays warm.
 * Every question has a deadline; one that misses it ends the thread, and the next question starts a new one.
 */
export interface OpaProgram {
  /**
   * Of OPA, and the digest of the program itself: part of every cache key.
   * @throws {YoiError} YOI_OPA_MISSING where the program was not built
   */
  identity(): Promise<string>;
  /** Parses, checks (strict mode, our capabilities, the input's schema) and compiles. */
  compile(modules: OpaModules): Promise<OrFindings<CompiledUnit>>;
  format(module: RegoText): Promise<OrFindings<{ readonly text: string }>>;
  /** Runs the `test_` rules of `tests` against the modules. `run` is a regular expression on their names. */
  test(modules: OpaModules, tests: readonly RegoText[], run?: string): Promise<OrFindings<RegoTestReport>>;
  /** Evaluates as OPA does, and tells of every rule of `permit`, `forbid` and `oblige`. `input` is JSON text. */
  trace(modules: OpaModules, input: string): Promise<OrFindings<TracedDecision>>;
  close(): Promise<void>;
}
