import type { Explanation } from "../explanation.ts";
import { remedyOf } from "../remedy-of-cause.ts";
import type { Block, Headline, Note, Section } from "../report/report.ts";
import { requestInWords } from "../request-in-words.ts";

/** The answer, what was asked, and why in a line; of a denial never without its cause. */
export function headlineOf(explanation: Explanation): Headline {
  const { answer, request } = explanation;
  const base = { answer, asked: requestInWords(request) };
  if (answer === "allow") {
    const permits = explanation.verdicts.flatMap((verdict) => verdict.determining).length;
    const meaning = `permitted by ${permits}, forbidden by 0`;
    return { ...base, meaning, lines: [...openedBy(explanation), ...redirectOf(explanation)] };
  }
  const cause = explanation.cause ?? "no-permit";
  // What is malformed is declared nowhere, and that says no more of it.
  const beside = cause === "schema-invalid" ? [cause, "undeclared"] : [cause];
  const also = explanation.causes.filter((other) => !beside.includes(other));
  const lines: readonly Note[] = [
    ...(explanation.because === undefined ? [] : [{ words: explanation.because }]),
    ...(also.length === 0 ? [] : [{ words: `also: ${also.join(", ")}`, tone: "dim" } as const]),
    ...redirectOf(explanation),
  ];
  return { ...base, meaning: (explanation.remedy ?? remedyOf(explanation)).meaning, cause, lines };
}

/** What opened the way for a call that the shipped forbids would hold back. */
function openedBy({ request: { action, resource, context } }: Explanation): readonly Note[] {
  const { openedBy } = context;
  // Of a request by name, an opening of its origin is needed only where it goes in the clear.
  if (action === "https.request" && !resource.id.startsWith("http:")) return [];
  return typeof openedBy === "string" ? [{ words: ["opened by ", { code: openedBy }] }] : [];
}

function redirectOf({ recorded }: Explanation): readonly Note[] {
  const from = recorded?.redirectedFrom;
  return from === undefined ? [] : [{ words: ["redirected from ", { code: from }] }];
}

/** Where the explanation cannot be relied on: said before anything else is. */
export function alarmsSection({ consistent, recorded, refused, traces }: Explanation): Section {
  const blocks: Block[] = [];
  const shout = (words: string) => void blocks.push({ kind: "line", mark: "attention", words, tone: "bad" });
  if (!consistent)
    shout("THE REASONS BELOW DO NOT COME TO THIS ANSWER. The answer is the engines' own; please report this.");
  if (recorded !== undefined && !recorded.same && refused === undefined) {
    const was = recorded.cause === undefined ? recorded.answer : `${recorded.answer}, ${recorded.cause}`;
    shout(`evaluated again just now: NOT the recorded answer (${was})`);
  }
  if (traces.some(({ secondOpinion }) => secondOpinion === "different"))
    shout("OPA itself comes to another answer than the compiled policies; please report it");
  return { title: "Not to be relied on", isPlain: true, blocks };
}
