import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { policyToJson } from "@cedar-policy/cedar-wasm/nodejs";
import test from "ava";
import fc from "fast-check";
import { formatCedar, type LayOut } from "../../../src/engines/cedar/format-cedar.ts";
import { splitPolicies } from "../../../src/engines/cedar/split-policies.ts";
import { policy } from "../../support/cedar-arbitraries.ts";
import { repository } from "../../support/pages.ts";

const formatOf = (text: string) => formatCedar({ file: "x.cedar", text });
const textOf = (text: string) => {
  const formatted = formatOf(text);
  if ("text" in formatted) return formatted.text;
  throw new Error(JSON.stringify(formatted.findings));
};
const meaningOf = (text: string) =>
  splitPolicies(text).policies.map((part) => {
    const answer = policyToJson(part.text);
    return answer.type === "success" ? answer.json : answer.errors;
  });
const commentsOf = (text: string) =>
  [...text.matchAll(/"(?:\\.|[^"\\])*"|\/\/[^\r\n]*/g)].map(([found]) => found.trimEnd());

const ways = fc.constantFrom(" ", "\n", "\n\n\n", "\r\n", "\t", "  \n  ");
const comment = fc.constantFrom("", "", "", "// one", "// two words", '// "quoted"', "//", "// permit (principal);");

/** A policy whose blanks and comments are of another's making. */
const strewn = fc
  .tuple(policy, fc.infiniteStream(ways), fc.infiniteStream(comment), fc.infiniteStream(fc.nat({ max: 9 })))
  .map(([text, blanks, comments, dice]) =>
    text.replace(/ (?=(?:[^"]|"[^"]*")*$)/g, () => {
      const [blank = " ", said = "", die = 0] = [blanks.next().value, comments.next().value, dice.next().value];
      return die === 0 && said !== "" ? ` ${said}\n` : blank;
    }),
  );

test("a layout keeps what every policy says and every comment in its order, and laid out again it stays", (t) => {
  let refused = 0;
  let laidOut = 0;
  fc.assert(
    fc.property(fc.array(strewn, { minLength: 1, maxLength: 4 }), comment, ways, (policies, said, blank) => {
      const text = policies.join(`${said === "" ? "" : ` ${said}`}\n${blank}`);
      const formatted = formatOf(text);
      if ("findings" in formatted) {
        refused++;
        return;
      }
      laidOut++;
      t.true(isDeepStrictEqual(meaningOf(formatted.text), meaningOf(text)));
      t.deepEqual(commentsOf(formatted.text), commentsOf(text));
      t.is(textOf(formatted.text), formatted.text);
    }),
    { numRuns: 200 },
  );
  t.true(laidOut > refused * 4, `${laidOut} laid out, ${refused} refused`);
});

const folders = ["policies", "docs/examples/policies"];
for (const file of folders.flatMap((folder) =>
  readdirSync(join(repository, folder)).map((name) => join(folder, name)),
)) {
  if (!file.endsWith(".cedar")) continue;
  test(`${file} can be laid out, and says the same`, (t) => {
    const text = readFileSync(join(repository, file), "utf8");
    const once = textOf(text);
    t.deepEqual(meaningOf(once), meaningOf(text));
    t.deepEqual(commentsOf(once), commentsOf(text));
    t.is(textOf(once), once);
  });
}

const any = "permit (principal, action, resource)";
const rows: readonly (readonly [what: string, before: string, after: string])[] = [
  ["nothing", "", ""],
  ["blanks alone", "\n \n", ""],
  ["a comment alone", "// why", "// why\n"],
  ["two policies on one line", `${any};${any};`, `${any};\n\n${any};\n`],
  ["a comment behind a policy", `${any}; // why\n${any};`, `${any}; // why\n\n${any};\n`],
  [
    "paragraphs of comments, whose blank lines stay",
    `// one\n\n\n// two\n@id("x") ${any};\n// three\n\n// four\n`,
    `// one\n\n// two\n@id("x")\n${any};\n\n// three\n\n// four\n`,
  ],
  ["lines that end as on Windows", `// one\r\n${any};\r\n`, `// one\n${any};\n`],
  [
    "a number that JavaScript would round",
    `${any} when {1==9223372036854775807};`,
    `${any}\nwhen { 1 == 9223372036854775807 };\n`,
  ],
  ["a text over two lines", `${any} when {"a\n  b;//c"=="x"};`, `${any}\nwhen { "a\n  b;//c" == "x" };\n`],
  ["a comma behind the last", `${any} when {[1,2,].contains(1)};`, `${any}\nwhen { [1, 2].contains(1) };\n`],
];

for (const [what, before, after] of rows) {
  test(`${what} is laid out as a person would`, (t) => {
    t.is(textOf(before), after);
    t.is(textOf(after), after);
  });
}

const bad: readonly (readonly [what: string, text: string, line: number, says: RegExp])[] = [
  ["a policy that does not parse", `${any};\n${any} when { };`, 2, /cannot be empty/],
  ["a policy without its `;`", `${any};\n\n${any}`, 3, /unexpected end/],
  // ATTACK: threats 38: what is too deep traps in the library and breaks it for good.
  ["a policy that is too deep", `${any} when { ${"(".repeat(200)}true${")".repeat(200)} };`, 1, /nested more than/],
  ["a mark of the byte order", `\ufeff${any};`, 1, /./],
];

for (const [what, text, line, says] of bad) {
  test(`${what} is left as it is, with its place`, (t) => {
    const formatted = formatOf(text);
    if (!("findings" in formatted)) return t.fail(formatted.text);
    t.is(formatted.findings[0]?.place?.line, line);
    t.regex(formatted.findings[0]?.message ?? "", says);
  });
}

const whole = `@id("x") ${any} // why\nwhen { context.bytes < 9223372036854775807 };`;
const unfaithful: readonly (readonly [what: string, layOut: LayOut])[] = [
  ["loses a comment", (text) => text.replace("// why", "")],
  ["moves a comment", (text) => `${text.replace("// why\n", "")} // why`],
  ["changes an effect", (text) => text.replace("permit", "forbid")],
  ["changes a number that JavaScript would round", (text) => text.replace("807", "806")],
  ["changes a name", (text) => text.replace('"x"', '"y"')],
  ["leaves a policy out", () => ""],
  ["adds a policy", (text) => `${text}\n${text}`],
  ["never comes to an end", (text) => text.replace(" ", "  ")],
  ["gives up", () => undefined],
];

for (const [what, layOut] of unfaithful) {
  test(`a formatter that ${what} is not believed`, (t) => {
    const formatted = formatCedar({ file: "x.cedar", text: `${any};\n\n${whole}` }, (text) =>
      text.startsWith("@id") ? layOut(text) : text,
    );
    t.like(formatted, { findings: [{ place: { file: "x.cedar", line: 3, column: 1 } }] });
  });
}
