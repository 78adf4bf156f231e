import type { Explanation, Recorded } from "../explanation.ts";
import type { Fact, Section } from "../report/report.ts";
import { inMs } from "./calls-section.ts";

/** When it was decided, by what, and whether the explanation was held against that. */
export function recordSection(explanation: Explanation): Section {
  const { recorded } = explanation;
  const rows = [
    ...(recorded === undefined ? [now(explanation)] : recordRows(recorded, explanation)),
    ...checks(explanation),
  ];
  return { title: "How this is known", isPlain: true, blocks: [{ kind: "facts", rows }] };
}

function now(explanation: Explanation): Fact {
  return { label: "Evaluated", words: ["just now · ", ...byWhat(explanation)], tone: "dim" };
}

function recordRows(recorded: Recorded, explanation: Explanation): readonly Fact[] {
  const { at, decision, ending, message, tree, same, now } = recorded;
  const when = at.slice(0, 19).replace("T", " ");
  const end = message === undefined ? ending : `${ending}: ${message}`;
  const took = tree === undefined ? "" : ` · ${inMs(tree.tookUs)}`;
  return [
    { label: "Recorded", words: [`${when} UTC · decision `, { code: decision }], tone: "dim" },
    ...(end === undefined ? [] : [quiet(end + took)]),
    { label: "", words: byWhat(explanation), tone: "dim" },
    ...(same && explanation.refused === undefined ? [quiet("evaluated again just now: same answer")] : []),
    ...(now === undefined ? [] : [{ label: "", words: `as things are now: ${answersNow[now]}` }]),
  ];
}

const answersNow = {
  allow: "allowed",
  deny: "denied",
  refused: "denied, for the policies are refused; yoi policy check says why",
} as const;

function byWhat({ policies, engines }: Explanation) {
  const digest = policies.replace("sha256:", "").slice(0, 7);
  return ["policies ", { code: digest }, " · ", { code: engines.join(" + ") || "no engine" }];
}

/** Rego is evaluated twice for an explanation: compiled, as calls are, and by OPA itself. */
function checks({ traces, consistent, verdicts }: Explanation): readonly Fact[] {
  // With an engine that gave no answer, there is none that reasons could come to.
  const isAnswered = verdicts.every(({ errors }) => errors.every(({ policy }) => policy !== undefined));
  return [
    ...(consistent && isAnswered && traces.length > 0
      ? [quiet("the reasons above, read by themselves: same answer")]
      : []),
    ...(traces.some(({ secondOpinion }) => secondOpinion === "same")
      ? [quiet("OPA itself, asked too: same answer")]
      : []),
  ];
}

function quiet(words: string): Fact {
  return { label: "", words, tone: "dim" };
}
