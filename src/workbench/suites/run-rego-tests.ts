import type { PreparedPolicies } from "../../engines/policy-engine.ts";
import type { CoveredLines, PolicyTestFile, PolicyTestResult } from "../../engines/policy-tests.ts";
import type { Finding } from "../../errors/error-details.ts";
import { escapeText } from "../../errors/escape-text.ts";
import type { SuiteFile } from "./find-suites.ts";
import type { SuiteResult, TestResult } from "./suite-report.ts";

/** What the tests in Rego came to, by file, and what they evaluated, run by run. */
export interface RegoRun {
  readonly suites: readonly SuiteResult[];
  readonly runs: readonly (readonly CoveredLines[])[];
}

/** Runs every `_test.rego` and keeps the results that are chosen. A file without a test has a finding: it tests nothing. */
export async function runRegoTests(
  sets: readonly PreparedPolicies[],
  files: readonly SuiteFile[],
  isChosen: (title: string, file: string) => boolean,
  apart: boolean,
): Promise<RegoRun> {
  const tests = files.map(({ file, layer, text }) => ({ file, layer, text }));
  const runTests = sets.flatMap(({ test }) => test ?? [])[0];
  if (tests.length === 0 || runTests === undefined) return { suites: [], runs: [] };
  const { results, findings, runs } = await runTests(tests, { apart });
  const suites = tests.flatMap(({ file }): readonly SuiteResult[] => {
    const all = results.filter((result) => result.file === file);
    const own = all.filter(({ name }) => isChosen(name, file)).map(resultOf);
    const wrong = findingsOf(file, tests, findings, all);
    return own.length + wrong.length === 0 ? [] : [{ file, kind: "rego", tests: own, findings: wrong }];
  });
  return { suites, runs };
}

/** A finding without a place in a test is told with the first file of them: it kept all from being run. */
function findingsOf(
  file: string,
  tests: readonly PolicyTestFile[],
  findings: readonly Finding[],
  results: readonly PolicyTestResult[],
): readonly Finding[] {
  const isOf = ({ place }: Finding) => place?.file === file;
  const isStray = (finding: Finding) => !tests.some((test) => test.file === finding.place?.file);
  const own = findings.filter((finding) => isOf(finding) || (file === tests[0]?.file && isStray(finding)));
  if (own.length > 0 || results.length > 0) return own;
  const stopped =
    findings.length > 0 ? "not run: another file of tests has a mistake" : "no rule in it begins with `test_`";
  return [{ message: stopped, place: { file } }];
}

function resultOf({ name, file, line, outcome, message }: PolicyTestResult): TestResult {
  const failed = outcome === "failed" || outcome === "error";
  const got =
    outcome === "error" ? `an error${message === undefined ? "" : `: ${escapeText(message)}`}` : "undefined or false";
  return {
    title: name,
    place: { file, line, column: 1 },
    outcome: failed ? "failed" : outcome === "skipped" ? "skipped" : "passed",
    ...(failed && { departure: { expected: "true", got } }),
    determining: [],
    tookMs: 0,
  };
}
