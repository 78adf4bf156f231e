import type { Suggestion } from "../../src/explain/explanation.ts";

/** A suggestion to add this text as a file. */
export function suggested(text: string, allows: boolean): Suggestion {
  const edits = [{ kind: "add", file: ".yoi/policies/suggested.cedar", text }] as const;
  return { title: "a permit for this plugin, action and path", edits, allows, standing: [] };
}

/** The text of the file that a suggestion adds. */
export function addedBy(suggestion: Suggestion | undefined): string {
  const [edit] = suggestion?.edits ?? [];
  return edit?.kind === "add" ? edit.text : "";
}
