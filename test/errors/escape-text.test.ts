import test from "ava";
import { escapeLines, escapeText } from "../../src/errors/escape-text.ts";

// ATTACK: threats 34: two names that look the same must not be taken for each other.
const unseen: { readonly [what: string]: string } = {
  "a control of the terminal": "\u001b",
  "a C1 control": "\u009b",
  "a bidirectional override": "\u202e",
  "a zero-width space": "\u200b",
  "a soft hyphen": "\u00ad",
  "a letter of a tag": "\u{e0041}",
  "a Hangul filler": "\u3164",
  "a Hangul choseong filler": "\u115f",
  "a Mongolian vowel separator": "\u180e",
  "a grapheme joiner": "\u034f",
  "a variation selector": "\ufe0f",
  "an interlinear anchor": "\ufff9",
  "a blank of Braille": "\u2800",
  "a space that does not break": "\u00a0",
  "an ideographic space": "\u3000",
  "half a character": "\ud800",
};

for (const [what, character] of Object.entries(unseen)) {
  test(`what cannot be seen is written out: ${what}`, (t) => {
    const code = `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
    t.is(escapeText(`a${character}b`), `a${code}b`);
    t.is(escapeLines(`a\n${character}b`, 10), `a\n${code}b`);
  });
}

test("what can be seen stays as it is, whatever its script", (t) => {
  const text = "Ærø, Тест, 試験, اختبار, naïve, e\u0301, 🙂, a b";
  t.is(escapeText(text), text);
});
