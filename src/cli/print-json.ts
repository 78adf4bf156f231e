// ATTACK: JSON escapes the controls below U+0020 only. A C1 control or a bidirectional override of a guest's would
// repaint a terminal that shows the document (threats 34), and every reader of JSON reads the escape as the same text.
const unsafe = /[\p{Cc}\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu;

/** One value as one line of JSON that no terminal obeys. */
export function printJson(value: object): string {
  const text = JSON.stringify(value).replace(
    unsafe,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return `${text}\n`;
}
