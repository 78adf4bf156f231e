import type { PolicyInfo } from "../../decisions/policy-info.ts";
import { escapeText } from "../../errors/escape-text.ts";
import { YoiError } from "../../errors/yoi-error.ts";
import { inspectWorkspace } from "../../host/inspect-workspace.ts";
import { readJournal } from "../../journal/read-journal.ts";
import { grouped, wrap } from "../../terminal/layout.ts";
import { policyTitle } from "../../workbench/policy-title.ts";
import { recordedCalls } from "../../workbench/recorded-calls.ts";
import { type LeastPrivilege, suggestLeast } from "../../workbench/suggest/suggest-least.ts";
import { type Command, type CommandContext, exit } from "../command.ts";
import { periodOptions, periodUsage, recordedPeriod } from "../recorded-period.ts";
import { tellProgress } from "../tell-progress.ts";
import { warnUntrusted } from "../warn-untrusted.ts";

/** `yoi policy suggest`: the permits that a recorded period needed, as Cedar on stdout. It applies nothing. */
export const policySuggest: Command = {
  usage: periodUsage,
  summary:
    "the least that policy has to permit for what is on record, as Cedar; nothing is changed\nwhat it stands for, and which permits nothing used, is told on stderr",
  options: periodOptions,
  arity: [0, 0],
  async run(context) {
    await using inspection = await inspectWorkspace(context.places(), context.nowMs);
    const { revision, sources, problem, engines, survey } = inspection;
    if (problem !== undefined) throw problem;
    warnUntrusted(context, inspection);
    const cedar = engines.find(({ name }) => name === "cedar");
    if (cedar === undefined || sources === undefined) throw new TypeError("there is no engine for Cedar");
    const filter = await recordedPeriod(context);
    const reader = readJournal(survey.places.journal);
    const done = { gather: "looked at", prove: "tried the suggestion on" } as const;
    const calls = (pass: keyof typeof done) => tellProgress(context, recordedCalls(reader, filter), done[pass]);
    const least = await suggestLeast({ calls, sets: revision.sets, sources, cedar });
    if (least.wrong.length > 0) throw broken(least);
    return told(context, least);
  },
};

// FAIL-CLOSED: what was not shown to hold is not suggested.
function broken({ wrong }: LeastPrivilege): YoiError {
  const message = `what would be suggested answers ${wrong.length} recorded calls otherwise, such as ${wrong[0]}: there is no suggestion`;
  return new YoiError("YOI_POLICY_INVALID", message, { findings: [] });
}

function told(context: CommandContext, least: LeastPrivilege): number {
  const { text, permits, calls, kept, unused, inForce, unprovided, deniedNow, evidenceGone } = least;
  context.say(text === "" ? "// Nothing on record needs a permit." : text.trimEnd());
  for (const line of context.json ? [] : linesOf(least)) context.warn(line);
  context.result({
    policy: text,
    permits: permits.map(({ id, calls: count, narrows, whole }) => ({ id, calls: count, narrows, whole })),
    calls,
    inForce,
    kept,
    unused,
    unprovided: unprovided.map(({ policy, calls: count }) => ({ policy, calls: count })),
    deniedNow,
    evidenceGone,
  });
  return exit.done;
}

function linesOf(least: LeastPrivilege): readonly string[] {
  const { permits, calls, kept, unused, inForce, unprovided, deniedNow, evidenceGone } = least;
  const covers = `covers ${counted(calls, "call")} with ${counted(permits.length, "permit")}, in place of ${grouped(inForce)} in force; nothing was changed`;
  return [
    "",
    ...wrap(covers),
    ...named(
      kept,
      kept.length === 1
        ? "1 permit stays as it is, for narrowed it would limit less:"
        : `${grouped(kept.length)} permits stay as they are, for narrowed they would limit less:`,
    ),
    ...named(
      unused,
      `${grouped(unused.length)} of ${grouped(inForce)} permits in force ${unused.length === 1 ? "was" : "were"} never used:`,
    ),
    ...unprovided.flatMap(({ policy, calls: count }) =>
      wrap(
        `! ${counted(count, "call")} of ${escapeText(policyTitle(policy.id), 100)} cannot be said in Cedar: keep it`,
      ),
    ),
    ...(deniedNow === 0
      ? []
      : wrap(`! ${counted(deniedNow, "call")} on record would be denied by now, and count for nothing here`)),
    ...(evidenceGone === 0
      ? []
      : wrap(`! of ${counted(evidenceGone, "call")} the evidence is gone: what they need is not in here`)),
  ];
}

function named(policies: readonly PolicyInfo[], title: string): readonly string[] {
  if (policies.length === 0) return [];
  const lines = policies.flatMap(({ id, place }) =>
    wrap(escapeText(`${policyTitle(id)}  ${place.file}:${place.line}:${place.column}`, 400), "  "),
  );
  return [...wrap(title), ...lines];
}

function counted(count: number, what: string): string {
  return `${grouped(count)} ${what}${count === 1 ? "" : "s"}`;
}
