import type { PolicyTrace, TraceNode, TraceValue } from "../decisions/trace.ts";
import { escapeText } from "../errors/escape-text.ts";
import { columnsOf, pad, spread, widthDefault, wrap } from "../terminal/layout.ts";
import type { Paint } from "../terminal/paint.ts";

const marks: { readonly [V in TraceValue]: string } = { true: "✓", false: "✗", error: "!", unreached: "?" };

function mark(value: TraceValue, paint: Paint): string {
  const tone = { true: paint.good, false: paint.bad, error: paint.warn, unreached: paint.dim }[value];
  return tone(marks[value]);
}

/** A policy's name and place, its reason, and the tree of its clauses. Folded to the clauses that failed unless `full`. */
export function renderTrace(trace: PolicyTrace, paint: Paint, options: { readonly full: boolean }): readonly string[] {
  const { policy, clauses } = trace;
  const place = `${policy.place.file}:${policy.place.line}:${policy.place.column}`;
  const lines = [
    spread(`${mark(trace.value, paint)} ${policy.effect} ${paint.bold(escapeText(policy.name, 60))}`, paint.dim(place)),
  ];
  const reason = policy.annotations["reason"];
  if (reason !== undefined) lines.push(...wrap(`"${escapeText(reason)}"`, "  "));
  const failing = clauses.filter((clause) => clause.value !== "true");
  const shown = options.full || failing.length === 0 ? clauses : clauses.filter((clause) => !isTrivial(clause));
  for (const [index, clause] of shown.entries()) {
    lines.push(...renderNode(clause, "  ", index === shown.length - 1, paint, options.full));
  }
  return lines;
}

/** A scope clause that constrains nothing says nothing. */
function isTrivial(clause: TraceNode): boolean {
  return clause.kind === "scope" && /^(principal|action|resource)$/.test(clause.text);
}

function renderNode(node: TraceNode, indent: string, last: boolean, paint: Paint, full: boolean): readonly string[] {
  const below = `${indent}${last ? "  " : "│ "}`;
  const prefix = node.kind === "when" || node.kind === "unless" ? `${node.kind} ` : "";
  const [first = "", ...rest] = wrap(escapeText(prefix + node.text, 1_000), "", widthDefault - columnsOf(indent) - 4);
  const lines = [
    `${indent}${last ? "└" : "├"} ${mark(node.value, paint)} ${first}`,
    ...rest.map((line) => `${below}    ${line}`),
  ];
  // A clause that failed shows what the request has; one that holds says so only on request.
  if (node.error !== undefined) lines.push(...wrap(escapeText(node.error, 400), `${below}    `).map(paint.warn));
  if (node.actual !== undefined && (full || node.value !== "true" || node.children.length === 0)) {
    lines.push(...renderActual(node, `${below}    `, paint));
  }
  const children = full || node.value !== "true" ? node.children : [];
  for (const [index, child] of children.entries()) {
    lines.push(...renderNode(child, below, index === children.length - 1, paint, full));
  }
  return lines;
}

function renderActual(node: TraceNode, indent: string, paint: Paint): readonly string[] {
  if (node.value === "true" && node.kind === "scope") return [];
  const lines = beside("this is", node.actual ?? "", indent);
  if (node.inside !== undefined) lines.push(...beside("inside", node.inside, indent));
  return lines.map(paint.dim);
}

function beside(label: string, text: string, indent: string): string[] {
  const column = " ".repeat(9);
  const [first = "", ...rest] = wrap(escapeText(text, 400), indent + column);
  return [indent + pad(label, column.length) + first.slice(indent.length + column.length), ...rest];
}
