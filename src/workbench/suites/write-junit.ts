import { escapeText } from "../../errors/escape-text.ts";
import { showPlace } from "./render-suites.ts";
import type { SuiteReport, SuiteResult, TestResult } from "./suite-report.ts";

/**
 * A report as JUnit XML, which CI systems read. What kept tests from being run is an error of its own, so that nobody
 * takes a run without tests for one that passed.
 */
export function junitOf({ suites, findings }: SuiteReport): string {
  const general: readonly SuiteResult[] =
    findings.length === 0 ? [] : [{ file: "yoi policy test", kind: "toml", tests: [], findings }];
  const body = [...suites, ...general].map(suiteElement).join("");
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="yoi policy test">\n${body}</testsuites>\n`;
}

function suiteElement({ file, tests, findings }: SuiteResult): string {
  const failures = tests.filter(({ outcome }) => outcome === "failed").length;
  const skipped = tests.filter(({ outcome }) => outcome === "skipped").length;
  const seconds = tests.reduce((sum, { tookMs }) => sum + tookMs, 0) / 1_000;
  const counts = `tests="${tests.length + findings.length}" failures="${failures}" errors="${findings.length}"`;
  const errors = findings.map(({ message, place, remedy }) => {
    const text = [place === undefined ? "" : showPlace(place), message, remedy ?? ""].filter((part) => part !== "");
    return testElement(message, file, 0, `<error message=${quoted(message)}>${escaped(text.join("\n"))}</error>`);
  });
  const elements = [...tests.map((test) => elementOf(test, file)), ...errors].join("");
  const head = `name=${quoted(file)} ${counts} skipped="${skipped}" time="${seconds.toFixed(3)}"`;
  return `  <testsuite ${head}>\n${elements}  </testsuite>\n`;
}

function elementOf({ title, place, outcome, departure, determining, tookMs }: TestResult, file: string): string {
  if (outcome === "skipped") return testElement(title, file, tookMs, "<skipped/>");
  if (departure === undefined) return testElement(title, file, tookMs, "");
  const { expected, got } = departure;
  const policies = determining.map(({ effect, name, place: at }) => `${effect} ${name} ${showPlace(at)}`);
  const text = [showPlace(place), `expected ${expected}`, `got ${got}`, ...policies].join("\n");
  const message = `expected ${expected}, got ${got}`;
  return testElement(title, file, tookMs, `<failure message=${quoted(message)}>${escaped(text)}</failure>`);
}

function testElement(title: string, file: string, tookMs: number, inner: string): string {
  const head = `name=${quoted(title)} classname=${quoted(file)} time="${(tookMs / 1_000).toFixed(3)}"`;
  return inner === "" ? `    <testcase ${head}/>\n` : `    <testcase ${head}>${inner}</testcase>\n`;
}

function quoted(text: string): string {
  return `"${escaped(text)}"`;
}

const entities: { readonly [character: string]: string } = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
};

// ATTACK: a title that closes its element, or a control that no XML can hold (threats 34).
function escaped(text: string): string {
  return text
    .split("\n")
    .map((line) => escapeText(line, 4_000).replace(/[\ufffe\uffff]/g, "\ufffd"))
    .join("\n")
    .replace(/[&<>"']/g, (character) => entities[character] ?? character);
}
