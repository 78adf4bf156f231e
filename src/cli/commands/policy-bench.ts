import { escapeText } from "../../errors/escape-text.ts";
import { YoiError } from "../../errors/yoi-error.ts";
import { inspectWorkspace } from "../../host/inspect-workspace.ts";
import { readJournal } from "../../journal/read-journal.ts";
import { grouped, spread, table } from "../../terminal/layout.ts";
import { measurePolicies, type PolicyCosts } from "../../workbench/bench/measure-policies.ts";
import { policyTitle } from "../../workbench/policy-title.ts";
import { recordedCalls } from "../../workbench/recorded-calls.ts";
import { type Command, type CommandContext, exit } from "../command.ts";
import { periodOptions, periodUsage, recordedPeriod } from "../recorded-period.ts";
import { warnUntrusted } from "../warn-untrusted.ts";

const roundsDefault = 5;
const roundsMax = 1_000;
const requestsDefault = 200;

/** `yoi policy bench`: what the policies in force cost on this machine, by engine and by policy, over recorded requests. */
export const policyBench: Command = {
  usage: `[--rounds N] ${periodUsage}`,
  summary: `what the policies in force cost here and now, over the newest ${requestsDefault} recorded requests`,
  options: { ...periodOptions, rounds: { type: "string" } },
  arity: [0, 0],
  async run(context) {
    const rounds = roundsOf(context);
    await using inspection = await inspectWorkspace(context.places(), context.nowMs);
    const { problem, sources, engines, survey } = inspection;
    if (problem !== undefined) throw problem;
    warnUntrusted(context, inspection);
    const period = await recordedPeriod(context);
    const last = context.options["last"] === undefined ? requestsDefault : period.last;
    const recorded = recordedCalls(readJournal(survey.places.journal), { ...period, last });
    const requests = [...recorded].flatMap(({ request }) => request ?? []);
    if (requests.length === 0 || sources === undefined) {
      throw new YoiError("YOI_USAGE", "there is nothing on record to measure with; call a tool first", {});
    }
    const costs = await measurePolicies(engines, sources, requests, rounds);
    told(context, costs);
    context.result({ ...costs });
    return exit.done;
  },
};

function roundsOf({ options }: CommandContext): number {
  const rounds = Number(options["rounds"] ?? roundsDefault);
  if (Number.isInteger(rounds) && rounds >= 1 && rounds <= roundsMax) return rounds;
  throw new YoiError("YOI_USAGE", `--rounds takes a number from 1 to ${grouped(roundsMax)}`, {});
}

const policiesShownMax = 10;

function told({ say, paint }: CommandContext, { requests, rounds, engines, policies }: PolicyCosts): void {
  const many = `${grouped(requests)} recorded ${requests === 1 ? "request" : "requests"}`;
  say(`${many}, by sets prepared anew ${rounds === 1 ? "once" : `${grouped(rounds)} times`}; in µs`);
  say("");
  const numbers = (cells: readonly (string | number)[]) => cells.map((cell) => String(cell).padStart(9));
  const rows = engines.map(({ engine, policies: count, first, again, perSecond }) => [
    engine,
    ...numbers([count, first.p50Us, first.p99Us, again.p50Us, again.p99Us, grouped(perSecond)]),
  ]);
  const head = ["", ...numbers(["policies", "new p50", "p99", "again p50", "p99", "a second"])];
  for (const line of table([head, ...rows])) say(line);
  if (policies.length === 0) return;
  say("");
  say(paint.bold("Slowest policies of Cedar, by what each adds to a decision that it concerns"));
  for (const { policy, addsUs, requests: concerned } of policies.slice(0, policiesShownMax)) {
    const { file, line, column } = policy.place;
    const cost = `${String(addsUs).padStart(7)} µs  ${escapeText(policyTitle(policy.id), 36)}`;
    say(spread(`${cost}  (${grouped(concerned)})`, paint.dim(escapeText(`${file}:${line}:${column}`))));
  }
  const more = policies.length - policiesShownMax;
  if (more > 0) say(paint.dim(`  and ${grouped(more)} faster; --json has them all`));
}
