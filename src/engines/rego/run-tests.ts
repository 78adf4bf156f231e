import { limits } from "../../calls/limits.ts";
import { YoiError } from "../../errors/yoi-error.ts";
import type { PolicyTestAnswer, PolicyTestFile } from "../policy-tests.ts";
import type { OpaModules, OpaProgram, RegoTestReport } from "./opa/opa-program.ts";
import type { PreparedUnit } from "./prepare-units.ts";

const nothing = { results: [], runs: [] } as const;

/** Runs `_test.rego` files by OPA's own tester: those of each layer over its own policies and data, as they are in force. */
export async function runTests(
  units: readonly PreparedUnit[],
  opa: OpaProgram,
  tests: readonly PolicyTestFile[],
  apart: boolean,
): Promise<PolicyTestAnswer> {
  const answers: PolicyTestAnswer[] = [];
  for (const layer of ["user", "workspace"] as const) {
    const own = tests.filter((test) => test.layer === layer);
    const modules = units.find((unit) => unit.layer === layer && unit.modules !== undefined)?.modules;
    if (own.length > 0) answers.push(await runLayer(modules, opa, own, apart));
  }
  return {
    results: answers.flatMap(({ results }) => results),
    findings: answers.flatMap(({ findings }) => findings),
    runs: answers.flatMap(({ runs }) => runs),
  };
}

async function runLayer(
  modules: OpaModules | undefined,
  opa: OpaProgram,
  tests: readonly PolicyTestFile[],
  apart: boolean,
): Promise<PolicyTestAnswer> {
  const [first] = tests;
  const place = first === undefined ? {} : { place: { file: first.file } };
  if (modules === undefined) {
    return { ...nothing, findings: [{ message: "there is no Rego policy beside it to test", ...place }] };
  }
  try {
    const report = await opa.test(modules, tests);
    if ("findings" in report) return { ...nothing, findings: report.findings };
    const results = report.results.map(({ package: of, name, ...result }) => ({ ...result, name: `${of}.${name}` }));
    const isFew = results.length > 1 && results.length <= limits.coverageTestsMax;
    const runs = apart && isFew ? await runApart(report, modules, opa, tests) : [report.coverage];
    return { results, findings: [], runs };
  } catch (error) {
    if (!YoiError.is(error, "YOI_EVALUATION_FAILED")) throw error;
    return { ...nothing, findings: [{ message: `the tests could not be run: ${error.message}`, ...place }] };
  }
}

async function runApart(
  { results }: RegoTestReport,
  modules: OpaModules,
  opa: OpaProgram,
  tests: readonly PolicyTestFile[],
): Promise<PolicyTestAnswer["runs"]> {
  const runs: PolicyTestAnswer["runs"][number][] = [];
  for (const { package: of, name } of results) {
    const one = await opa.test(modules, tests, `^${escapePattern(`data.${of}.${name}`)}$`);
    if ("coverage" in one) runs.push(one.coverage);
  }
  return runs;
}

function escapePattern(text: string): string {
  return text.replace(/[\\^$.|?*+()[\]{}]/g, "\\$&");
}
