import test from "ava";
import fc from "fast-check";
import type { SuiteReport, TestResult } from "../../../src/workbench/suites/suite-report.ts";
import { junitOf } from "../../../src/workbench/suites/write-junit.ts";

interface XmlElement {
  readonly name: string;
  readonly attributes: { readonly [name: string]: string };
  readonly children: XmlElement[];
  text: string;
}

const pieces = /<\?xml version="1\.0" encoding="UTF-8"\?>\n|<(\/?)([a-z]+)((?: [a-z]+="[^"<]*")*)(\/?)>|([^<]+)/gy;
const forbidden = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;

/** A strict reader of the little XML that there is; anything else in it is an error. */
function parseXml(text: string): XmlElement {
  if (forbidden.test(text)) throw new Error("a character that XML has no place for");
  const root: XmlElement = { name: "", attributes: {}, children: [], text: "" };
  const open = [root];
  let at = 0;
  for (const [piece, closing, name = "", attributes = "", empty, words] of text.matchAll(pieces)) {
    at += piece.length;
    const top = open.at(-1) ?? root;
    if (words !== undefined) top.text += decode(words);
    else if (closing === "/") {
      if (open.pop()?.name !== name) throw new Error(`</${name}> closes nothing`);
    } else if (name !== "") {
      const found = [...attributes.matchAll(/ ([a-z]+)="([^"]*)"/g)].map(([, key = "", value = ""]) => [
        key,
        decode(value),
      ]);
      const element: XmlElement = { name, attributes: Object.fromEntries(found), children: [], text: "" };
      top.children.push(element);
      if (empty !== "/") open.push(element);
    }
  }
  if (at !== text.length || open.length !== 1) throw new Error(`not XML at ${at}`);
  const [only, ...more] = root.children;
  if (only === undefined || more.length > 0) throw new Error("not one element");
  return only;
}

const entities: { readonly [name: string]: string } = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };
function decode(text: string): string {
  if (text.includes(">")) throw new Error("a bare >");
  return text.replace(/&(\w*;?)/g, (_, name: string) => {
    const character = entities[name.slice(0, -1)];
    if (character === undefined || !name.endsWith(";")) throw new Error(`&${name}`);
    return character;
  });
}

const place = { file: "a.test.toml", line: 3, column: 1 };
const passed: TestResult = { title: "one", place, outcome: "passed", determining: [], tookMs: 1.5 };
const failed: TestResult = {
  ...passed,
  title: "two",
  outcome: "failed",
  departure: { expected: "deny", got: "allow by x" },
};
const skipped: TestResult = { ...passed, title: "three", outcome: "skipped" };

function reportOf(parts: Partial<SuiteReport>): SuiteReport {
  return { passed: false, suites: [], findings: [], determining: new Set(), ...parts };
}

test("each test is a case of its suite, with what was expected and what came", (t) => {
  const suite = { file: "a.test.toml", kind: "toml", tests: [passed, failed, skipped], findings: [] } as const;
  const [element] = parseXml(junitOf(reportOf({ suites: [suite] }))).children;
  t.like(element?.attributes, { name: "a.test.toml", tests: "3", failures: "1", errors: "0", skipped: "1" });
  const [one, two, three] = element?.children ?? [];
  t.deepEqual(one?.attributes, { name: "one", classname: "a.test.toml", time: "0.002" });
  t.is(two?.children[0]?.attributes["message"], "expected deny, got allow by x");
  t.is(two?.children[0]?.text, "a.test.toml:3:1\nexpected deny\ngot allow by x");
  t.is(three?.children[0]?.name, "skipped");
});

test("what kept tests from being run is an error: a run without tests is none that passed", (t) => {
  const suite = { file: "a.test.toml", kind: "toml", tests: [], findings: [{ message: "x", place }] } as const;
  const [first, general] = parseXml(
    junitOf(reportOf({ suites: [suite], findings: [{ message: "no test" }] })),
  ).children;
  t.like(first?.attributes, { tests: "1", errors: "1" });
  t.is(first?.children[0]?.children[0]?.name, "error");
  t.is(general?.children[0]?.children[0]?.attributes["message"], "no test");
});

test("whatever a title, a file or an answer has in it, the report is XML and says it", (t) => {
  // ATTACK: threats 34
  const text = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.constantFrom("]]>", "<failure/>", "&amp;", '"', "\u0000\u001b[2J", "\ufffe\uffff", "\ud800"),
  );
  fc.assert(
    fc.property(text, text, text, (title, file, got) => {
      const tests = [{ ...failed, title, departure: { expected: "deny", got } }];
      const report = reportOf({ suites: [{ file, kind: "toml", tests, findings: [] }] });
      t.is(parseXml(junitOf(report)).children.length, 1);
    }),
  );
  const tests = [{ ...passed, title: "a < b & \"c\" > 'd'" }];
  const xml = parseXml(junitOf(reportOf({ suites: [{ file: "f", kind: "toml", tests, findings: [] }] })));
  t.is(xml.children[0]?.children[0]?.attributes["name"], "a < b & \"c\" > 'd'");
});
