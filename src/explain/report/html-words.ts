import { escapeText } from "../../errors/escape-text.ts";
import { partsOf, textCharactersMax, type Words } from "./report.ts";

const entities: { readonly [character: string]: string } = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Text as HTML that is text: no element, no attribute and no reference can come of it, and controls are visible. */
export function html(text: string, shape: "line" | "lines" = "line"): string {
  const visible = shape === "line" ? escapeText(text, textCharactersMax) : text;
  return visible.replace(/[&<>"']/g, (character) => entities[character] ?? "");
}

/** Words as HTML: code and names set apart. */
export function htmlOf(words: Words): string {
  return partsOf(words)
    .map((part) => {
      if (typeof part === "string") return html(part);
      return "code" in part ? `<code>${html(part.code)}</code>` : `<strong>${html(part.name)}</strong>`;
    })
    .join("");
}
