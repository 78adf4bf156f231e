import { resolve } from "node:path";
import { callToJson } from "../../explain/call-in-json.ts";
import { type Inspection, inspectWorkspace } from "../../host/inspect-workspace.ts";
import { readJournal } from "../../journal/read-journal.ts";
import { diffSets, isWider, type PolicyDiff } from "../../workbench/diff/diff-sets.ts";
import { renderDiff } from "../../workbench/diff/render-diff.ts";
import { recordedCalls } from "../../workbench/recorded-calls.ts";
import { placeOf } from "../../workbench/replay/list-flips.ts";
import { type Candidate, loadCandidate } from "../../workbench/replay/load-candidate.ts";
import { type Command, type CommandContext, exit } from "../command.ts";
import { periodOptions, periodUsage, recordedPeriod } from "../recorded-period.ts";

/** `yoi policy diff`: what other policies would change, each with a request that shows it; 1 where they allow more. */
export const policyDiff: Command = {
  usage: `[OLD] NEW ${periodUsage}`,
  summary:
    "what a folder of policies, or an archive, would change: by policy, with a request that shows it, and by what is on record\nOLD stands for this workspace's own policies; what ships, your own and the grants count in both",
  options: { ...periodOptions },
  arity: [1, 2],
  async run(context) {
    await using inspection = await inspectWorkspace(context.places(), context.nowMs);
    return await diff(context, inspection);
  },
};

async function diff(context: CommandContext, inspection: Inspection): Promise<number> {
  const filter = await recordedPeriod(context);
  const [first = "", second] = context.positionals;
  const before = second === undefined ? presentOf(inspection) : await load(first, context, inspection);
  const after = await load(second ?? first, context, inspection);
  const { survey } = inspection;
  const compared = {
    before: before.sets,
    after: after.sets,
    plugins: [...survey.plugins.keys()],
    zone: survey.inventory.zone,
    atMs: context.nowMs(),
  };
  const report = await diffSets(compared, recordedCalls(readJournal(survey.places.journal), filter));
  const isOfAfter = new Set(after.sets.flatMap(({ policies }) => policies));
  const placed = (policy: PolicyDiff["touched"][number]["policy"]) =>
    isOfAfter.has(policy) ? after.placeOf(policy) : before.placeOf(policy);
  context.say(renderDiff(report, placed, context.paint).join("\n"));
  context.result(resultOf(report, placed));
  before.dispose();
  after.dispose();
  return isWider(report) ? exit.broken : exit.done;
}

function load(named: string, context: CommandContext, inspection: Inspection): Promise<Candidate> {
  return loadCandidate(resolve(context.folder, named), named, inspection);
}

function presentOf({ problem, revision }: Inspection): Candidate {
  if (problem !== undefined) throw problem;
  return { sets: revision.sets, placeOf, dispose: () => undefined };
}

function resultOf({ probed, recorded }: PolicyDiff, placed: Candidate["placeOf"]) {
  return {
    policies: probed.map(({ touched: { change, policy }, witnesses, tried }) => ({
      change,
      policy: policy.id,
      effect: policy.effect,
      place: placed(policy),
      tried,
      witnesses: witnesses.map(({ direction, call, by }) => ({
        direction,
        call: callToJson(call),
        by: by.map(({ id }) => id),
      })),
    })),
    recorded: {
      decisions: recorded.decisions,
      notReplayable: recorded.notReplayable,
      differences: recorded.differences.map(({ direction, entry, by }) => ({
        direction,
        decision: entry.decision,
        by: by.map(({ id }) => id),
      })),
    },
  };
}
