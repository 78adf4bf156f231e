import type { Description } from "../calls/description.ts";
import type { Flaw } from "../calls/flaw.ts";
import type { Cause } from "../decisions/cause.ts";
import { type Combined, combineVerdicts } from "../decisions/combine-verdicts.ts";
import type { Decision } from "../decisions/decision.ts";
import { type Obligation, undischargeable } from "../decisions/obligation.ts";
import type { Verdict } from "../decisions/verdict.ts";
import { escapeText } from "../errors/escape-text.ts";
import type { Journal, RateClaim } from "../journal/journal.ts";

/** What a decision is made from, once the engines have answered. */
export interface Question {
  readonly id: string;
  readonly description: Description;
  readonly verdicts: readonly Verdict[];
  readonly revision: string;
  readonly atMs: number;
  /** Whether anything could act on an allow. */
  readonly hasEffector: boolean;
  /** Whether an allow takes its place in a rate's window, or only looks whether there is one. */
  readonly consume: boolean;
}

/** Why a call is denied that policy alone would not deny so. */
interface Obstacle {
  readonly cause: Cause;
  readonly because: string;
}

/**
 * Combines the verdicts and settles what can still turn an allow into a deny: a flaw of the call itself, a missing
 * effector, an obligation that nobody here can discharge, a rate that is used up, a journal that cannot count.
 */
export async function settleGates(question: Question, journal: Journal): Promise<Decision> {
  const { id, verdicts, revision, description } = question;
  const combined = combineVerdicts(verdicts);
  const causes = combined.kind === "deny" ? combined.causes : [];
  const obstacle = flawOf(combined, description.flaw) ?? (await obstacleTo(combined, question, journal));
  if (obstacle !== undefined) {
    const { cause, because } = obstacle;
    return {
      kind: "deny",
      id,
      revision,
      verdicts,
      cause,
      causes: [cause, ...causes.filter((one) => one !== cause)],
      because,
    };
  }
  if (combined.kind === "allow") return { kind: "allow", id, revision, verdicts, obligations: combined.obligations };
  return { kind: "deny", id, revision, verdicts, cause: combined.causes[0], causes };
}

// A flaw leads where policy has no more to say than that nothing provides for the call: its caller can mend it, and
// what is malformed is declared nowhere. What policy forbids outright stays the headline.
const belowFlaws: readonly Cause[] = ["no-permit", "undeclared"];

function flawOf(combined: Combined, flaw: Flaw | undefined): Obstacle | undefined {
  if (flaw === undefined) return undefined;
  if (combined.kind === "deny" && !combined.causes.every((cause) => belowFlaws.includes(cause))) return undefined;
  return { cause: flaw.cause, because: flaw.message };
}

async function obstacleTo(combined: Combined, question: Question, journal: Journal): Promise<Obstacle | undefined> {
  if (combined.kind === "deny") return undefined;
  const { action } = question.description;
  if (!question.hasEffector) return { cause: "no-effector", because: `nothing here can do \`${action}\`` };
  const unknown = undischargeable(combined.obligations, action);
  if (unknown !== undefined) {
    const name = unknown.kind === "unknown" ? unknown.name : unknown.kind;
    return {
      cause: "obligation-unknown",
      because: `no way to discharge \`${escapeText(name, 64)}\` (${unknown.policy})`,
    };
  }
  return claimRates(combined.obligations, question, journal);
}

async function claimRates(
  obligations: readonly Obligation[],
  { description, atMs, consume }: Question,
  journal: Journal,
): Promise<Obstacle | undefined> {
  const claims = obligations.flatMap((one) => rateClaim(description, one));
  if (claims.length === 0) return undefined;
  try {
    const [full] = await journal.claimRates(claims, atMs, { consume });
    if (full === undefined) return undefined;
    const policy = full.key.slice(full.key.indexOf(" ") + 1);
    return { cause: "limit", because: `${full.count} in ${full.windowMs / 1_000} s are used up (${policy})` };
  } catch {
    // FAIL-CLOSED: what cannot be counted is not allowed.
    return { cause: "journal-unwritable", because: "the journal could not count this call against its rate" };
  }
}

// A rate counts by plugin and policy: what one plugin uses up is not another's loss.
function rateClaim(description: Description, obligation: Obligation): readonly RateClaim[] {
  if (obligation.kind !== "rate") return [];
  const { count, windowMs, policy } = obligation;
  return [{ key: `${description.plugin} ${policy}`, count, windowMs }];
}
