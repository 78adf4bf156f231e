import type { PolicyLayer } from "../../decisions/policy-info.ts";
import { escapeText } from "../../errors/escape-text.ts";
import { pad, spread, wrap } from "../../terminal/layout.ts";
import type { Paint } from "../../terminal/paint.ts";
import type { ListedPolicy, PolicyList } from "./list-policies.ts";

const titles: readonly { readonly layer: PolicyLayer; readonly title: string }[] = [
  { layer: "invariant", title: "Shipped with Yoi: they hold whatever anybody permits" },
  { layer: "user", title: "Your own: no workspace can lift a forbid in here" },
  { layer: "workspace", title: "This workspace's" },
  { layer: "grant", title: "Grants in yoi.toml, which compile to Cedar" },
];

/** The list by layer: where each policy comes from, what it is written in and, with `full`, what it says. */
export function renderPolicies({ policies, bundles }: PolicyList, paint: Paint, full: boolean): string {
  const lines: string[] = [];
  for (const { layer, title } of titles) {
    const own = policies.filter((policy) => policy.layer === layer);
    const compiled = bundles.filter((bundle) => bundle.layer === layer);
    if (own.length + compiled.length === 0) continue;
    if (lines.length > 0) lines.push("");
    lines.push(...titleLines(title, countsOf(own, compiled.length), paint));
    for (const policy of own) lines.push(...policyLines(policy, paint, full));
    for (const { file } of compiled)
      lines.push(
        spread(`  ${pad("bundle", 6)} compiled: what is in it cannot be listed`, paint.dim(escapeText(file, 200))),
      );
  }
  return lines.join("\n");
}

function titleLines(title: string, counts: string, paint: Paint): readonly string[] {
  return spread(title, counts)
    .split("\n")
    .map((line, index) => (index === 0 ? paint.bold(line) : line));
}

function policyLines(policy: ListedPolicy, paint: Paint, full: boolean): readonly string[] {
  const { effect, name, place, annotations, language, text } = policy;
  const head = `  ${pad(language, 6)} ${effect} ${escapeText(name, 60)}`;
  const reason = annotations["reason"] ?? annotations["because"];
  return [
    spread(head, paint.dim(`${escapeText(place.file, 200)}:${place.line}:${place.column}`)),
    ...(reason === undefined ? [] : wrap(escapeText(reason), "    ")),
    ...(full ? sourceLines(text) : []),
  ];
}

// A line of source is as long as somebody wrote it: broken, it would no longer be what stands in the file.
function sourceLines(text: string): readonly string[] {
  return text.split("\n").map((line) => `      ${escapeText(line, lineMax)}`.trimEnd());
}

const lineMax = 2_000;

function countsOf(policies: readonly ListedPolicy[], bundles: number): string {
  const count = (effect: ListedPolicy["effect"]) => policies.filter((policy) => policy.effect === effect).length;
  return [
    ...some(count("permit"), "permit"),
    ...some(count("forbid"), "forbid"),
    ...some(count("oblige"), "obligation"),
    ...some(bundles, "bundle"),
  ].join(", ");
}

function some(number: number, what: string): readonly string[] {
  return number === 0 ? [] : [`${number} ${number === 1 ? what : `${what}s`}`];
}
