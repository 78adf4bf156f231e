import test from "ava";
import { toolError, toToolOutput } from "../../src/sdk/tool-output.ts";

const rows: readonly (readonly [claim: string, answer: unknown, output: object])[] = [
  [
    "text is content, its first line the summary",
    "# One\ntwo",
    { summary: "# One", content: "# One\ntwo", isError: false },
  ],
  ["empty text is done", "", { summary: "done", content: "", isError: false }],
  [
    "a long line is cut in the summary only",
    "x".repeat(300),
    { summary: `${"x".repeat(199)}…`, content: "x".repeat(300), isError: false },
  ],
  [
    "summary and content are taken as they are",
    { summary: "s", content: "c" },
    { summary: "s", content: "c", isError: false },
  ],
  ["a summary alone has no content", { summary: "s" }, { summary: "s", content: null, isError: false }],
  ["a summary is one line", { summary: "a\n\tb\u2028c" }, { summary: "a b c", content: null, isError: false }],
  [
    "JSON that happens to have a summary is JSON",
    { summary: "s", degrees: 3 },
    { summary: '{"summary":"s","degrees":3}', content: '{"summary":"s","degrees":3}', isError: false },
  ],
  ["a list is JSON", [1, 2], { summary: "[1,2]", content: "[1,2]", isError: false }],
  ["null is JSON", null, { summary: "null", content: "null", isError: false }],
  [
    "a tool's error is an error of one line",
    toolError("there is\nno note"),
    { summary: "there is no note", content: null, isError: true },
  ],
];

for (const [claim, answer, output] of rows) {
  test(`an answer: ${claim}`, (t) => t.deepEqual<object, object>(toToolOutput(answer), output));
}

for (const [claim, answer] of [
  ["nothing", undefined],
  ["a function", () => 1],
  ["a promise", Promise.resolve(1)],
  ["a number that JSON has not", 1n],
] as const) {
  test(`an answer cannot be ${claim}`, (t) => t.throws(() => toToolOutput(answer), { instanceOf: TypeError }));
}
