import type { Obligation } from "../../decisions/obligation.ts";
import { escapeText } from "../../errors/escape-text.ts";
import { boundInWords } from "../../explain/bound-in-words.ts";
import { wrap } from "../../terminal/layout.ts";
import { policyTitle } from "../policy-title.ts";
import type { Difference } from "./compare-answers.ts";

/** What an allow is held to no longer, and what it is held to now. */
export function boundLines({ dropped, added }: Difference, indent: string): readonly string[] {
  return [...linesOf("no longer", dropped, indent), ...linesOf("now", added, indent)];
}

function linesOf(word: string, obligations: readonly Obligation[], indent: string): readonly string[] {
  return obligations.flatMap((one) =>
    wrap(escapeText(`${word} ${boundInWords(one)} (${policyTitle(one.policy)})`, 300), indent),
  );
}
