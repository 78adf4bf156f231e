// ATTACK: text of guests and packages can carry terminal controls, line breaks and bidirectional overrides
// that forge log lines or repaint the screen (threats 34). Everything that is not plain is made visible.
// So is everything that takes no room, or only room: two names that look the same are to be told apart.
const unsafe = /[\p{Cc}\p{Cs}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]|(?! )\p{Zs}/gu;

/** Untrusted text on one line, its controls as `\u{…}`, cut to `max` characters with an ellipsis. */
export function escapeText(text: string, max = 240): string {
  const characters = Array.from(text.slice(0, max * 2));
  const cut = characters.length > max || text.length > max * 2;
  const kept = cut ? characters.slice(0, max - 1) : characters;
  return kept.join("").replace(unsafe, visible) + (cut ? "…" : "");
}

/** The same for text of several lines: line breaks and tabs stay. */
export function escapeLines(text: string, max: number): string {
  const kept = text.length > max ? `${Array.from(text.slice(0, max)).join("")}…` : text;
  return kept.replace(unsafe, (character) =>
    character === "\n" || character === "\t" ? character : visible(character),
  );
}

function visible(character: string): string {
  if (character === "\n") return "\\n";
  if (character === "\t") return "\\t";
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}
