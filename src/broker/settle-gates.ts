import type { Description } from "../calls/description.ts";
import type { Action } from "../calls/powers.ts";
import type { Cause } from "../decisions/cause.ts";
import { combineVerdicts } from "../decisions/combine-verdicts.ts";
import type { Decision } from "../decisions/decision.ts";
import { dischargeable, type Obligation } from "../decisions/obligation.ts";
import type { Verdict } from "../decisions/verdict.ts";
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

/**
 * Combines the verdicts and settles what can still turn an allow into a deny: a flaw of the call itself, a missing
 * effector, an obligation that nobody here can discharge, a rate that is used up, a journal that cannot count.
 */
export async function settleGates(question: Question, journal: Journal): Promise<Decision> {
  const { id, verdicts, revision, description } = question;
  const combined = combineVerdicts(verdicts);
  const deny = (first: Cause, because?: string): Decision => {
    const others = combined.kind === "deny" ? combined.causes : [];
    const found = [first, ...others.filter((cause) => cause !== first)];
    return {
      kind: "deny",
      id,
      revision,
      verdicts,
      cause: first,
      causes: found,
      ...(because !== undefined && { because }),
    };
  };

  if (combined.kind === "deny") {
    const [first] = combined.causes;
    const flawed = description.flaw === undefined ? [] : [description.flaw.cause];
    const found = [...combined.causes, ...flawed];
    // A call that no policy would have permitted anyway is denied for its flaw, which its caller can mend.
    if (first === "no-permit" && description.flaw !== undefined)
      return deny(description.flaw.cause, description.flaw.message);
    return { kind: "deny", id, revision, verdicts, cause: first, causes: found };
  }
  if (description.flaw !== undefined) return deny(description.flaw.cause, description.flaw.message);
  if (!question.hasEffector) return deny("no-effector", `nothing here can do \`${description.action}\``);
  const unknown = combined.obligations.find((one) => !canDischarge(description.action, one));
  if (unknown !== undefined) return deny("obligation-unknown", `no way to discharge \`${unknown.kind}\``);

  const claims = combined.obligations.flatMap((one) => rateClaim(description, one));
  if (claims.length > 0) {
    try {
      const [full] = await journal.claimRates(claims, question.atMs, { consume: question.consume });
      if (full !== undefined) {
        return deny("limit", `${full.count} in ${full.windowMs / 1_000} s are used up (${policyOfClaim(full)})`);
      }
    } catch {
      // FAIL-CLOSED: what cannot be counted is not allowed.
      return deny("journal-unwritable", "the journal could not count this call against its rate");
    }
  }
  return { kind: "allow", id, revision, verdicts, obligations: combined.obligations };
}

function canDischarge(action: Action, obligation: Obligation): boolean {
  return dischargeable[action].includes(obligation.kind);
}

// A rate counts by plugin and policy: what one plugin uses up is not another's loss.
function rateClaim(description: Description, obligation: Obligation): readonly RateClaim[] {
  if (obligation.kind !== "rate") return [];
  const { count, windowMs, policy } = obligation;
  return [{ key: `${description.plugin} ${policy}`, count, windowMs }];
}

function policyOfClaim(claim: RateClaim): string {
  return claim.key.slice(claim.key.indexOf(" ") + 1);
}
