import { escapeLines, escapeText } from "../errors/escape-text.ts";
import { labelled, spread, wrap } from "../terminal/layout.ts";
import type { Paint } from "../terminal/paint.ts";
import { renderFinding } from "../terminal/render-finding.ts";
import type { Explanation } from "./explanation.ts";
import { ownChange } from "./own-change.ts";
import { remedyOf } from "./remedy-of-cause.ts";
import { pluginConcerned } from "./request-in-words.ts";

const findingsShown = 3;

/** Who can change a denial, how, and the smallest change that is known; nothing where the call is allowed. */
export function renderChange(explanation: Explanation, paint: Paint): readonly string[] {
  if (explanation.cause === undefined) return [];
  const remedy = remedyOf(explanation);
  const plugin = escapeText(pluginConcerned(explanation.request) ?? "<plugin>", 160);
  return [
    ...labelled([
      [paint.bold("Who can  "), remedy.who],
      [paint.bold("How"), remedy.how.replaceAll("<plugin>", plugin)],
    ]),
    ...suggestionLines(explanation, paint),
    ...ownChangeLines(explanation, paint),
  ];
}

function suggestionLines({ suggestion }: Explanation, paint: Paint): readonly string[] {
  if (suggestion === undefined) return [];
  const verdict = suggestion.allows ? paint.good("→ allowed ✓") : paint.bad("→ still denied: see the forbid above");
  return [
    "",
    spread(paint.bold("One change away: a permit for exactly this, added to .yoi/policies"), verdict),
    "",
    ...escapeLines(suggestion.policy, 2_000)
      .trimEnd()
      .split("\n")
      .map((line) => `    ${line}`),
  ];
}

function ownChangeLines({ request, verdicts }: Explanation, paint: Paint): readonly string[] {
  const change = ownChange(request, verdicts);
  if (change === undefined) return [];
  return [
    "",
    ...wrap(change.title).map(paint.bold),
    "",
    ...change.lines.map((line) => `    ${escapeText(line, 2_000)}`),
  ];
}

/** Why nothing could answer: what refuses the set, with its place. */
export function renderRefused({ refused }: Explanation, paint: Paint): readonly string[] {
  if (refused === undefined) return [];
  if (refused.length === 0) return ["By now the policies and the configuration are accepted: call again."];
  const more = refused.length - findingsShown;
  return [
    ...refused.slice(0, findingsShown).flatMap((finding) => renderFinding(finding, paint)),
    ...(more > 0 ? [paint.dim(`  … ${more} more: yoi policy check`)] : []),
  ];
}

/** How the plugin stands, where the denial comes from that. */
export function renderStanding({ troubles = [], undeclared }: Explanation, paint: Paint): readonly string[] {
  const lines = troubles.slice(0, findingsShown).flatMap((trouble) => renderFinding(trouble, paint));
  if (undeclared === undefined) return lines;
  const asks = undeclared.asks.length === 0 ? ["nothing of the kind"] : undeclared.asks;
  return [
    ...lines,
    "Its plugin.toml, which is its author's, does not ask for this",
    ...labelled(
      [
        ["wanted", escapeText(undeclared.wanted, 400)],
        ...asks.map((ask, index) => [index === 0 ? "asked for" : "", escapeText(ask, 400)] as const),
      ],
      "  ",
    ),
  ];
}
