import type { Place } from "../../errors/error-details.ts";
import { escapeText } from "../../errors/escape-text.ts";
import { sayCall } from "../../explain/say-call.ts";
import { columnsOf, spread, wrap } from "../../terminal/layout.ts";
import type { Paint } from "../../terminal/paint.ts";
import { renderFinding } from "../../terminal/render-finding.ts";
import { quoteWord } from "./split-words.ts";
import type { SuiteReport, SuiteResult, TestResult } from "./suite-report.ts";

/** A report as a person reads it: a line for each suite, and below it what failed, where, and what explains it. */
export function renderSuites({ suites, findings }: SuiteReport, paint: Paint): readonly string[] {
  const width = Math.max(
    0,
    ...suites.map(({ file }) => columnsOf(escapeText(file))).filter((columns) => columns <= 60),
  );
  return [
    ...suites.flatMap((suite) => renderSuite(suite, width, paint)),
    ...findings.flatMap((finding) => renderFinding(finding, paint)),
  ];
}

function renderSuite({ file, kind, tests, findings }: SuiteResult, width: number, paint: Paint): readonly string[] {
  const failed = tests.filter(({ outcome }) => outcome === "failed");
  const skipped = tests.filter(({ outcome }) => outcome === "skipped").length;
  const isGood = failed.length === 0 && findings.length === 0;
  const unit = kind === "toml" ? "case" : "test";
  const all = `${tests.length} ${tests.length === 1 ? unit : `${unit}s`}`;
  const count = findings.length > 0 ? "not run" : failed.length > 0 ? `${failed.length} of ${all}` : all;
  const put = skipped === 0 ? "" : `, ${skipped} put off`;
  const name = escapeText(file).padEnd(width);
  return [
    `${isGood ? paint.good("✓") : paint.bad("✗")} ${name}  ${count}${put}`,
    ...findings.flatMap((finding) => renderFinding(finding, paint, "    ")),
    ...failed.flatMap((test) => renderFailure(test, paint)),
  ];
}

function renderFailure({ title, place, departure, determining, judged }: TestResult, paint: Paint): readonly string[] {
  const words = judged === undefined ? undefined : sayCall(judged.call);
  const command = ["yoi", "plugin", "explain", ...(words ?? []).map((word) => quoteWord(escapeText(word)))].join(" ");
  const address = judged?.addresses[0] === undefined ? "" : ` --address ${judged.addresses[0]}`;
  return [
    ...spread(`    ${escapeText(title)}`, showPlace(place)).split("\n"),
    ...wrap(`expected ${escapeText(departure?.expected ?? "")}`, "      "),
    ...wrap(`got      ${escapeText(departure?.got ?? "", 1_000)}`, "      "),
    ...determining.map(({ effect, name, place: at }) => spread(`      ${effect} ${escapeText(name)}`, showPlace(at))),
    ...(words === undefined ? [] : [paint.dim(`      ${command}${address}`)]),
  ];
}

/** A place as terminals make a link of it. */
export function showPlace({ file, line, column }: Place): string {
  return [escapeText(file), line, column].filter((part) => part !== undefined).join(":");
}
