import type { PolicyInfo } from "../../decisions/policy-info.ts";
import type { CaseAnswer } from "./judge-case.ts";
import { limitsOf, showLimits } from "./read-expectation.ts";
import type { Because, Expectation } from "./suite-case.ts";

/** How an answer departs from what was expected: both in words; nothing where it does not. */
export interface Departure {
  readonly expected: string;
  readonly got: string;
}

/** Holds an answer against all that is expected of it. */
export function compareAnswer(expected: Expectation, answer: CaseAnswer): Departure | undefined {
  const { because, limits } = expected;
  // What is malformed is denied whatever policies say: such a case would test none, and could never fail.
  if (answer.cause === "schema-invalid" && because === undefined && expected.answer === "deny") {
    return { expected: "deny by policy", got: `${sayAnswer(answer)}; where that is meant: because = "schema-invalid"` };
  }
  const isAnswer = expected.answer === answer.answer && (because === undefined || isBecause(because, answer));
  if (!isAnswer) return { expected: sayExpected(expected), got: sayAnswer(answer) };
  if (limits === undefined) return undefined;
  const [wanted, got] = [showLimits(limits), showLimits(limitsOf(answer.obligations))];
  return wanted === got
    ? undefined
    : { expected: `${expected.answer} with ${wanted}`, got: `${got}${namesOf(answer)}` };
}

function isBecause(because: Because, { cause, determining }: CaseAnswer): boolean {
  const isNamed = (name: string) => determining.some((policy) => isCalled(policy, name));
  switch (because.kind) {
    case "cause":
      return cause === because.cause;
    case "policy":
      return isNamed(because.name);
    case "policies":
      return (
        because.names.every(isNamed) &&
        determining.every((policy) => because.names.some((name) => isCalled(policy, name)))
      );
  }
}

/** Whether a policy goes by this name: its own, or its whole id where others share that. */
export function isCalled({ id, name }: Pick<PolicyInfo, "id" | "name">, asked: string): boolean {
  return asked === name || asked === id;
}

function sayExpected({ answer, because }: Expectation): string {
  switch (because?.kind) {
    case "cause":
      return `${answer} (${because.cause})`;
    case "policy":
      return `${answer} by ${because.name}`;
    case "policies":
      return `${answer} by exactly ${because.names.join(", ")}`;
    case undefined:
      return answer;
  }
}

/** An answer in words: what it is, why, and by which policies. */
function sayAnswer(answer: CaseAnswer): string {
  const { cause, because, address } = answer;
  const why = cause === undefined ? "" : ` (${cause})`;
  const said = because === undefined ? "" : `: ${because}`;
  const where = address === undefined ? "" : ` at ${address}`;
  return `${answer.answer}${why}${said}${where}${namesOf(answer)}`;
}

function namesOf({ determining }: CaseAnswer): string {
  return determining.length === 0 ? "" : ` by ${determining.map(({ name }) => name).join(", ")}`;
}
