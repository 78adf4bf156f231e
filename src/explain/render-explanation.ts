import { showEntity } from "../calls/value.ts";
import type { PolicyTrace } from "../decisions/trace.ts";
import { escapeLines, escapeText } from "../errors/escape-text.ts";
import { labelled, pad, showJson, spread, wrap } from "../terminal/layout.ts";
import type { Paint } from "../terminal/paint.ts";
import type { Explanation } from "./explanation.ts";
import { remedyOf } from "./remedy-of-cause.ts";
import { renderAddresses } from "./render-addresses.ts";
import { renderRules, renderSteps } from "./render-recorded.ts";
import { renderTrace } from "./render-trace.ts";
import { requestInWords } from "./request-in-words.ts";

/** The answer first; then the one reason that matters; then what to do. The rest folds away unless `full`. */
export function renderExplanation(explanation: Explanation, paint: Paint, options: { readonly full: boolean }): string {
  const parts = [
    headline(explanation, paint),
    options.full ? requestLines(explanation, paint) : [],
    consideredLines(explanation, paint),
    policyLines(explanation, paint, options.full),
    renderRules(explanation),
    renderSteps(explanation, paint),
    explanation.addresses === undefined ? [] : renderAddresses(explanation.addresses, paint),
    changeLines(explanation, paint),
    footer(explanation, paint),
  ];
  return `${parts
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n")}\n`;
}

function headline(explanation: Explanation, paint: Paint): readonly string[] {
  const what = escapeText(requestInWords(explanation.request), 400);
  if (explanation.answer === "allow") {
    const permits = explanation.verdicts.flatMap((verdict) => verdict.determining).length;
    return [...titled("ALLOWED", what, paint.good), `         permitted by ${permits}, forbidden by 0`];
  }
  const cause = explanation.cause ?? "no-permit";
  const also = explanation.causes.filter((other) => other !== cause);
  const lines = [
    ...titled("DENIED", what, paint.bad),
    spread(`         ${remedyOf(explanation).meaning}`, `(${cause})`),
  ];
  if (explanation.because !== undefined) lines.push(...wrap(escapeText(explanation.because), "         "));
  if (also.length > 0) lines.push(paint.dim(`         also: ${also.join(", ")}`));
  return lines;
}

function titled(title: string, what: string, tone: (text: string) => string): readonly string[] {
  const [first = "", ...rest] = wrap(what, "         ");
  return [tone(pad(title, 9)) + first.trimStart(), ...rest];
}

function requestLines({ request }: Explanation, paint: Paint): readonly string[] {
  return [
    paint.bold("The request as it was evaluated"),
    `  principal  ${escapeText(showEntity(request.principal))}`,
    `  action     Yoi::Action::"${request.action}"`,
    `  resource   ${escapeText(showEntity(request.resource), 400)}`,
    ...Object.entries(request.context).flatMap(([name, value]) =>
      wrap(escapeText(showJson(value), 1_000), "             ").map((line, index) =>
        index === 0 ? `  ${pad(`context.${name}`, 9)}  ${line.trimStart()}` : line,
      ),
    ),
  ];
}

function consideredLines({ verdicts, traces }: Explanation, paint: Paint): readonly string[] {
  const total = verdicts.reduce((sum, verdict) => sum + verdict.total, 0);
  const forbids = traces.filter((trace) => trace.policy.effect === "forbid").length;
  const looked = `${count(traces.length - forbids, "permit")}, ${count(forbids, "forbid")}`;
  const others = total - traces.length;
  const failures = verdicts.flatMap((verdict) => verdict.errors.filter((error) => error.policy === undefined));
  return [
    paint.dim(
      `Considered: ${looked}.${others > 0 ? ` The other ${count(others, "policy")} cannot apply to this call.` : ""}`,
    ),
    ...failures.flatMap((error) => wrap(`! ${escapeText(error.message, 400)}`).map(paint.warn)),
  ];
}

function count(number: number, what: "permit" | "forbid" | "policy"): string {
  const many = what === "policy" ? "policies" : `${what}s`;
  return `${number} ${number === 1 ? what : many}`;
}

function policyLines(explanation: Explanation, paint: Paint, full: boolean): readonly string[] {
  const order = (trace: PolicyTrace) => explanation.nearest.indexOf(trace.policy.id);
  const permits = explanation.traces.filter((trace) => trace.policy.effect === "permit");
  const forbids = explanation.traces.filter((trace) => trace.policy.effect === "forbid");
  const standing = forbids.filter((trace) => trace.value !== "false");
  const applied = permits.filter((trace) => trace.value === "true");
  const missed = permits.filter((trace) => trace.value !== "true").sort((one, other) => order(one) - order(other));
  const lines = [...standing, ...applied].flatMap((trace) => renderTrace(trace, paint, { full }));
  // With a forbid in the way, what no permit said is beside the point.
  if (full || (standing.length === 0 && applied.length === 0)) {
    const shown = full ? missed : missed.slice(0, 3);
    lines.push(...shown.flatMap((trace) => renderTrace(trace, paint, { full })));
    if (missed.length > shown.length)
      lines.push(paint.dim(spread(`  … ${missed.length - shown.length} more permits that did not apply`, "--full")));
    if (missed.length === 0 && applied.length === 0) lines.push("✗ no permit speaks of this action at all");
  }
  if (full)
    lines.push(
      ...forbids.filter((trace) => trace.value === "false").flatMap((trace) => renderTrace(trace, paint, { full })),
    );
  else if (standing.length === 0)
    lines.push(spread(`${paint.good("✓")} no forbid stands in the way (${forbids.length} looked at)`, "--full"));
  return lines;
}

function changeLines(explanation: Explanation, paint: Paint): readonly string[] {
  if (explanation.cause === undefined) return [];
  const remedy = remedyOf(explanation);
  const plugin = pluginOf(explanation);
  const lines = labelled([
    [paint.bold("Who can  "), remedy.who],
    [paint.bold("How"), remedy.how.replaceAll("<plugin>", plugin)],
  ]);
  const { suggestion } = explanation;
  if (suggestion === undefined) return lines;
  const verdict = suggestion.allows ? paint.good("→ allowed ✓") : paint.bad("→ still denied: see the forbid above");
  return [
    ...lines,
    "",
    spread(paint.bold("One change away: a permit for exactly this, added to .yoi/policies"), verdict),
    "",
    ...escapeLines(suggestion.policy, 2_000)
      .trimEnd()
      .split("\n")
      .map((line) => `    ${line}`),
  ];
}

function pluginOf({ request }: Explanation): string {
  const { plugin } = request.context;
  const id = typeof plugin === "object" && "record" in plugin ? plugin.record["id"] : undefined;
  return typeof id === "object" && "entity" in id ? escapeText(id.entity.id, 160) : "<plugin>";
}

function footer(explanation: Explanation, paint: Paint): readonly string[] {
  const policies = explanation.policies.replace("sha256:", "").slice(0, 7);
  const engines = explanation.engines.join(" + ") || "no engine";
  const { recorded } = explanation;
  if (recorded === undefined) return [paint.dim(`Evaluated just now · policies ${policies} · ${engines}`)];
  const when = recorded.at.slice(0, 19).replace("T", " ");
  const ending = recorded.ending === undefined ? "" : ` · ${escapeText(recorded.ending, 40)}`;
  const lines = [
    paint.dim(`Recorded   ${when} UTC · decision ${recorded.decision}${ending}`),
    paint.dim(`           policies ${policies} · ${engines}`),
    recorded.same
      ? paint.dim("           evaluated again just now: same answer")
      : paint.bad(
          `           evaluated again just now: NOT the recorded answer (${recorded.answer}${recorded.cause ? `, ${recorded.cause}` : ""})`,
        ),
  ];
  if (recorded.now !== undefined)
    lines.push(`           under the present policies: ${recorded.now === "allow" ? "allowed" : "denied"}`);
  return lines;
}
