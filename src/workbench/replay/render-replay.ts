import { escapeText } from "../../errors/escape-text.ts";
import { grouped, table, wrap } from "../../terminal/layout.ts";
import type { Paint } from "../../terminal/paint.ts";
import { policyTitle } from "../policy-title.ts";
import { boundLines } from "./bound-lines.ts";
import { differenceOf } from "./compare-answers.ts";
import type { FlipGroup } from "./group-flips.ts";
import type { ListedFlip } from "./list-flips.ts";
import type { Change, ReplayReport } from "./replay-decisions.ts";
import type { ReplayedAnswer } from "./replayed-answer.ts";

/** What a replay came to, ready to be told. */
export interface ToldReplay {
  readonly report: ReplayReport;
  readonly groups: readonly FlipGroup[];
  readonly listed: readonly ListedFlip[];
  readonly tookMs: number;
  /** Whether a policy was there before: then one that decides now is new or changed. */
  readonly isFormer: (id: string) => boolean;
  readonly isPresent: (id: string) => boolean;
}

const titles: { readonly [C in Change]: string } = {
  "deny-to-allow": "deny → allow",
  "less-limited": "less limited",
  "allow-to-deny": "allow → deny",
  reason: "other reason",
};

/** The table of flips, and below it those that a person should look at. */
export function renderReplay(told: ToldReplay, paint: Paint, shownMax: number): string {
  const { report, tookMs } = told;
  const count = `${grouped(report.decisions)} recorded ${report.decisions === 1 ? "decision" : "decisions"}`;
  if (report.decisions === 0) return "Nothing on record to evaluate again.";
  return [
    `${count}, evaluated again in ${tookMs < 100 ? `${Math.ceil(tookMs)} ms` : `${(tookMs / 1_000).toFixed(1)} s`}`,
    "",
    ...tableOf(told, paint),
    ...listOf("deny-to-allow", told, paint, shownMax),
    ...listOf("less-limited", told, paint, shownMax),
    ...listOf("allow-to-deny", told, paint, shownMax),
  ].join("\n");
}

function tableOf({ report, groups, isFormer, isPresent }: ToldReplay, paint: Paint): readonly string[] {
  const { same, notReplayable } = report;
  const gone = notReplayable.evidenceGone + notReplayable.noPolicies;
  const countOf = (count: number) => grouped(count).padStart(grouped(report.decisions).length);
  const rows = [
    ...groups.map(({ change, count, plugin, action }) => [
      titles[change],
      countOf(count),
      escapeText(plugin, pluginColumnsMax),
      action,
      ...(isWidening(change) ? ["←"] : []),
    ]),
    ["same", countOf(same)],
    ...(gone === 0 ? [] : [["not replayable", countOf(gone)]]),
  ];
  const below = (group: FlipGroup | undefined) =>
    group === undefined ? [] : policiesOf(group, isFormer, isPresent).flatMap((line) => wrap(line, "      "));
  return [
    ...table(rows, "  ").flatMap((line, index) => [line, ...below(groups[index]).map(paint.dim)]),
    ...(notReplayable.evidenceGone === 0
      ? []
      : wrap(`of ${grouped(notReplayable.evidenceGone)} the evidence is gone`, "      ").map(paint.dim)),
    ...(notReplayable.noPolicies === 0
      ? []
      : wrap(`of ${grouped(notReplayable.noPolicies)} there were no policies in force`, "      ").map(paint.dim)),
  ];
}

function policiesOf(
  { change, gained, lost, rebound }: FlipGroup,
  isFormer: ToldReplay["isFormer"],
  isPresent: ToldReplay["isPresent"],
): readonly string[] {
  return [
    ...namesOf(
      "new",
      gained.filter((id) => !isFormer(id)),
    ),
    ...namesOf("now", gained.filter(isFormer)),
    ...namesOf(
      "gone",
      lost.filter((id) => !isPresent(id)),
    ),
    // Where something outweighs it now, what decided before need not have changed.
    ...(gained.length > 0 ? [] : namesOf("was", lost.filter(isPresent))),
    ...(rebound === 0 || change === "less-limited" ? [] : [`with other obligations: ${grouped(rebound)}`]),
  ];
}

const namesMax = 6;
/** With the longest action beside it, a row still fits a terminal. */
const pluginColumnsMax = 32;

function namesOf(word: string, ids: readonly string[]): readonly string[] {
  if (ids.length === 0) return [];
  const names = ids.slice(0, namesMax).map((id) => escapeText(policyTitle(id), 60));
  const more = ids.length > namesMax ? ` and ${ids.length - namesMax} more` : "";
  return [`${word}: ${names.join(", ")}${more}`];
}

function listOf(change: Change, { listed }: ToldReplay, paint: Paint, shownMax: number): readonly string[] {
  const own = listed.filter((flip) => flip.change === change);
  if (own.length === 0) return [];
  // What widens is told of one by one, for each has to be agreed to; what narrows once for all of the same kind.
  const kinds = isWidening(change) ? own.map((flip) => [flip]) : [...Map.groupBy(own, likeness).values()];
  const more = kinds.length - shownMax;
  return [
    "",
    paint.bold(titles[change]),
    ...kinds.slice(0, shownMax).flatMap((flips) => linesOf(flips, paint)),
    ...(more > 0 ? [`  and ${grouped(more)} more; --json has them all`] : []),
  ];
}

function likeness({ words, after, changes }: ListedFlip): string {
  return JSON.stringify([words, after.causes, changes.map(({ policy, what }) => [policy.id, what])]);
}

function linesOf(alike: readonly ListedFlip[], paint: Paint): readonly string[] {
  const flip = alike.at(-1);
  if (flip === undefined) return [];
  const { decision, at, words, before, after, changes, accepted } = flip;
  const others = alike.length - 1;
  const moment = at.slice(0, 16).replace("T", " ");
  return [
    `  ${decision}  ${paint.dim(moment)}${accepted ? "  accepted" : ""}${others === 0 ? "" : `  and ${grouped(others)} alike`}`,
    ...wrap(escapeText(words), "    "),
    ...outcomeLines(before, after),
    ...changes.flatMap(({ policy, place, what }) =>
      wrap(escapeText(`${policyTitle(policy.id)} (${place}) ${what}`, 1_000), "      "),
    ),
  ];
}

function outcomeLines(before: ReplayedAnswer, after: ReplayedAnswer): readonly string[] {
  const difference = differenceOf(before, after);
  if (before.kind === after.kind && difference !== undefined) return boundLines(difference, "      ");
  const word = after.kind === "deny" ? "denied" : "was denied";
  return wrap(`${word}: ${(after.kind === "deny" ? after : before).causes[0]}`, "      ");
}

function isWidening(change: Change): boolean {
  return change === "deny-to-allow" || change === "less-limited";
}
