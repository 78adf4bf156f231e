import type { PolicyInfo } from "../../decisions/policy-info.ts";
import { escapeText } from "../../errors/escape-text.ts";
import { requestInWords } from "../../explain/request-in-words.ts";
import { spread, wrap } from "../../terminal/layout.ts";
import type { Paint } from "../../terminal/paint.ts";
import type { PolicyDiff, RecordedDifference } from "./diff-sets.ts";
import type { Direction, Probed, Witness } from "./find-witnesses.ts";

const recordedShownMax = 10;
const marks = { added: "+", removed: "-", changed: "~" } as const;
const arrows: { readonly [D in Direction]: string } = { wider: "deny → allow", narrower: "allow → deny" };

/** Each policy that was touched with a request that shows what became of it, then what is on record. */
export function renderDiff(diff: PolicyDiff, placeOf: (policy: PolicyInfo) => string, paint: Paint): readonly string[] {
  const { touched, probed, recorded } = diff;
  if (touched.length === 0 && recorded.differences.length === 0) return ["The two are the same to every request."];
  return [
    ...probed.flatMap((one) => probedLines(one, placeOf, paint)),
    ...(touched.length === 0 ? ["No policy differs by its text."] : []),
    "",
    ...recordedLines(recorded, paint),
  ];
}

function probedLines(
  { touched, witnesses, tried }: Probed,
  placeOf: (policy: PolicyInfo) => string,
  paint: Paint,
): readonly string[] {
  const { policy, change } = touched;
  const title = `${marks[change]} ${policy.effect} ${paint.bold(escapeText(policy.name, 60))}  ${change}`;
  const lines = [spread(title, paint.dim(escapeText(placeOf(policy), 200)))];
  if (witnesses.length > 0) return [...lines, ...witnesses.flatMap((witness) => witnessLines(witness, paint))];
  const why =
    touched.before === undefined && touched.after === undefined
      ? "it is compiled, so no request can be made up for it"
      : `none of ${tried} requests that it suggests is answered otherwise`;
  return [...lines, ...wrap(why, "    ").map(paint.dim)];
}

function witnessLines({ direction, request, by }: Witness, paint: Paint): readonly string[] {
  const tone = direction === "wider" ? paint.warn : paint.dim;
  return [
    ...wrap(`${arrows[direction]}  ${escapeText(requestInWords(request), 400)}`, "    ").map(tone),
    ...(by.length === 0 ? [] : wrap(`by ${namesOf(by)}`, "                  ").map(paint.dim)),
  ];
}

function recordedLines({ decisions, notReplayable, differences }: PolicyDiff["recorded"], paint: Paint) {
  if (decisions === 0) return ["Nothing is on record to hold them against."];
  const gone = notReplayable === 0 ? "" : `, ${notReplayable} without evidence`;
  const [wider, narrower] = [ofDirection(differences, "wider"), ofDirection(differences, "narrower")];
  return [
    ...wrap(
      `Of ${decisions} recorded decisions${gone}: ${wider.length} deny → allow, ${narrower.length} allow → deny.`,
    ),
    ...[...wider, ...narrower].slice(0, recordedShownMax).flatMap((one) => differenceLines(one, paint)),
    ...(differences.length > recordedShownMax ? [paint.dim(`  … ${differences.length - recordedShownMax} more`)] : []),
  ];
}

function ofDirection(differences: readonly RecordedDifference[], wanted: Direction): readonly RecordedDifference[] {
  return differences.filter(({ direction }) => direction === wanted);
}

function differenceLines({ direction, entry, request }: RecordedDifference, paint: Paint): readonly string[] {
  const when = entry.at.slice(0, 16).replace("T", " ");
  const tone = direction === "wider" ? paint.warn : paint.dim;
  return [
    ...wrap(`${arrows[direction]}  ${when}  ${escapeText(requestInWords(request), 400)}`, "  ").map(tone),
    paint.dim(`                yoi plugin explain ${entry.decision}`),
  ];
}

function namesOf(policies: readonly PolicyInfo[]): string {
  return policies.map(({ name }) => escapeText(name, 60)).join(", ");
}
