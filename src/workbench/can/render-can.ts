import { limits } from "../../calls/limits.ts";
import { obligationKinds } from "../../decisions/obligation.ts";
import type { PolicyInfo } from "../../decisions/policy-info.ts";
import { escapeText } from "../../errors/escape-text.ts";
import type { Bearing } from "../../explain/reach/weigh-policies.ts";
import { columnsOf, pad, spread, widthDefault, wrap } from "../../terminal/layout.ts";
import type { Paint } from "../../terminal/paint.ts";
import { onceEnabled } from "./as-if-enabled.ts";
import type { CanRow, PluginReach } from "./plugin-reach.ts";

/** The list for a person: what may be done first, what hangs on conditions, what is denied, and permits without a use. */
export function renderCan(reach: PluginReach, paint: Paint): string {
  const lines = [
    `${paint.bold(reach.plugin)} ${escapeText(reach.packageVersion, 40)}`.trimEnd(),
    ...(reach.enabled ? [] : wrap(supposition).map((line) => paint.warn(line))),
  ];
  const isOfTool = ({ action }: CanRow) => action === "tool.register" || action === "tool.execute";
  const hasTools = new Set(reach.rows.flatMap(({ tools }) => tools)).size > 1;
  const sections = [
    { title: "Its tools", rows: reach.rows.filter(isOfTool), isMany: false },
    { title: "What its tools ask of the host", rows: reach.rows.filter((row) => !isOfTool(row)), isMany: hasTools },
  ];
  for (const { title, rows, isMany } of sections) {
    if (rows.length === 0) continue;
    lines.push("", paint.bold(title), ...rows.flatMap((row) => rowLines(row, isMany, paint)));
  }
  if (reach.unused.length > 0) lines.push("", paint.bold("Permitted, and the manifest asks for nothing of it"));
  for (const { policy, actions } of reach.unused) {
    lines.push(...policyLine(policy, paint), ...wrap(actions.join(", "), "      "));
  }
  lines.push("", countsOf(reach.rows));
  return lines.join("\n");
}

const supposition =
  "! It is not enabled: it gets nothing as things are. This is what it would get after `yoi plugin enable`, with the agent `cli` and with the mounts of the same names.";

const words = { allow: "allowed", depends: "depends", deny: "denied" } as const;

function rowLines(row: CanRow, isMany: boolean, paint: Paint): readonly string[] {
  const tone = { allow: paint.good, depends: paint.warn, deny: paint.bad }[row.answer];
  const subject = wrap(escapeText(subjectOf(row), 600), "           ");
  const [first = "", ...rest] = row.cause === undefined ? subject : withCause(subject, `(${row.cause})`);
  const from = isMany ? wrap(`from ${row.tools.join(", ")}`, "           ") : [];
  return [
    `  ${tone(pad(words[row.answer], 7))}  ${first.trimStart()}`,
    ...rest,
    ...row.except.flatMap((one) => wrap(escapeText(`but for ${one}, which is told apart`, 400), "           ")),
    ...from.map(paint.dim),
    ...row.by.flatMap((policy) => policyLine(policy, paint)),
    ...row.permits.flatMap((one) => bearingLines(one, "when", paint)),
    ...unknownLines(row),
    ...row.obliges.flatMap((one) => bearingLines(one, "when", paint)),
    ...limitLines(row),
    ...row.forbids.flatMap((one) => bearingLines(one, "denied when", paint)),
  ];
}

/** Of what depends on nothing that can be named: why. */
function unknownLines({ answer, permits, forbids, skipped }: CanRow): readonly string[] {
  if (skipped === true) {
    return [`           not asked about, after ${limits.reachQuestionsMax} questions; --tool asks fewer`];
  }
  const isNamed = answer !== "depends" || permits.length + forbids.length > 0;
  return isNamed ? [] : ["           on a bundle, or on an engine that gave no answer"];
}

/** The cause behind the last line where there is room for it, else below. */
function withCause(lines: readonly string[], cause: string): readonly string[] {
  const last = `${lines.at(-1) ?? ""}   ${cause}`;
  return columnsOf(last) > widthDefault ? [...lines, `           ${cause}`] : [...lines.slice(0, -1), last];
}

function subjectOf({ action, asked, at, extent, tools, agents }: CanRow): string {
  if (agents !== undefined) {
    const named = agents.filter((agent) => agent !== "*").join(", ");
    const who = !agents.includes("*") ? named : named === "" ? "any agent" : `${named}, and any other agent`;
    return `${action} ${tools.join(", ")} for ${who}`;
  }
  if (at === undefined) return asked;
  const what = asked.slice(0, asked.lastIndexOf(" "));
  const where = { all: `${at} and all below it`, below: `all below ${at}`, itself: `${at} itself` }[extent];
  return `${what} ${where}`;
}

function bearingLines({ policy, conditions }: Bearing, when: string, paint: Paint): readonly string[] {
  return [
    ...policyLine(policy, paint),
    ...conditions.flatMap((text, index) => {
      const lead = index === 0 ? `${when} ` : "and ";
      return wrap(escapeText(`${lead}${text}`, 600), "        ");
    }),
  ];
}

/** What an allowed call is held to, as the policies write it. */
function limitLines({ permits, obliges, obligations }: CanRow): readonly string[] {
  const own = [...permits, ...obliges].flatMap(({ policy }) =>
    obligationKinds.flatMap((name) => {
      const text = policy.annotations[name];
      return text === undefined ? [] : [`limit ${name} ${text} (${policy.name})`];
    }),
  );
  const others = obligations.map(({ kind, policy }) => `limit ${kind} (${policy.slice(policy.indexOf("#") + 1)})`);
  return [...own, ...others].flatMap((line) => wrap(escapeText(line, 400), "      "));
}

function policyLine({ effect, name, place: { file, line, column } }: PolicyInfo, paint: Paint): readonly string[] {
  const where = file === onceEnabled ? onceEnabled : `${escapeText(file, 200)}:${line}:${column}`;
  return spread(`      ${effect} ${escapeText(name, 60)}`, where)
    .split("\n")
    .map(paint.dim);
}

function countsOf(rows: readonly CanRow[]): string {
  const count = (answer: CanRow["answer"]) => rows.filter((row) => row.answer === answer).length;
  return `${count("allow")} allowed · ${count("depends")} on conditions · ${count("deny")} denied`;
}
