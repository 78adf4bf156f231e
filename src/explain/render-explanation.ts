import { showEntity } from "../calls/value.ts";
import type { PolicyTrace } from "../decisions/trace.ts";
import { escapeText } from "../errors/escape-text.ts";
import { pad, spread, wrap } from "../terminal/layout.ts";
import type { Paint } from "../terminal/paint.ts";
import type { Explanation, Recorded } from "./explanation.ts";
import { remedyOf } from "./remedy-of-cause.ts";
import { renderAddresses } from "./render-addresses.ts";
import { renderChange, renderRefused, renderStanding } from "./render-change.ts";
import { renderRules, renderSteps } from "./render-recorded.ts";
import { renderTrace } from "./render-trace.ts";
import { requestInWords } from "./request-in-words.ts";
import { showValue } from "./show-value.ts";

/** The answer first; then the one reason that matters; then what to do. The rest folds away unless `full`. */
export function renderExplanation(explanation: Explanation, paint: Paint, options: { readonly full: boolean }): string {
  const parts = [
    headline(explanation, paint),
    options.full ? requestLines(explanation, paint) : [],
    ...(explanation.refused === undefined
      ? [consideredLines(explanation, paint), policyLines(explanation, paint, options.full)]
      : [renderRefused(explanation, paint)]),
    renderStanding(explanation, paint),
    renderRules(explanation),
    renderSteps(explanation, paint),
    explanation.addresses === undefined ? [] : renderAddresses(explanation.addresses, paint),
    renderChange(explanation, paint),
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
    return [
      ...titled("ALLOWED", what, paint.good),
      `         permitted by ${permits}, forbidden by 0`,
      ...openedLines(explanation),
      ...redirectLines(explanation),
    ];
  }
  const cause = explanation.cause ?? "no-permit";
  // What is malformed is declared nowhere, and that says no more of it.
  const beside = cause === "schema-invalid" ? [cause, "undeclared"] : [cause];
  const also = explanation.causes.filter((other) => !beside.includes(other));
  const lines = [
    ...titled("DENIED", what, paint.bad),
    spread(`         ${remedyOf(explanation).meaning}`, `(${cause})`),
  ];
  if (explanation.because !== undefined) lines.push(...wrap(escapeText(explanation.because), "         "));
  if (also.length > 0) lines.push(paint.dim(`         also: ${also.join(", ")}`));
  return [...lines, ...redirectLines(explanation)];
}

/** What opened the way for a call that the shipped forbids would hold back. */
function openedLines({ request: { action, resource, context } }: Explanation): readonly string[] {
  const { openedBy } = context;
  // Of a request by name, an opening of its origin is needed only where it goes in the clear.
  if (action === "https.request" && !resource.id.startsWith("http:")) return [];
  return typeof openedBy === "string" ? wrap(`opened by ${escapeText(openedBy)}`, "         ") : [];
}

function redirectLines({ recorded }: Explanation): readonly string[] {
  const from = recorded?.redirectedFrom;
  return from === undefined ? [] : wrap(`redirected from ${escapeText(from, 400)}`, "         ");
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
      wrap(escapeText(showValue(value), 1_000), "             ").map((line, index) =>
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
    ...wrap(`Considered: ${looked}.${others > 0 ? ` The other ${others} cannot apply to this call.` : ""}`).map(
      paint.dim,
    ),
    ...failures.flatMap((error) => wrap(`! ${escapeText(error.message, 400)}`).map(paint.warn)),
  ];
}

function count(number: number, what: "permit" | "forbid"): string {
  return `${number} ${number === 1 ? what : `${what}s`}`;
}

function policyLines(explanation: Explanation, paint: Paint, full: boolean): readonly string[] {
  const order = (trace: PolicyTrace) => explanation.nearest.indexOf(trace.policy.id);
  const permits = explanation.traces.filter((trace) => trace.policy.effect === "permit");
  const forbids = explanation.traces.filter((trace) => trace.policy.effect === "forbid");
  const isBeside = ({ policy }: PolicyTrace) =>
    explanation.cause === "schema-invalid" && policy.annotations["cause"] === "undeclared";
  const standing = forbids.filter((trace) => trace.value !== "false" && (full || !isBeside(trace)));
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

function footer(explanation: Explanation, paint: Paint): readonly string[] {
  const policies = explanation.policies.replace("sha256:", "").slice(0, 7);
  const engines = explanation.engines.join(" + ") || "no engine";
  const { recorded } = explanation;
  const opinion = secondOpinion(explanation, paint);
  if (recorded === undefined) return [paint.dim(`Evaluated just now · policies ${policies} · ${engines}`), ...opinion];
  const when = recorded.at.slice(0, 19).replace("T", " ");
  const ending = escapeText(recorded.ending ?? "", 40);
  const message = recorded.message === undefined ? "" : `: ${escapeText(recorded.message, 400)}`;
  const lines = [
    paint.dim(`Recorded   ${when} UTC · decision ${recorded.decision}`),
    ...(ending === "" ? [] : wrap(ending + message, "           ").map(paint.dim)),
    paint.dim(`           policies ${policies} · ${engines}`),
  ];
  if (explanation.refused === undefined) lines.push(comparison(recorded, paint));
  if (recorded.now !== undefined)
    lines.push(`           under the present policies: ${recorded.now === "allow" ? "allowed" : "denied"}`);
  return [...lines, ...opinion];
}

/** Rego is evaluated twice for an explanation: compiled, as calls are, and by OPA itself. */
function secondOpinion({ traces }: Explanation, paint: Paint): readonly string[] {
  const opinions = new Set(traces.map((trace) => trace.secondOpinion));
  if (opinions.has("different"))
    return wrap("! OPA itself comes to another answer than the compiled policies; please report it").map(paint.bad);
  return opinions.has("same") ? [paint.dim("           OPA itself, asked too: same answer")] : [];
}

function comparison({ same, answer, cause }: Recorded, paint: Paint): string {
  if (same) return paint.dim("           evaluated again just now: same answer");
  const was = cause === undefined ? answer : `${answer}, ${cause}`;
  return paint.bad(`           evaluated again just now: NOT the recorded answer (${was})`);
}
