import { resolve } from "node:path";
import { escapeText } from "../../errors/escape-text.ts";
import { type Inspection, inspectWorkspace } from "../../host/inspect-workspace.ts";
import { readJournal } from "../../journal/read-journal.ts";
import { grouped, wrap } from "../../terminal/layout.ts";
import { recordedCalls } from "../../workbench/recorded-calls.ts";
import { groupFlips, isKnownTo } from "../../workbench/replay/group-flips.ts";
import { keptSets } from "../../workbench/replay/kept-sets.ts";
import { type ListedFlip, listFlips } from "../../workbench/replay/list-flips.ts";
import { type Candidate, loadCandidate, presentCandidate } from "../../workbench/replay/load-candidate.ts";
import { renderReplay } from "../../workbench/replay/render-replay.ts";
import { replayDecisions } from "../../workbench/replay/replay-decisions.ts";
import { type Command, type CommandContext, exit } from "../command.ts";
import { periodOptions, periodUsage, recordedPeriod } from "../recorded-period.ts";
import { tellProgress } from "../tell-progress.ts";
import { warnUntrusted } from "../warn-untrusted.ts";

/** `yoi policy replay`: what recorded decisions would be under other policies; 1 where an answer would be another. */
export const policyReplay: Command = {
  usage: `[--candidate DIR|ARCHIVE] ${periodUsage} [--accept ID]… [--allow-narrowing]`,
  summary: `evaluate recorded decisions again, and show which answers would be others\n--candidate stands in place of the workspace's own policies; what ships, your own and the grants stay\n--accept says that one flip is meant, --allow-narrowing that denials of what was allowed are`,
  options: {
    ...periodOptions,
    candidate: { type: "string" },
    accept: { type: "string", multiple: true },
    "allow-narrowing": { type: "boolean" },
  },
  arity: [0, 0],
  async run(context) {
    await using inspection = await inspectWorkspace(context.places(), context.nowMs);
    return await replay(context, inspection);
  },
};

/** How many flips of a kind a terminal is told of one by one. */
const shownMax = 10;

async function replay(context: CommandContext, inspection: Inspection): Promise<number> {
  const filter = await recordedPeriod(context);
  const candidate = await candidateOf(context, inspection);
  const reader = readJournal(inspection.survey.places.journal);
  const kept = keptSets(reader, inspection.engines);
  const beganAt = performance.now();
  const report = await replayDecisions(
    tellProgress(context, recordedCalls(reader, filter), "looked at"),
    candidate.sets,
  );
  const tookMs = performance.now() - beganAt;
  const groups = groupFlips(report.flips);
  const listed = await listFlips(report.flips, acceptedOf(context), candidate, kept);
  const isPresent = isKnownTo(candidate.sets);
  const isFormer = context.options["candidate"] === undefined ? () => true : isKnownTo(inspection.revision.sets);
  context.say(renderReplay({ report, groups, listed, tookMs, isFormer, isPresent }, context.paint, shownMax));
  const unmet = unmetBy(context, listed);
  if (unmet.length > 0) context.say("");
  for (const line of unmet) context.say(wrap(line).join("\n"));
  const { decisions, same, notReplayable } = report;
  context.result({ passed: unmet.length === 0, decisions, same, notReplayable, groups, flips: listed });
  candidate.dispose();
  kept.dispose();
  return unmet.length === 0 ? exit.done : exit.broken;
}

async function candidateOf(context: CommandContext, inspection: Inspection): Promise<Candidate> {
  const named = context.options["candidate"];
  if (typeof named === "string") return loadCandidate(resolve(context.folder, named), named, inspection);
  const present = presentCandidate(inspection);
  warnUntrusted(context, inspection);
  return present;
}

function acceptedOf({ options }: CommandContext): readonly string[] {
  const accept = options["accept"];
  return Array.isArray(accept) ? accept : [];
}

/** What keeps a replay from passing. */
function unmetBy(context: CommandContext, listed: readonly ListedFlip[]): readonly string[] {
  const accept = acceptedOf(context);
  const idle = accept.filter((suffix) => !listed.some(({ decision }) => decision.endsWith(suffix.toUpperCase())));
  for (const suffix of idle) context.warn(`! --accept ${escapeText(suffix, 40)} accepts nothing: no flip has this id`);
  const open = (change: ListedFlip["change"]) => listed.filter((flip) => flip.change === change && !flip.accepted);
  const [widened, loosened, narrowed] = [open("deny-to-allow"), open("less-limited"), open("allow-to-deny")];
  const one = (of: readonly ListedFlip[], was: string, be: string) =>
    of
      .slice(0, 1)
      .map(({ decision }) => `exit 1: ${callsThat(of.length, was)} be ${be}. To agree: --accept ${decision}`);
  return [
    ...one(widened, "denied", "allowed"),
    ...one(loosened, "allowed", "less limited"),
    ...(narrowed.length === 0 || context.options["allow-narrowing"] === true
      ? []
      : [`exit 1: ${callsThat(narrowed.length, "allowed")} be denied. To agree: --allow-narrowing`]),
  ];
}

function callsThat(count: number, answered: string): string {
  return count === 1 ? `a call that was ${answered} would` : `${grouped(count)} calls that were ${answered} would`;
}
