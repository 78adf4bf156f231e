import type { Finding } from "../errors/error-details.ts";

/** A file of tests in the engine's own language. */
export interface PolicyTestFile {
  readonly file: string;
  readonly layer: "user" | "workspace";
  readonly text: string;
}

/** What one test came to. `skipped` is one that its author put off. */
export interface PolicyTestResult {
  readonly file: string;
  readonly line: number;
  readonly name: string;
  readonly outcome: "passed" | "failed" | "error" | "skipped";
  readonly message?: string;
}

/** Lines of a policy file that tests evaluated, and those with something on them that none did. */
export interface CoveredLines {
  readonly file: string;
  readonly covered: readonly number[];
  readonly notCovered: readonly number[];
}

/** What all tests came to. With findings, those of the layer that they are of were not run. */
export interface PolicyTestAnswer {
  readonly results: readonly PolicyTestResult[];
  readonly findings: readonly Finding[];
  /** What was evaluated, by run: one for each test where they were run one by one. */
  readonly runs: readonly (readonly CoveredLines[])[];
}
