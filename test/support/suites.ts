import type { ExecutionContext } from "ava";
import { inspectWorkspace } from "../../src/host/inspect-workspace.ts";
import { runSuites, type SuiteOptions } from "../../src/workbench/suites/run-suites.ts";
import type { SuiteReport, TestResult } from "../../src/workbench/suites/suite-report.ts";
import { newWorkspace, type TestWorkspace } from "./workspaces.ts";

/** A workspace with these files under `.yoi/policies`, and nothing else in that folder. */
export async function policyWorkspace(
  t: ExecutionContext,
  files: { readonly [name: string]: string },
): Promise<TestWorkspace> {
  const workspace = await newWorkspace(t);
  workspace.remove(".yoi/policies/builtin-tools.cedar");
  for (const [name, text] of Object.entries(files)) workspace.write(`.yoi/policies/${name}`, text);
  return workspace;
}

/** Runs the tests of a workspace as it is now. */
export async function runIn(workspace: TestWorkspace, options: SuiteOptions = {}): Promise<SuiteReport> {
  const inspection = await inspectWorkspace(workspace.places, Date.now);
  try {
    return await runSuites(inspection, options);
  } finally {
    await Promise.all(inspection.engines.map((engine) => engine.close()));
  }
}

/** Every test of a report, by its title. */
export function testsIn({ suites }: SuiteReport): { readonly [title: string]: TestResult } {
  return Object.fromEntries(suites.flatMap(({ tests }) => tests.map((test) => [test.title, test])));
}

/** What a report says in a few words: each test that failed with what it got, and each finding with its place. */
export function complaintsOf({ suites, findings }: SuiteReport): readonly string[] {
  const all = [...findings, ...suites.flatMap((suite) => suite.findings)];
  return [
    ...suites.flatMap(({ tests }) =>
      tests.flatMap(({ title, departure }) => (departure === undefined ? [] : [`${title}: got ${departure.got}`])),
    ),
    ...all.map(({ message, place }) => {
      const where = [place?.file, place?.line, place?.column].filter((part) => part !== undefined).join(":");
      return `${where} ${message}`.trim();
    }),
  ];
}
