import { isDeepStrictEqual } from "node:util";
import { formatPolicies, policySetTextToParts, policyToJson } from "@cedar-policy/cedar-wasm/nodejs";
import type { Finding, Place } from "../../errors/error-details.ts";
import type { FormattedText } from "../formatted-text.ts";
import { exchangeLargeNumbers } from "./large-numbers.ts";
import { libraryFinding } from "./library-findings.ts";
import { depthFlaw, type PolicyText, splitPolicies } from "./split-policies.ts";

interface CedarFile {
  readonly file: string;
  readonly text: string;
}

const lineWidth = 80;
const indentWidth = 2;

/** Lays one policy out, or answers nothing where it cannot. What it does is held against what it was given. */
export type LayOut = (policy: string) => string | undefined;

/**
 * Lays a Cedar file out, each policy by the library's own formatter, what stands between them by hand: the library drops
 * the blank lines between comments. Nothing but white space changes, or the file is refused with a finding.
 */
export function formatCedar(source: CedarFile, layOut: LayOut = layOutByLibrary): FormattedText {
  const { policies, rest } = splitPolicies(source.text);
  const findings: Finding[] = [];
  let written = "";
  for (const part of policies) {
    const { before, body } = parted(part);
    const formatted = formatPolicy(body, { file: source.file, ...part.start }, source, layOut);
    if (typeof formatted !== "string") findings.push(formatted);
    else written = `${written}${between(written, before)}${formatted}`;
  }
  findings.push(...flawsOfRest(rest, source));
  if (findings.length > 0) return { findings };
  const text = `${written}${between(written, rest.text)}`.replace(/^\n+|\s+$/g, "");
  const whole = text === "" ? "" : `${text}\n`;
  // INVARIANT: whatever the rules above come to, the file has the same tokens and comments in the same order.
  if (!isDeepStrictEqual(tokensOf(whole), tokensOf(source.text))) {
    return { findings: [refusal("the layout of this file", { file: source.file })] };
  }
  return { text: whole };
}

/** A policy without what stands before it: blanks and comments, each on a line of its own. */
function parted({ text }: PolicyText): { readonly before: string; readonly body: string } {
  // What only JavaScript takes for a blank, such as a mark of the byte order, is the library's to refuse.
  const before = /^(?:[ \t\r\n]+|\/\/[^\r\n]*)*/.exec(text)?.[0] ?? "";
  return { before, body: text.slice(before.length) };
}

function formatPolicy(body: string, place: Required<Place>, source: CedarFile, layOut: LayOut): string | Finding {
  const flaw = depthFlaw(body);
  if (flaw !== undefined) return { message: flaw, place, remedy: "split the policy" };
  const before = treeOf(body);
  if (typeof before === "string") return placedFinding(body, place, source);
  const once = layOut(body);
  if (once === undefined) return refusal("a policy", place);
  if (once === body) return once;
  const isKept = isDeepStrictEqual(treeOf(once), before) && isDeepStrictEqual(tokensOf(once), tokensOf(body));
  // A comment at some places makes the library move, or lose, what stands beside it.
  return isKept && layOut(once) === once ? once : refusal("a policy", place);
}

function layOutByLibrary(body: string): string | undefined {
  const answer = formatPolicies({ policyText: body, lineWidth, indentWidth });
  return answer.type === "success" ? answer.formatted_policy.replace(/[ \t]+$/gm, "").trim() : undefined;
}

/** What a policy says, with its large numbers; a text is why it says nothing. */
function treeOf(body: string): object | string {
  const { text, numbers } = exchangeLargeNumbers(body);
  const answer = policyToJson(text);
  return answer.type === "success" ? { tree: answer.json, numbers } : "unreadable";
}

function placedFinding(body: string, place: Required<Place>, source: CedarFile): Finding {
  const answer = policyToJson(body);
  const [error] = answer.type === "failure" ? answer.errors : [];
  const from = { line: place.line, column: place.column };
  return error === undefined
    ? refusal("a policy", place)
    : libraryFinding(error, source, { text: body, from, start: from });
}

function flawsOfRest(rest: PolicyText, source: CedarFile): readonly Finding[] {
  const place = { file: source.file, ...rest.start };
  const flaw = depthFlaw(rest.text);
  if (flaw !== undefined) return [{ message: flaw, place }];
  const answer = policySetTextToParts(rest.text);
  if (answer.type === "failure") {
    return answer.errors.map((error) => libraryFinding(error, source, rest));
  }
  const isEmpty = answer.policies.length + answer.policy_templates.length === 0;
  return isEmpty ? [] : [{ message: "a policy lacks its `;`", place }];
}

function refusal(what: string, place: Place): Finding {
  return {
    message: `Cedar's formatter would change more than white space of ${what}`,
    place,
    remedy:
      "move its comments to lines of their own, above the policy, and write \\n for the ends of lines in its texts",
  };
}

/** What stands between two policies: a comment on the line where one ends, one blank line, then comments as they were. */
function between(written: string, text: string): string {
  const [sameLine = "", ...lines] = text.split(/\r\n|\r|\n/);
  const trailing = written !== "" && sameLine.trim() !== "" ? ` ${sameLine.trim()}` : "";
  const comments = (written === "" ? [sameLine, ...lines] : lines).map((line) => line.trim());
  const block = comments
    .join("\n")
    .replace(/\n{3,}/g, "\n\n")
    .replace(/^\n+/, "")
    .replace(/ +$/gm, "");
  const gap = written === "" ? "" : `${trailing}\n\n`;
  if (block.trim() === "") return gap;
  return `${gap}${block.endsWith("\n") ? block : `${block}\n`}`;
}

const pieces = /\/\/[^\r\n]*|"(?:\\[\s\S]|[^"\\])*"?|[A-Za-z0-9_]+|[^\s]/gu;

/** Everything but white space and commas behind the last of a list, in order; of comments their text. */
function tokensOf(text: string): readonly string[] {
  const all = [...text.matchAll(pieces)].map(([piece]) => (piece.startsWith("//") ? piece.trimEnd() : piece));
  return all.filter((piece, index) => {
    const next = all.slice(index + 1, index + 1 + commentsLookedPast).find((one) => !one.startsWith("//"));
    return piece !== "," || !/^[\])}]$/.test(next ?? "");
  });
}

const commentsLookedPast = 8;
