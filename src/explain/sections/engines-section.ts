import type { Verdict } from "../../decisions/verdict.ts";
import type { Explanation } from "../explanation.ts";
import type { Fact, Part, Section } from "../report/report.ts";

/** What each engine said by itself. */
export function enginesSection({ verdicts }: Explanation): Section {
  return {
    title: "What each engine said",
    isFolded: true,
    blocks: verdicts.length === 0 ? [] : [{ kind: "facts", rows: verdicts.map(verdictFact), indent: "  " }],
  };
}

function verdictFact({ engine, effect, determining, considered, total }: Verdict): Fact {
  const names = determining.flatMap(({ name }, index): readonly Part[] => [index === 0 ? " by " : ", ", { name }]);
  return { label: engine, words: [effect, ...names, ` · ${considered} of ${total} policies considered`] };
}
