import test from "ava";
import { limits } from "../../../src/calls/limits.ts";
import { readSuite } from "../../../src/workbench/suites/read-suite.ts";
import type { SuiteCase } from "../../../src/workbench/suites/suite-case.ts";

const reading = {
  nowMs: 0,
  checkPolicy: (name: string) =>
    name === "notes-read" ? undefined : { message: `no policy \`${name}\``, remedy: "did you mean `notes-read`?" },
};

function casesOf(text: string): readonly SuiteCase[] {
  const read = readSuite(text, "a.test.toml", reading);
  if ("findings" in read) throw new Error(JSON.stringify(read.findings));
  return read.cases;
}

/** Each finding on one line, with its remedy. */
function complaints(text: string): readonly string[] {
  const read = readSuite(text, "a.test.toml", reading);
  if ("cases" in read) return [];
  return read.findings.map(({ place, message, remedy }) => {
    const where = [place?.file, place?.line, place?.column].filter((part) => part !== undefined).join(":");
    return [where, message, ...(remedy === undefined ? [] : [remedy])].join(" ");
  });
}

const grid = (expect: string, more = "") => `[[matrix]]
who = "example.notes"
action = ["fs.read", "fs.write"]
what = ["notes/a", "logs/b"]
${more}expect = """
${expect}"""
`;

const tables: readonly (readonly [name: string, expect: string])[] = [
  ["with labels and a head", "            notes/a   logs/b\nfs.read    allow     deny\nfs.write   deny      allow\n"],
  ["with neither", "allow deny\ndeny  allow\n"],
  [
    "with bars and a rule",
    "| | notes/a | logs/b |\n|---|---|---|\n| fs.read | allow | deny |\n| fs.write | deny | allow |\n",
  ],
];
for (const [name, expect] of tables) {
  test(`a table ${name} is a case for each cell`, (t) => {
    const cases = casesOf(grid(expect));
    t.deepEqual(
      cases.map(({ call, expected, title }) => [
        call.action,
        "path" in call.ask && call.ask.path,
        expected.answer,
        title,
      ]),
      [
        ["fs.read", "notes/a", "allow", "example.notes fs.read notes/a"],
        ["fs.read", "logs/b", "deny", "example.notes fs.read logs/b"],
        ["fs.write", "notes/a", "deny", "example.notes fs.write notes/a"],
        ["fs.write", "logs/b", "allow", "example.notes fs.write logs/b"],
      ],
    );
  });
}

for (const quotes of ['"""', "'''"]) {
  for (const ending of ["\n", "\r\n"]) {
    test(`a cell is at its own line and column, in ${quotes} with ${JSON.stringify(ending)}`, (t) => {
      const text = grid("fs.read   allow  deny\nfs.write  deny   -\n")
        .replaceAll('"""', quotes)
        .replaceAll("\n", ending);
      t.deepEqual(
        casesOf(text).map(({ place }) => [place.line, place.column]),
        [
          [6, 11],
          [6, 18],
          [7, 11],
        ],
      );
    });
  }
}

test("a table whose text does not stand in the file as it is has the place of its key's value", (t) => {
  const text = grid("x").replace('"""\nx"""', '"allow deny\\nallow deny"');
  t.deepEqual(
    casesOf(text).map(({ place }) => [place.line, place.column]),
    Array.from({ length: 4 }, () => [5, 10]),
  );
});

test("a cell says why, and a dash asks nothing", (t) => {
  const [one, other, ...none] = casesOf(grid("allow:notes-read  -\n- deny:no-permit\n"));
  t.deepEqual(one?.expected, { answer: "allow", because: { kind: "policy", name: "notes-read" } });
  t.deepEqual(other?.expected, { answer: "deny", because: { kind: "cause", cause: "no-permit" } });
  t.deepEqual(none, []);
});

for (const expect of [
  "allow deny",
  "notes/a logs/b\nallow deny",
  "notes/a allow\nlogs/b deny",
  "fs.read\nallow\ndeny",
]) {
  test(`a single list is columns or rows: ${JSON.stringify(expect)}`, (t) => {
    const cases = casesOf(
      `[[matrix]]\ntitle = "x"\nwho = "a"\naction = "fs.read"\nwhat = ["notes/a", "logs/b"]\nexpect = """\n${expect}\n"""`,
    );
    t.deepEqual(
      cases.map(({ title, expected }) => [title, expected.answer]),
      [
        ["x: notes/a", "allow"],
        ["x: logs/b", "deny"],
      ],
    );
  });
}

test("moments and addresses make rows and columns, too", (t) => {
  const cases = casesOf(`[[matrix]]
title = "the forecast"
who = "example.weather"
action = "https.request"
what = "GET https://api.example.com/v1"
at = [2026-11-22T12:00:00Z, 2026-11-23T12:00:00Z]
address = ["9.9.9.9", "10.0.0.1"]
expect = """
2026-11-22T12:00:00Z  allow deny
2026-11-23T12:00:00Z  allow deny
"""
`);
  t.deepEqual(
    cases.map(({ title, atMs, addresses }) => [title, new Date(atMs).getUTCDate(), addresses]),
    [
      ["the forecast: 2026-11-22T12:00:00Z 9.9.9.9", 22, ["9.9.9.9"]],
      ["the forecast: 2026-11-22T12:00:00Z 10.0.0.1", 22, ["10.0.0.1"]],
      ["the forecast: 2026-11-23T12:00:00Z 9.9.9.9", 23, ["9.9.9.9"]],
      ["the forecast: 2026-11-23T12:00:00Z 10.0.0.1", 23, ["10.0.0.1"]],
    ],
  );
});

const wrongTables: readonly (readonly [name: string, expect: string, complaint: string])[] = [
  [
    "a row of another label",
    "fs.write allow deny\nfs.read deny allow",
    "a.test.toml:6:1 the row is labelled as another one it is the row of: fs.read",
  ],
  [
    "a head of other columns",
    "logs/b notes/a\nallow deny\ndeny allow",
    "a.test.toml:6:1 the head of the table is not what `what` lists its columns are: notes/a  logs/b",
  ],
  ["a row too few", "allow deny\n", "a.test.toml:6:1 the table has 1 row, and the lists make 2: 2 of `action`"],
  [
    "a row too many",
    "allow deny\nallow deny\nallow deny\n",
    "a.test.toml:6:1 the table has 3 rows, and the lists make 2: 2 of `action`",
  ],
  [
    "an answer that is none",
    "allow deyn\n",
    "a.test.toml:6:1 a row of the table ends in 2 answers, each `allow`, `deny`, or `-`",
  ],
  [
    "an answer too few",
    "allow deny\nallow\n",
    "a.test.toml:7:1 a row of the table ends in 2 answers, each `allow`, `deny`, or `-`",
  ],
  ["nothing asked", "- -\n- -\n", "a.test.toml:6:1 the table asks nothing: every cell of it is `-`"],
  [
    "a policy that is none",
    "allow:x deny\ndeny deny\n",
    "a.test.toml:6:1 fs.read notes/a: no policy `x` did you mean `notes-read`?",
  ],
];
for (const [name, expect, complaint] of wrongTables) {
  test(`${name}: a table's mistake has its line and column`, (t) => {
    t.is(complaints(grid(expect))[0], complaint);
  });
}

test("a matrix is refused for its cells before any of them is made", (t) => {
  // ATTACK: threats 38
  const list = JSON.stringify(Array.from({ length: 200 }, (_, index) => `a${index}/b`));
  const text = `[[matrix]]\nwho = ${list}\naction = ${list}\nwhat = ${list}\nexpect = "allow"\n`;
  t.deepEqual(complaints(text), [
    `a.test.toml:5:11 a matrix has at most ${limits.matrixCellsMax} cells make several of it`,
  ]);
});
