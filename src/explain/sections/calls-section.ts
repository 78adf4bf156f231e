import type { CallTree, Explanation, RecordedStep } from "../explanation.ts";
import type { Note, Section, TreeNode } from "../report/report.ts";

/** Of a recorded call that led to others: all of them, with what became of each and how long it took. */
export function callsSection({ recorded }: Explanation): Section {
  const tree = recorded?.tree;
  if (tree === undefined || tree.below.length === 0) return { title: callsTitle, blocks: [] };
  const more = tree.leftOut ?? 0;
  return {
    title: callsTitle,
    blocks: [
      { kind: "tree", nodes: [callNode(tree, recorded?.steps ?? [])], indent: "  " },
      ...(more === 0
        ? []
        : [
            {
              kind: "tree",
              nodes: [{ words: `… ${more} more: yoi journal show ${tree.decision}` }],
              indent: "  ",
            } as const,
          ]),
    ],
  };
}

const callsTitle = "The calls that it led to";

function callNode(call: CallTree, steps: readonly RecordedStep[], above?: CallTree): TreeNode {
  const { answer, cause, ending, tookUs, spent, decision, below } = call;
  const stages = Object.entries(spent).map(([stage, us]) => `${stage} ${inMs(us)}`);
  const isUneventful = answer === "allow" && ending === "performed";
  const further: readonly Note[] =
    above === undefined
      ? []
      : [{ words: [{ code: `yoi plugin explain ${decision}` }], tone: "dim", isFolded: isUneventful }];
  return {
    mark: answer,
    words: [{ code: above === undefined ? call.words : wordsUnder(call, above, steps) }],
    cells: [answer === "deny" ? (cause ?? "denied") : (ending ?? "no end on record"), inMs(tookUs)],
    notes: [...further, { words: stages.join(" · "), tone: "dim", isFolded: true }],
    children: below.map((one) => callNode(one, steps, call)),
  };
}

/** Without what the call above has said already: who asks, and for which URL. */
function wordsUnder({ decision, words }: CallTree, above: CallTree, steps: readonly RecordedStep[]): string {
  const who = above.words.slice(0, above.words.indexOf(" → ") + 3);
  const asked = words.startsWith(who) ? words.slice(who.length) : words;
  const step = steps.find((one) => one.decision === decision);
  if (step?.address !== undefined) return `${step.action} to ${step.address} (${step.addressClass})`;
  const url = above.words.slice(above.words.lastIndexOf(" "));
  const end = asked.endsWith(url) ? asked.lastIndexOf(" for ") : -1;
  return end < 0 ? asked : asked.slice(0, end);
}

/** Microseconds as milliseconds, always with one digit, so that they stand below each other. */
export function inMs(us: number): string {
  // Numbers as the machine's locales write them cost ten milliseconds the first time.
  return `${(us / 1_000).toFixed(1).replace(/\B(?=(?:\d{3})+\.)/g, ",")} ms`;
}
