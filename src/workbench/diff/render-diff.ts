import type { PolicyInfo } from "../../decisions/policy-info.ts";
import { escapeText } from "../../errors/escape-text.ts";
import { requestInWords } from "../../explain/request-in-words.ts";
import { spread, wrap } from "../../terminal/layout.ts";
import type { Paint } from "../../terminal/paint.ts";
import { boundLines } from "../replay/bound-lines.ts";
import type { Difference } from "../replay/compare-answers.ts";
import type { TouchedDocument } from "./compare-documents.ts";
import type { PolicyDiff, RecordedDifference } from "./diff-sets.ts";
import type { Probed, Witness } from "./find-witnesses.ts";

const recordedShownMax = 10;
const marks = { added: "+", removed: "-", changed: "~", members: "~" } as const;

/** How what differs is called by its file and by its place, as a person would open it. */
export interface Placing {
  readonly policy: (policy: PolicyInfo) => string;
  readonly document: (document: TouchedDocument) => string;
}

/** Each policy that was touched with a request that shows what became of it, then what is on record. */
export function renderDiff(diff: PolicyDiff, placing: Placing, paint: Paint): readonly string[] {
  const { touched, documents, probed, recorded } = diff;
  const isSameText = touched.length === 0 && documents.length === 0;
  if (isSameText && recorded.differences.length === 0) return ["The two are the same to every request."];
  return [
    ...documents.flatMap((one) => documentLines(one, placing, paint)),
    ...probed.flatMap((one) => probedLines(one, placing, paint)),
    ...(touched.length === 0 ? ["No policy differs by its text."] : []),
    "",
    ...recordedLines(recorded, paint),
  ];
}

const told: { readonly [K in TouchedDocument["kind"]]: string } = {
  bundle: "it is compiled, so no request can be made up for it",
  entities: "what it says counts with the policies that name its groups and domains",
  data: "what it says counts with the policies that read it",
};

function documentLines(document: TouchedDocument, placing: Placing, paint: Paint): readonly string[] {
  const { change, kind, file } = document;
  const name = file.slice(file.lastIndexOf("/") + 1);
  const title = `${marks[change]} ${kind === "bundle" ? "bundle " : ""}${paint.bold(escapeText(name, 60))}  ${change}`;
  return [
    spread(title, paint.dim(escapeText(placing.document(document), 200))),
    ...wrap(told[kind], "    ").map(paint.dim),
  ];
}

function probedLines({ touched, witnesses, tried }: Probed, placing: Placing, paint: Paint): readonly string[] {
  const { policy, change } = touched;
  const what = change === "members" ? "with other members" : change;
  const title = `${marks[change]} ${policy.effect} ${paint.bold(escapeText(policy.name, 60))}  ${what}`;
  const lines = [spread(title, paint.dim(escapeText(placing.policy(policy), 200)))];
  if (witnesses.length > 0) return [...lines, ...witnesses.flatMap((witness) => witnessLines(witness, paint))];
  const why =
    touched.before === undefined && touched.after === undefined
      ? "it is compiled, so no request can be made up for it"
      : `none of ${tried} requests that it suggests is answered otherwise`;
  return [...lines, ...wrap(why, "    ").map(paint.dim)];
}

function witnessLines({ difference, request, by }: Witness, paint: Paint): readonly string[] {
  return [
    ...differenceLines(difference, escapeText(requestInWords(request), 400), "    ", paint),
    ...(by.length === 0 ? [] : wrap(`by ${namesOf(by)}`, "                  ").map(paint.dim)),
  ];
}

function recordedLines({ decisions, notReplayable, differences }: PolicyDiff["recorded"], paint: Paint) {
  if (decisions === 0) return ["Nothing is on record to hold them against."];
  const gone = notReplayable === 0 ? "" : `, ${notReplayable} without evidence`;
  const byChange = Map.groupBy(differences, ({ difference }) => changeIn(difference));
  // Of what is bound otherwise there is mostly none.
  const counted = changes.filter((change) => isFlip(change) || byChange.has(change));
  const counts = counted.map((change) => `${byChange.get(change)?.length ?? 0} ${change}`).join(", ");
  const ordered = changes.flatMap((change) => byChange.get(change) ?? []);
  return [
    ...wrap(`Of ${decisions} recorded decisions${gone}: ${counts}.`),
    ...ordered.slice(0, recordedShownMax).flatMap((one) => recordedDifferenceLines(one, paint)),
    ...(ordered.length > recordedShownMax ? [paint.dim(`  … ${ordered.length - recordedShownMax} more`)] : []),
  ];
}

function recordedDifferenceLines({ difference, entry, request }: RecordedDifference, paint: Paint): readonly string[] {
  const when = entry.at.slice(0, 16).replace("T", " ");
  return [
    ...differenceLines(difference, `${when}  ${escapeText(requestInWords(request), 400)}`, "  ", paint),
    paint.dim(`                yoi plugin explain ${entry.decision}`),
  ];
}

function differenceLines(difference: Difference, request: string, indent: string, paint: Paint): readonly string[] {
  const tone = difference.direction === "wider" ? paint.warn : paint.dim;
  return [
    ...wrap(`${changeIn(difference)}  ${request}`, indent).map(tone),
    ...boundLines(difference, `${indent}              `).map(paint.dim),
  ];
}

const changes = ["deny → allow", "less limited", "allow → deny", "more limited"] as const;

function changeIn({ direction, before, after }: Difference): (typeof changes)[number] {
  if (before === after) return direction === "wider" ? "less limited" : "more limited";
  return after === "allow" ? "deny → allow" : "allow → deny";
}

function isFlip(change: (typeof changes)[number]): boolean {
  return change.includes("→");
}

function namesOf(policies: readonly PolicyInfo[]): string {
  return policies.map(({ name }) => escapeText(name, 60)).join(", ");
}
