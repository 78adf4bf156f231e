import type { Obligation } from "../../decisions/obligation.ts";
import { grouped } from "../../terminal/layout.ts";
import { boundInWords } from "../bound-in-words.ts";
import type { Explanation, Recorded } from "../explanation.ts";
import type { Section, Words } from "../report/report.ts";

/** The obligations of an allow and, of a recorded call, what they came to. */
export function limitsSection({ obligations, recorded }: Explanation): Section {
  const rules = obligations.map((obligation) => ({
    label: "limits",
    words: limitOf(obligation, recorded === undefined),
  }));
  const applied = recorded?.result === undefined ? [] : [{ label: "applied", words: resultOf(recorded.result) }];
  const rows = [...rules, ...applied];
  return { title: "Limits", isPlain: true, blocks: rows.length === 0 ? [] : [{ kind: "facts", rows }] };
}

function limitOf(obligation: Obligation, isAsked: boolean): Words {
  const by = obligation.policy.slice(obligation.policy.indexOf("#") + 1);
  // Only a call that is made counts, and is counted.
  const rest = isAsked && obligation.kind === "rate" ? "); how much of it is used up was not looked at" : ")";
  return [`${boundInWords(obligation)} (`, { name: by }, rest];
}

function resultOf({ bytes, status, truncated, redactions }: NonNullable<Recorded["result"]>): string {
  const parts = [
    ...(status === undefined ? [] : [`status ${status}`]),
    ...(bytes === undefined ? [] : [`${grouped(bytes)} bytes`]),
    ...(truncated === true ? ["cut short"] : []),
    ...(redactions === undefined ? [] : [`a secret taken out ${redactions}×`]),
  ];
  return parts.join(", ");
}
