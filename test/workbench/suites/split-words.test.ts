import { execFileSync } from "node:child_process";
import test from "ava";
import fc from "fast-check";
import { quoteWord, splitWords } from "../../../src/workbench/suites/split-words.ts";

const rows: readonly (readonly [line: string, words: readonly string[]])[] = [
  ["example.notes fs.read notes/today.md", ["example.notes", "fs.read", "notes/today.md"]],
  ["  a\t b  ", ["a", "b"]],
  [`cli tool.execute p/t '{"city":"Oslo"}'`, ["cli", "tool.execute", "p/t", '{"city":"Oslo"}']],
  [`a "b \\" c" d`, ["a", 'b " c', "d"]],
  [`notes/'a b'/c`, ["notes/a b/c"]],
  [`a ''`, ["a", ""]],
  ["", []],
];
for (const [line, words] of rows) {
  test(`words of ${JSON.stringify(line)} are those of a shell`, (t) => {
    t.deepEqual(splitWords(line), words);
  });
}

for (const quote of ["'", '"']) {
  test(`a quote ${quote} that is never closed is told`, (t) => {
    t.deepEqual(splitWords(`a ${quote}b`), { problem: `the quote ${quote} is never closed` });
  });
}

test("a word that was quoted is that word again, here and in a shell", (t) => {
  const word = fc.string({ minLength: 1 }).filter((text) => !text.includes("\0") && text.isWellFormed());
  fc.assert(
    fc.property(fc.array(word, { minLength: 1, maxLength: 4 }), (words) => {
      t.deepEqual(splitWords(words.map(quoteWord).join(" ")), words);
    }),
  );
  const hostile = ["$(id)", "a'b", "`x`", "a b", "-n", "*", "\\"];
  const said = execFileSync("/bin/sh", ["-c", `printf '%s\\n' ${hostile.map(quoteWord).join(" ")}`], {
    encoding: "utf8",
  });
  t.deepEqual(said.trimEnd().split("\n"), hostile);
});
