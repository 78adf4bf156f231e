import test from "ava";
import fc from "fast-check";
import { renderMarkdown } from "../../src/explain/render-explanation.ts";
import { inline } from "../../src/explain/report/markdown-words.ts";
import { bareDenial, denialSaying } from "../support/explanations.ts";
import { suggested } from "../support/suggestions.ts";

const noPermit = { ...bareDenial, cause: "no-permit", causes: ["no-permit"] } as const;
const written = (full: boolean, text: string) => renderMarkdown(denialSaying(text), { full });

test("a ticket has the answer, the reason and what to do", (t) => {
  const suggestions = [suggested("permit (principal, action, resource);\n", true)];
  const markdown = renderMarkdown({ ...noPermit, suggestions }, { full: false });
  t.is(
    markdown,
    `## ✗ Denied

\`project:example.notes → fs.read notes/today.md\`

no permit applies (\`no-permit\`)

### The policies

Considered: 0 permits, 0 forbids.

✗ no permit speaks of this action at all

✓ no forbid stands in the way (0 looked at)

### One change away

- the policy: a permit for this plugin, action and path · → allowed ✓

in a new file \`.yoi/policies/suggested.cedar\`

\`\`\`cedar
permit (principal, action, resource);
\`\`\`

### Who can change it

| | |
| --- | --- |
| Who can | an operator, in \`.yoi/policies\` or \`yoi.toml\` |
| How | add or widen a permit |

### How this is known

| | |
| --- | --- |
| Evaluated | just now · policies \`0123456\` · \`cedar 1\` |
`,
  );
});

const plainlyWords: readonly (readonly [text: string, markdown: string])[] = [
  ["no permit applies", "no permit applies"],
  ["it's 1,204 calls, of 3.5 (7 looked at)", "it's 1,204 calls, of 3.5 (7 looked at)"],
  ["mount `notes` is not a folder", "mount `notes` is not a folder"],
  ["an unclosed ` quotes nothing", "an unclosed `` ` `` quotes nothing"],
  ["ask @octocat in #12", "ask `@octocat` in `#12`"],
  ["see https://evil.example or www.evil.example", "see `https://evil.example` or `www.evil.example`"],
  ["mail a@b.example", "mail `a@b.example`"],
  ["[a](b) ![c](d)", "`[a](b) ![c](d)`"],
  ["<img src=x>", "`<img src=x>`"],
  ["&lt;b&gt;", "`&lt;b&gt;`"],
  ["1. one", "`1.` one"],
  ["- one", "`-` one"],
  ["# one", "`#` one"],
  ["**bold** and _so_", "`**bold**` and `_so_`"],
  ["deadbeef and :smile: and GH-12", "`deadbeef` and `:smile:` and `GH-12`"],
  ["a\nb", "`a\\nb`"],
  ["", "—"],
];
for (const [text, markdown] of plainlyWords) {
  test(`in a ticket, ${JSON.stringify(text)} is ${JSON.stringify(markdown)}`, (t) => {
    t.is(inline(text), markdown);
  });
}

test("what is folded is in a ticket only when it is asked for", (t) => {
  t.notRegex(written(false, "x"), /The request as it was evaluated/);
  t.regex(written(true, "x"), /### The request as it was evaluated\n/);
});

test("two pieces of code side by side stay two", (t) => {
  t.is(inline([{ code: "a" }, { code: "b" }, { name: "c" }]), "`a` `b` `c`");
});

/** The lines of Markdown that are not in fenced blocks. */
function proseOf(markdown: string): readonly string[] {
  const lines: string[] = [];
  let fence: string | undefined;
  for (const line of markdown.split("\n")) {
    const run = /^`{3,}/.exec(line)?.[0];
    if (fence !== undefined) {
      if (line.trim() === fence) fence = undefined;
    } else if (run !== undefined && !line.slice(run.length).includes("`")) fence = run;
    else lines.push(line);
  }
  return lines;
}

/** What is left of a line when its code, in which nothing means anything, is taken out. */
function markupOf(line: string): string {
  return line.replace(/(?<!`)(`+)(?!`)(.*?)(?<!`)\1(?!`)/g, "x");
}

/** A line of a report: a heading, an item, a row of a table, or words. */
const ownLine = /^(?:#{2,3} |(?: {2})*- |\| )?[\p{L}\p{N} →✓✗?!·…×—(),.;:"'“”‘’\-|]*$/u;

const hostile = fc
  .array(
    fc.constantFrom(
      ..."` `` ``` ```` | \\ \\| @octocat a@b.com www.x.com https://x.y ![a](b) [a](b) <img> <!-- --> &lt; #12 - * + 1. # ~~~ _a_ **".split(
        " ",
      ),
      ..." \n\t\u202e\u0000",
      "x",
      "word",
      "    ",
      "---",
      "===",
      "> ",
      "[ ] ",
      "[^1]",
      ":smile:",
      "deadbeef",
    ),
    { minLength: 1, maxLength: 10 },
  )
  .map((pieces) => pieces.join(""));

// ATTACK: threats 34: a guest's text in a ticket must not link, mention, show an image, or forge a line of the report.
test("whatever a stranger wrote, a ticket has no markup but its own, and as much of it as ever", (t) => {
  // Cells end at a bar even in code.
  const shapeOf = (line: string) => [
    /^(?:#{2,3} |(?: {2})*- |\| )?/.exec(line)?.[0],
    line.startsWith("| ") ? line.split("|").length : 0,
  ];
  const usual = proseOf(written(true, "x")).map(shapeOf);
  t.true(usual.length > 60);
  fc.assert(
    fc.property(hostile, (text) => {
      const lines = proseOf(written(true, text));
      for (const line of lines) t.regex(markupOf(line), ownLine);
      t.deepEqual(lines.map(shapeOf), usual);
    }),
    { numRuns: 200 },
  );
});

test("no control of a terminal or of a direction is in a ticket", (t) => {
  t.notRegex(
    written(true, "\u001b[2J\u202e\u009b\u2066\u200b"),
    /[^\P{Cc}\n]|[\u200b-\u200f\u202a-\u202e\u2066-\u2069]/u,
  );
});
