import { resolve } from "node:path";
import { callToJson } from "../../explain/call-in-json.ts";
import { type Inspection, inspectWorkspace } from "../../host/inspect-workspace.ts";
import { readJournal } from "../../journal/read-journal.ts";
import { diffSets, isWider, type PolicyDiff } from "../../workbench/diff/diff-sets.ts";
import { type Placing, renderDiff } from "../../workbench/diff/render-diff.ts";
import { recordedCalls } from "../../workbench/recorded-calls.ts";
import { type Candidate, loadCandidate, presentCandidate } from "../../workbench/replay/load-candidate.ts";
import { type Command, type CommandContext, exit } from "../command.ts";
import { periodOptions, periodUsage, recordedPeriod } from "../recorded-period.ts";
import { tellProgress } from "../tell-progress.ts";
import { warnUntrusted } from "../warn-untrusted.ts";

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
  const before = second === undefined ? presentOf(context, inspection) : await load(first, context, inspection);
  const after = await load(second ?? first, context, inspection);
  const { survey } = inspection;
  const around = { plugins: [...survey.plugins.keys()], zone: survey.inventory.zone, atMs: context.nowMs() };
  const calls = recordedCalls(readJournal(survey.places.journal), filter);
  const report = await diffSets(before, after, around, tellProgress(context, calls, "looked at"));
  const placing = placingIn(before, after);
  context.say(renderDiff(report, placing, context.paint).join("\n"));
  context.result(resultOf(report, placing));
  before.dispose();
  after.dispose();
  return isWider(report) ? exit.broken : exit.done;
}

function load(named: string, context: CommandContext, inspection: Inspection): Promise<Candidate> {
  return loadCandidate(resolve(context.folder, named), named, inspection);
}

function presentOf(context: CommandContext, inspection: Inspection): Candidate {
  const present = presentCandidate(inspection);
  warnUntrusted(context, inspection);
  return present;
}

function placingIn(before: Candidate, after: Candidate): Placing {
  const isOfAfter = new Set(after.sets.flatMap(({ policies }) => policies));
  return {
    policy: (policy) => (isOfAfter.has(policy) ? after : before).placeOf(policy),
    document: ({ change, file }) => (change === "removed" ? before : after).fileOf(file),
  };
}

function resultOf({ documents, probed, recorded }: PolicyDiff, placing: Placing) {
  return {
    documents: documents.map((document) => ({
      change: document.change,
      kind: document.kind,
      file: placing.document(document),
    })),
    policies: probed.map(({ touched: { change, policy }, witnesses, tried }) => ({
      change,
      policy: policy.id,
      effect: policy.effect,
      place: placing.policy(policy),
      tried,
      witnesses: witnesses.map(({ difference, call, by }) => ({
        ...difference,
        call: callToJson(call),
        by: by.map(({ id }) => id),
      })),
    })),
    recorded: {
      decisions: recorded.decisions,
      notReplayable: recorded.notReplayable,
      differences: recorded.differences.map(({ difference, entry, by }) => ({
        ...difference,
        decision: entry.decision,
        by: by.map(({ id }) => id),
      })),
    },
  };
}
