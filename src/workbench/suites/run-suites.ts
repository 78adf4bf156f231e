// Station: a workspace's policies and its files of tests → what each test came to, and what all of them together
// exercised. Cases are judged as the broker judges calls, over facts of their own; tests in Rego are run by OPA. Nothing
// is written, looked up or run.
import { limits } from "../../calls/limits.ts";
import type { AuthorizationRequest } from "../../calls/value.ts";
import type { Finding } from "../../errors/error-details.ts";
import { escapeText } from "../../errors/escape-text.ts";
import { suggestName } from "../../errors/suggest-name.ts";
import type { Inspection } from "../../host/inspect-workspace.ts";
import { type CoverageReport, measureCoverage } from "../exercised/measure-coverage.ts";
import { compareAnswer, isCalled } from "./compare-answer.ts";
import { findSuites, type SuiteFile } from "./find-suites.ts";
import { type CaseAnswer, judgeCase } from "./judge-case.ts";
import { readSuite } from "./read-suite.ts";
import { runRegoTests } from "./run-rego-tests.ts";
import type { SuiteCase } from "./suite-case.ts";
import type { SuiteReport, SuiteResult, TestResult } from "./suite-report.ts";

/** What is run. */
export interface SuiteOptions {
  /** Files of tests; without any, all that lie beside policies. Relative to `folder`. */
  readonly files?: readonly string[];
  readonly folder?: string;
  /** Only tests whose title or file has this text, whatever its case. */
  readonly only?: string;
  /** Whether tests in Rego are run, too, which starts OPA: so it is without a word. */
  readonly rego?: boolean;
  /** Whether to measure what was exercised, which takes more time than all else. */
  readonly coverage?: boolean;
}

/**
 * Runs every test of a workspace's policies and of the user's own. A report without a single test has not passed.
 * @throws {YoiError} YOI_OPA_MISSING for tests in Rego where OPA's program is not built
 */
export async function runSuites(inspection: Inspection, options: SuiteOptions = {}): Promise<SuiteReport> {
  const { survey, revision, problem } = inspection;
  const stopped = stoppedBy(inspection);
  if (stopped !== undefined) return failedReport(stopped);
  if (problem !== undefined) return failedReport("findings" in problem.details ? problem.details.findings : []);
  const misplaced = misplacedTests(inspection);
  if (misplaced.length > 0) return failedReport(misplaced);
  const found = await findSuites(survey, options.files ?? [], options.folder ?? survey.places.workspace);
  const read = readAll(found.files.filter(isToml), inspection);
  if (read === undefined) {
    return failedReport([{ message: `more than ${limits.suiteCasesMax} cases`, remedy: "run files by their names" }]);
  }
  const chosen = (title: string, file: string) => isChosen(options.only, title, file);
  const requests: AuthorizationRequest[] = [];
  const suites: SuiteResult[] = [];
  for (const { file, cases, findings: own } of read) {
    const tests: TestResult[] = [];
    for (const one of cases.filter(({ title }) => chosen(title, file))) {
      const startedMs = performance.now();
      const answer = await judgeCase(one, revision, survey.config.zone);
      requests.push(...answer.requests);
      tests.push(resultOf(one, answer, performance.now() - startedMs));
    }
    if (tests.length > 0 || own.length > 0) suites.push({ file, kind: "toml", tests, findings: own });
  }
  const regoFiles = options.rego === false ? [] : found.files.filter((file) => !isToml(file));
  const rego = await runRegoTests(revision.sets, regoFiles, chosen, options.coverage === true);
  suites.push(...rego.suites);
  const isWhole = found.findings.length === 0 && suites.every((suite) => suite.findings.length === 0);
  const exercised = { requests, runs: rego.runs };
  const coverage =
    options.coverage === true && isWhole
      ? await measureCoverage(revision.sets, exercised, ownFiles(inspection))
      : undefined;
  return reportOf(suites, found.findings, options.only, coverage);
}

// A policy that was not read cannot be tested, and what is not tested has not passed.
function stoppedBy({ survey }: Inspection): readonly Finding[] | undefined {
  const { trust } = survey;
  if (trust.trusted) return undefined;
  const remedy = "look at its policies, then say `yoi trust`";
  return [{ message: `the workspace's policies and tests were not read: ${trust.because}`, remedy }];
}

const isTestRule = /^\s*test_\w+(?:\[[^\]]*\])?\s+if\b/;

// FAIL-CLOSED: a test that nobody runs would look like one that passed.
function misplacedTests({ sources }: Inspection): readonly Finding[] {
  return (sources?.policies ?? []).flatMap(({ language, file, text }) => {
    const at = language === "rego" ? text.split("\n").findIndex((line) => isTestRule.test(line)) : -1;
    if (at < 0) return [];
    const remedy = "tests in Rego stand in files whose names end in `_test.rego`";
    return [{ message: "a test among policies is not run", place: { file, line: at + 1, column: 1 }, remedy }];
  });
}

function ownFiles({ sources }: Inspection): (file: string) => boolean {
  const files = new Set(sources?.policies.flatMap(({ layer, file }) => (layer === "invariant" ? [] : [file])));
  return (file) => files.has(file);
}

interface ReadFile {
  readonly file: string;
  readonly cases: readonly SuiteCase[];
  readonly findings: readonly Finding[];
}

/** Nothing where there are more cases than one run takes. */
function readAll(files: readonly SuiteFile[], { revision, sources }: Inspection): readonly ReadFile[] | undefined {
  const policies = revision.sets.flatMap((set) => set.policies);
  // What is in a bundle has names that nobody can know before it answers.
  const isClosed = sources?.policies.every(({ language }) => language !== "bundle") ?? true;
  const names = [...new Set(policies.map(({ name }) => name))];
  const checkPolicy = (name: string) => {
    if (!isClosed || policies.some((policy) => isCalled(policy, name))) return undefined;
    const meant = suggestName(name, names);
    const message = `no policy is called \`${escapeText(name, 80)}\`, and no cause of a denial`;
    return { message, remedy: meant === undefined ? "`yoi policy show` lists them" : `did you mean \`${meant}\`?` };
  };
  const read: ReadFile[] = [];
  let count = 0;
  for (const { file, text } of files) {
    const reading = readSuite(text, file, { nowMs: 0, checkPolicy });
    read.push("findings" in reading ? { file, cases: [], ...reading } : { file, ...reading, findings: [] });
    count += "cases" in reading ? reading.cases.length : 0;
    if (count > limits.suiteCasesMax) return undefined;
  }
  return read;
}

function isToml({ kind }: SuiteFile): boolean {
  return kind === "toml";
}

function isChosen(only: string | undefined, title: string, file: string): boolean {
  const wanted = only?.toLowerCase() ?? "";
  return title.toLowerCase().includes(wanted) || file.toLowerCase().includes(wanted);
}

function resultOf(one: SuiteCase, answer: CaseAnswer, tookMs: number): TestResult {
  const departure = compareAnswer(one.expected, answer);
  return {
    title: one.title,
    place: one.place,
    outcome: departure === undefined ? "passed" : "failed",
    ...(departure !== undefined && { departure }),
    determining: answer.determining,
    judged: one,
    tookMs,
  };
}

function reportOf(
  suites: readonly SuiteResult[],
  found: readonly Finding[],
  only: string | undefined,
  coverage: CoverageReport | undefined,
): SuiteReport {
  const tests = suites.flatMap((suite) => suite.tests);
  const findings = [...found, ...noTest(tests, suites, found, only)];
  const isSound = findings.length === 0 && suites.every((suite) => suite.findings.length === 0);
  return {
    passed: isSound && tests.every(({ outcome }) => outcome !== "failed"),
    suites,
    findings,
    determining: new Set(tests.flatMap(({ determining }) => determining.map(({ id }) => id))),
    ...(coverage !== undefined && { coverage }),
  };
}

// FAIL-CLOSED: a run without a test would pass whatever the policies say.
function noTest(
  tests: readonly TestResult[],
  suites: readonly SuiteResult[],
  found: readonly Finding[],
  only: string | undefined,
): readonly Finding[] {
  const isRun = tests.some(({ outcome }) => outcome !== "skipped");
  if (isRun || found.length > 0 || suites.some(({ findings }) => findings.length > 0)) return [];
  if (only !== undefined) return [{ message: `no test has \`${escapeText(only, 80)}\` in its title or file` }];
  return [{ message: "there is no test", remedy: "write `.yoi/policies/first.test.toml`: docs/testing-policies.md" }];
}

function failedReport(findings: readonly Finding[]): SuiteReport {
  return { passed: false, suites: [], findings, determining: new Set() };
}
