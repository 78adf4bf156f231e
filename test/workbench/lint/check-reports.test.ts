import test from "ava";
import type { CheckFinding } from "../../../src/workbench/lint/report/check-finding.ts";
import { checkRules, isLintRule } from "../../../src/workbench/lint/report/check-finding.ts";
import { toGithub } from "../../../src/workbench/lint/report/to-github.ts";
import { toSarif } from "../../../src/workbench/lint/report/to-sarif.ts";

const finding: CheckFinding = {
  rule: "shadowed-permit",
  severity: "warning",
  policy: ".yoi/policies/a b.cedar#x",
  message: "permit `x` lets nothing through: forbid `y` (.yoi/policies/a.cedar:9) denies it",
  remedy: "take one of them out",
  place: { file: ".yoi/policies/a b.cedar", line: 3, column: 2 },
};

interface SarifRule {
  readonly id: string;
  readonly help: { readonly text: string; readonly markdown?: string };
}

interface Sarif {
  readonly $schema: string;
  readonly version: string;
  readonly runs: readonly {
    readonly tool: { readonly driver: { readonly name: string; readonly rules: readonly SarifRule[] } };
    readonly results: readonly {
      readonly ruleId: string;
      readonly ruleIndex: number;
      readonly level: string;
      readonly message: { readonly text: string };
      readonly locations: readonly {
        readonly physicalLocation: {
          readonly artifactLocation: { readonly uri: string; readonly uriBaseId?: string };
          readonly region?: { readonly startLine: number; readonly startColumn?: number };
        };
      }[];
      readonly partialFingerprints: { readonly [name: string]: string };
    }[];
  }[];
}

const readPage = (page: string) => `the text of ${page}`;

function sarifOf(findings: readonly CheckFinding[], prefix = ""): Sarif["runs"][number] {
  const sarif = toSarif(findings, { version: "0.1.0", prefix, readPage }) as Sarif;
  const [run] = sarif.runs;
  if (run === undefined) throw new Error("there is no run");
  return run;
}

test("SARIF has the members that version 2.1.0 asks for", (t) => {
  const sarif = toSarif([finding], { version: "0.1.0", prefix: "", readPage }) as Sarif;
  t.is(sarif.version, "2.1.0");
  t.regex(sarif.$schema, /sarif-2\.1\.0\.json$/);
  const { tool, results } = sarifOf([finding]);
  t.is(tool.driver.name, "yoi");
  t.deepEqual(
    tool.driver.rules.map(({ id }) => id),
    checkRules.map(({ id }) => id),
  );
  t.deepEqual(
    tool.driver.rules.filter(({ help }) => help.markdown === `the text of ${help.text}`).map(({ id }) => id),
    checkRules.map(({ id }) => id).filter(isLintRule),
  );
  const [result] = results;
  t.is(result?.ruleId, "shadowed-permit");
  t.is(tool.driver.rules[result?.ruleIndex ?? -1]?.id, "shadowed-permit");
  t.is(result?.level, "warning");
  t.is(result?.message.text, `${finding.message}. take one of them out`);
  t.deepEqual(result?.locations[0]?.physicalLocation, {
    artifactLocation: { uri: ".yoi/policies/a%20b.cedar", uriBaseId: "%SRCROOT%" },
    region: { startLine: 3, startColumn: 2 },
  });
});

const places: readonly (readonly [title: string, file: string, prefix: string, uri: string, isRelative: boolean])[] = [
  ["of a workspace further down", ".yoi/policies/a.cedar", "work/one", "work/one/.yoi/policies/a.cedar", true],
  ["of a workspace above", ".yoi/policies/a.cedar", "..", "../.yoi/policies/a.cedar", true],
  ["of the user's own", "~/.config/yoi/yoi.toml", "work", "~/.config/yoi/yoi.toml", false],
  ["with a hash and a colon", ".yoi/policies/a#b:c.cedar", "", ".yoi/policies/a%23b%3Ac.cedar", true],
];

for (const [title, file, prefix, uri, isRelative] of places) {
  test(`a file ${title} is a URI in SARIF`, (t) => {
    const { results } = sarifOf([{ ...finding, place: { file } }], prefix);
    const location = results[0]?.locations[0]?.physicalLocation;
    const base = isRelative ? { uriBaseId: "%SRCROOT%" } : {};
    t.deepEqual(location, { artifactLocation: { uri, ...base } });
  });
}

test("a finding without a place has no location in SARIF", (t) => {
  const { place: _, ...unplaced } = finding;
  t.deepEqual(sarifOf([unplaced]).results[0]?.locations, []);
});

const fingerprints = (findings: readonly CheckFinding[]) =>
  sarifOf(findings).results.map(({ partialFingerprints }) => partialFingerprints["yoiFinding/v1"]);

test("a fingerprint stays the same when lines move, and is another one for another finding", (t) => {
  const moved = {
    ...finding,
    place: { file: ".yoi/policies/a b.cedar", line: 40, column: 1 },
    message: finding.message.replace(":9", ":52"),
  };
  t.deepEqual(fingerprints([moved]), fingerprints([finding]));
  const others = [
    { ...finding, policy: ".yoi/policies/a b.cedar#z" },
    { ...finding, rule: "without-id" },
    { ...finding, place: { ...finding.place, file: "x" } },
  ];
  t.is(new Set(fingerprints([finding, ...others])).size, 4);
  t.is(new Set(fingerprints([finding, finding])).size, 2, "the same finding twice is two");
});

const lines: readonly (readonly [title: string, parts: Partial<CheckFinding>, line: string])[] = [
  [
    "a warning",
    { message: "m", remedy: "r" },
    "::warning file=.yoi/policies/a b.cedar,line=3,col=2,title=yoi%3A shadowed-permit::m. r",
  ],
  [
    "a note",
    { message: "m", remedy: "r", severity: "note" },
    "::notice file=.yoi/policies/a b.cedar,line=3,col=2,title=yoi%3A shadowed-permit::m. r",
  ],
  [
    "a percent sign, and colons and commas in a file's name",
    { message: "100%", remedy: "a:b,c", place: { file: "a,b:c%.cedar", line: 1 }, severity: "error" },
    "::error file=a%2Cb%3Ac%25.cedar,line=1,title=yoi%3A shadowed-permit::100%25. a:b,c",
  ],
  [
    // ATTACK: threats 34
    "a line break that would begin another command",
    { message: "x\n::error::y", remedy: "r\r::set-output", place: { file: "a\n::error::b" } },
    "::warning file=a\\n%3A%3Aerror%3A%3Ab,title=yoi%3A shadowed-permit::x\\n::error::y. r\\u{d}::set-output",
  ],
];

for (const [title, parts, line] of lines) {
  test(`an annotation of GitHub for ${title} is one line`, (t) => {
    t.deepEqual(toGithub([{ ...finding, ...parts }], ""), [line]);
  });
}

test("an annotation of GitHub names the file from where the command runs", (t) => {
  t.regex(toGithub([finding], "work/one")[0] ?? "", /^::warning file=work\/one\/\.yoi\/policies\/a b\.cedar,/);
});
