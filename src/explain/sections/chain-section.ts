import type { ChainStep, Explanation } from "../explanation.ts";
import type { Note, Section, TreeNode } from "../report/report.ts";

/** What a tool's execution hangs on, step by step, and under it what the tool's capabilities would get. */
export function chainSection({ chain = [], recorded }: Explanation): Section {
  const capabilities = chain.filter(({ what }) => what === "capability").map(stepNode);
  const steps = chain.filter(({ what }) => what !== "capability").map(stepNode);
  const last = steps.pop();
  const nodes = last === undefined ? capabilities : [...steps, { ...last, children: capabilities }];
  return {
    title: `What its execution hangs on${recorded?.now === undefined ? "" : " now"}, and what its capabilities would get`,
    // Where nothing of it is denied, it is nobody's question.
    ...(chain.every(({ answer }) => answer === "allow") && { isFolded: true }),
    blocks: nodes.length === 0 ? [] : [{ kind: "tree", nodes, indent: "  " }],
  };
}

function stepNode({ what, words, answer, cause, by }: ChainStep): TreeNode {
  const names = by.flatMap(({ name }, index) => [index === 0 ? "by " : ", ", { name }]);
  const note: readonly Note[] = names.length === 0 ? [] : [{ words: names, tone: "dim", isFolded: answer === "allow" }];
  return {
    mark: answer,
    ...(what !== "capability" && { label: what }),
    words: [{ code: words }],
    ...(answer !== "allow" && { cells: [answer === "deny" ? `(${cause ?? "no-permit"})` : "on the request"] }),
    notes: note,
  };
}
