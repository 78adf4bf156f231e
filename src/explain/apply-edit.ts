import type { PolicyEdit } from "./explanation.ts";

/** The text of a file after an edit; as it was, where what is to be replaced does not stand there any more. */
export function applyEdit(text: string, edit: PolicyEdit): string {
  if (edit.kind === "add") return edit.text;
  const line = offsetOfLine(text, edit.line);
  const at = text.indexOf(edit.before, line);
  return at < 0 ? text : text.slice(0, at) + edit.after + text.slice(at + edit.before.length);
}

function offsetOfLine(text: string, line: number): number {
  const ends = [...text.matchAll(/\r\n|\r|\n/g)];
  const end = line > 1 ? ends[line - 2] : undefined;
  return end === undefined ? 0 : end.index + end[0].length;
}
