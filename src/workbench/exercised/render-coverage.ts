import { escapeText } from "../../errors/escape-text.ts";
import { table, wrap } from "../../terminal/layout.ts";
import type { Paint } from "../../terminal/paint.ts";
import type { CoverageReport, Unexercised } from "./measure-coverage.ts";

/** Coverage as a person reads it: the share, then each condition that was never seen one way, by its place. */
export function renderCoverage(report: CoverageReport, paint: Paint, shownMax: number): readonly string[] {
  const { percent, outcomes, policies, requests, unexercised } = report;
  if (outcomes.total === 0) return ["coverage  there is no policy of your own to exercise"];
  // Of a policy that applied to nothing, what was not even looked at says nothing more.
  const idle = new Set(unexercised.flatMap(({ never, policy }) => (never === "applied" ? [policy] : [])));
  const told = unexercised.filter(({ never, policy }) => never !== "evaluated" || !idle.has(policy));
  const shown = told.slice(0, shownMax);
  const share = `coverage  ${percent} % of conditions, ${policies.applied} of ${policies.total} policies applied`;
  const rest = told.length - shown.length;
  return [
    unexercised.length === 0 ? share : `${share}. Not exercised:`,
    ...table(
      shown.map((one) => [`${one.place.file}:${one.place.line}:${one.place.column}`, `never ${one.never}`]),
      "  ",
    ).flatMap((line, index) =>
      [escapeText(line, 400), ...textOf(shown[index])].map((text, at) => (at === 0 ? text : paint.dim(text))),
    ),
    ...(rest > 0 ? [`  and ${rest} more: --json has them all`] : []),
    ...(requests.traced < requests.total
      ? wrap(`! only ${requests.traced} of ${requests.total} requests were looked into`, "")
      : []),
  ];
}

function textOf(one: Unexercised | undefined): readonly string[] {
  return one === undefined ? [] : wrap(escapeText(one.text), "      ");
}
