import type { PolicyInfo } from "../../decisions/policy-info.ts";
import type { Finding, Place } from "../../errors/error-details.ts";
import type { CoverageReport } from "../exercised/measure-coverage.ts";
import type { Departure } from "./compare-answer.ts";
import type { SuiteFile } from "./find-suites.ts";
import type { SuiteCase } from "./suite-case.ts";

/** What one test came to. */
export interface TestResult {
  readonly title: string;
  readonly place: Place;
  readonly outcome: "passed" | "failed" | "skipped";
  /** Of a failure: what was expected and what came, in words. */
  readonly departure?: Departure;
  /** The policies that determined what came. */
  readonly determining: readonly PolicyInfo[];
  /** The case that was judged; absent for a test in Rego. */
  readonly judged?: SuiteCase;
  readonly tookMs: number;
}

/** One file of tests. With findings, nothing of it was run. */
export interface SuiteResult {
  readonly file: string;
  readonly kind: SuiteFile["kind"];
  readonly tests: readonly TestResult[];
  readonly findings: readonly Finding[];
}

/** What everything came to. */
export interface SuiteReport {
  /** Whether something was tested and nothing failed. */
  readonly passed: boolean;
  readonly suites: readonly SuiteResult[];
  /** What kept tests from being run at all. */
  readonly findings: readonly Finding[];
  /** Ids of the policies that determined the answer of at least one case. */
  readonly determining: ReadonlySet<string>;
  /** Absent where it was not asked for, and where something kept tests from being run. */
  readonly coverage?: CoverageReport;
}
