import type { Paint } from "../terminal/paint.ts";
import type { Explanation } from "./explanation.ts";
import { writeHtml } from "./report/write-html.ts";
import { writeMarkdown } from "./report/write-markdown.ts";
import { writeText } from "./report/write-text.ts";
import { reportExplanation } from "./report-explanation.ts";

/** For a terminal: the answer first, then the one reason that matters, then what to do. The rest folds away unless `full`. */
export function renderExplanation(explanation: Explanation, paint: Paint, options: { readonly full: boolean }): string {
  return writeText(reportExplanation(explanation), { paint, full: options.full });
}

/** For a pull request or a ticket: the same in GitHub's Markdown, where nothing that a stranger wrote is markup. */
export function renderMarkdown(explanation: Explanation, options: { readonly full: boolean }): string {
  return writeMarkdown(reportExplanation(explanation), options);
}

/** For a browser: one page that needs no network and no script, with everything in it. */
export function renderPage(explanation: Explanation): string {
  return writeHtml(reportExplanation(explanation));
}
