import type { BrokerParts } from "../../broker/broker-parts.ts";
import { judgeCall } from "../../broker/judge-call.ts";
import { createRevisionHolder, type PolicyRevision } from "../../broker/policy-revision.ts";
import type { Call } from "../../calls/call.ts";
import { newId } from "../../calls/identifiers.ts";
import type { AuthorizationRequest } from "../../calls/value.ts";
import type { Cause } from "../../decisions/cause.ts";
import type { Decision } from "../../decisions/decision.ts";
import type { Obligation } from "../../decisions/obligation.ts";
import type { PolicyInfo } from "../../decisions/policy-info.ts";
import { neverPerformed } from "../../host/inspect-workspace.ts";
import { readOnlyJournal } from "../../host/read-only-journal.ts";
import { caseInventory } from "./case-inventory.ts";
import type { SuiteCase } from "./suite-case.ts";

/** What came of a case's call. */
export interface CaseAnswer {
  readonly answer: "allow" | "deny";
  /** The headline of a denial. */
  readonly cause?: Cause;
  /** One line, where the cause alone does not say it. */
  readonly because?: string;
  /** The address whose connection was denied, where the request itself was not. */
  readonly address?: string;
  /** The policies that made it so. */
  readonly determining: readonly PolicyInfo[];
  readonly obligations: readonly Obligation[];
  /** Everything that the engines were asked. */
  readonly requests: readonly AuthorizationRequest[];
}

/**
 * Judges a call as the broker does, gates included, over the facts that its case is to be judged against. No window of
 * a rate is ever used up. With addresses, a request is allowed where the connection to each of them is, too.
 */
export async function judgeCase(one: SuiteCase, revision: PolicyRevision, zone: string): Promise<CaseAnswer> {
  const inventory = caseInventory(one.call, one.given, zone);
  const parts: BrokerParts = {
    revisions: createRevisionHolder(revision),
    inventory: () => inventory,
    effectors: neverPerformed,
    journal: readOnlyJournal,
    nowMs: () => one.atMs,
  };
  const judge = (call: Call) => judgeCall(parts, call, revision, { consume: false });
  const first = await judge(one.call);
  const requests = [first.request];
  let answer = answerOf(first.decision);
  for (const call of connections(one)) {
    if (answer.answer === "deny") break;
    const { decision, request } = await judge(call);
    requests.push(request);
    const next = answerOf(decision);
    answer =
      next.answer === "deny"
        ? { ...next, address: call.ask.address }
        : { ...answer, determining: [...answer.determining, ...next.determining] };
  }
  return { ...answer, determining: distinct(answer.determining), requests };
}

function connections({ call, addresses }: SuiteCase): readonly Call<"network.connect">[] {
  if (call.action !== "https.request") return [];
  const { root, principal, via } = call;
  const { url } = call.ask;
  return addresses.map((address) => {
    const ask = { url, address, answer: addresses, behalf: "https.request" } as const;
    return { id: newId(0), root, principal, via, action: "network.connect", ask };
  });
}

function answerOf(decision: Decision): Omit<CaseAnswer, "requests"> {
  const { verdicts } = decision;
  if (decision.kind === "allow") {
    const determining = verdicts.flatMap((verdict) => (verdict.effect === "permit" ? verdict.determining : []));
    return { answer: "allow", determining, obligations: decision.obligations };
  }
  const determining = verdicts.flatMap(({ effect, determining: own, errors }) => [
    ...(effect === "forbid" ? own : []),
    ...(effect === "forbid" || effect === "error" ? errors.flatMap(({ policy }) => policy ?? []) : []),
  ]);
  const { cause, because } = decision;
  return { answer: "deny", cause, ...(because !== undefined && { because }), determining, obligations: [] };
}

function distinct(policies: readonly PolicyInfo[]): readonly PolicyInfo[] {
  return [...new Map(policies.map((policy) => [policy.id, policy])).values()];
}
