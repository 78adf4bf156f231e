import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { limits } from "../../calls/limits.ts";
import { escapeText } from "../../errors/escape-text.ts";
import { YoiError } from "../../errors/yoi-error.ts";
import { inspectWorkspace } from "../../host/inspect-workspace.ts";
import { watchWorkspace } from "../../host/watch-workspace.ts";
import { renderCoverage } from "../../workbench/exercised/render-coverage.ts";
import { kindOf, suiteEndings } from "../../workbench/suites/find-suites.ts";
import { renderSuites } from "../../workbench/suites/render-suites.ts";
import { runSuites } from "../../workbench/suites/run-suites.ts";
import type { SuiteReport } from "../../workbench/suites/suite-report.ts";
import { watchSuites } from "../../workbench/suites/watch-suites.ts";
import { junitOf } from "../../workbench/suites/write-junit.ts";
import { type Command, type CommandContext, exit } from "../command.ts";
import { untilInterrupted } from "../until-interrupted.ts";

/** `yoi policy test`: the tests of the policies; 1 where one fails, where there is none, or where too little is exercised. */
export const policyTest: Command = {
  usage: "[FILE…] [--only TEXT] [--coverage-min PERCENT] [--junit FILE] [--watch]",
  summary: `run the tests of the policies: *.test.toml and _test.rego beside them, or the files that are named\n--only runs what has this text in its title or file; --watch runs again after each change`,
  options: {
    only: { type: "string" },
    "coverage-min": { type: "string" },
    junit: { type: "string" },
    watch: { type: "boolean" },
  },
  arity: [0, limits.suiteFilesMax],
  async run(context) {
    const asked = readOptions(context);
    if (!asked.watch) return (await runOnce(context, asked)) ? exit.done : exit.broken;
    const places = context.places();
    let passed = false;
    await watchSuites({
      run: async () => {
        passed = await runOnce(context, asked).catch((error: unknown) => {
          if (!(error instanceof YoiError)) throw error;
          context.warn(`! ${error.message}`);
          return false;
        });
        context.say("… waiting for changes; Ctrl-C ends it");
      },
      watch: (onChange) => watchWorkspace(places, onChange),
      ended: untilInterrupted(),
    });
    return passed ? exit.done : exit.broken;
  },
};

interface Asked {
  readonly only?: string;
  readonly coverageMin?: number;
  readonly junit?: string;
  readonly watch: boolean;
}

function readOptions({ options, json, positionals }: CommandContext): Asked {
  const other = positionals.find((name) => kindOf(name) === undefined);
  if (other !== undefined) {
    const message = `\`${escapeText(other, 80)}\` is no file of tests: ${suiteEndings}`;
    throw new YoiError("YOI_USAGE", message, {});
  }
  const { only, junit, watch = false, "coverage-min": least } = options;
  const coverageMin = least === undefined ? undefined : Number(least);
  if (coverageMin !== undefined && !(/^\d+(?:\.\d+)?$/.test(String(least)) && coverageMin <= 100)) {
    throw new YoiError("YOI_USAGE", "`--coverage-min` takes a share from 0 to 100, as in `--coverage-min 90`", {});
  }
  if (only === "") throw new YoiError("YOI_USAGE", "`--only` takes a part of a title or of a file's name", {});
  if (only !== undefined && coverageMin !== undefined) {
    throw new YoiError("YOI_USAGE", "`--coverage-min` is for all tests: leave `--only` out", {});
  }
  if (watch === true && json) throw new YoiError("YOI_USAGE", "`--watch` is for a person: leave `--json` out", {});
  return {
    ...(typeof only === "string" && { only }),
    ...(typeof junit === "string" && { junit }),
    ...(coverageMin !== undefined && { coverageMin }),
    watch: watch === true,
  };
}

/** How many conditions a terminal is told of. */
const shownMax = 20;

async function runOnce(context: CommandContext, asked: Asked): Promise<boolean> {
  await using inspection = await inspectWorkspace(context.places(), context.nowMs);
  const { only, coverageMin, junit } = asked;
  const files = context.positionals;
  // Of a choice of tests, what they leave out says little.
  const coverage = coverageMin !== undefined || (only === undefined && files.length === 0);
  const report = await runSuites(inspection, {
    files,
    folder: context.folder,
    coverage,
    ...(only !== undefined && { only }),
  });
  if (junit !== undefined) await writeReport(resolve(context.folder, junit), junitOf(report));
  const isEnough = isCovered(report, coverageMin);
  for (const line of renderSuites(report, context.paint)) context.say(line);
  if (report.coverage !== undefined) {
    for (const line of renderCoverage(report.coverage, context.paint, shownMax)) context.say(line);
  }
  if (!isEnough) context.say(context.paint.bad(`✗ coverage is below the ${coverageMin} % that are asked for`));
  context.result(resultOf(report, isEnough));
  return report.passed && isEnough;
}

// FAIL-CLOSED: a share that was asked for and could not be measured has not been reached.
function isCovered({ coverage }: SuiteReport, coverageMin: number | undefined): boolean {
  if (coverageMin === undefined) return true;
  if (coverage === undefined) return false;
  const { seen, total } = coverage.outcomes;
  return total === 0 || (100 * seen) / total >= coverageMin;
}

function resultOf({ passed, suites, findings, coverage }: SuiteReport, isEnough: boolean) {
  return {
    passed: passed && isEnough,
    suites: suites.map(({ tests, ...suite }) => ({
      ...suite,
      tests: tests.map(({ title, place, outcome, departure, determining }) => ({
        title,
        place,
        outcome,
        ...departure,
        determining,
      })),
    })),
    findings,
    ...(coverage !== undefined && { coverage }),
  };
}

async function writeReport(path: string, text: string): Promise<void> {
  try {
    await writeFile(path, text);
  } catch (cause) {
    const message = `\`${escapeText(path)}\` cannot be written: is its folder there?`;
    throw new YoiError("YOI_USAGE", message, {}, { cause });
  }
}
