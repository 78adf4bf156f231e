import { isCause } from "../../decisions/cause.ts";
import { type Obligation, parseObligation, tightestBounds } from "../../decisions/obligation.ts";
import { type Because, type ExpectedLimits, showRate } from "./suite-case.ts";
import type { WrittenCase } from "./suite-schema.ts";

/** Something of a case that cannot be what it says, and the key that says it. */
export interface CaseProblem {
  readonly key: string;
  /** What in it, where it is a table. */
  readonly at?: readonly string[];
  readonly message: string;
  readonly remedy?: string;
}

/** Reads why an answer is to be: one text is a cause or a policy, a list is exactly these policies. */
export function readBecause(
  because: string | readonly string[] | undefined,
  answer: "allow" | "deny",
): Because | CaseProblem | undefined {
  if (because === undefined) return undefined;
  if (typeof because !== "string") return { kind: "policies", names: [...new Set(because)] };
  if (!isCause(because)) return { kind: "policy", name: because };
  if (answer === "deny") return { kind: "cause", cause: because };
  return {
    key: "because",
    message: `\`${because}\` is a cause of denials, and an allow is expected`,
    remedy: "name the policy that permits it",
  };
}

/** Reads the limits that are to come with an allow, in the words of policies. */
export function readLimits(
  written: WrittenCase["limits"],
  answer: "allow" | "deny",
): ExpectedLimits | CaseProblem | undefined {
  if (written === undefined) return undefined;
  if (answer === "deny") return { key: "limits", message: "`limits` come with an allow, and a denial is expected" };
  const { rate = [], timeout, max_response_bytes: bytes, redact } = written;
  const texts: readonly (readonly [string, string])[] = [
    ...[rate].flat().map((text) => ["rate", text] as const),
    ...(timeout === undefined ? [] : [["timeout", timeout] as const]),
    ...(bytes === undefined ? [] : [["max_response_bytes", String(bytes)] as const]),
    ...(redact === undefined ? [] : [["redact", redact.join(",")] as const]),
  ];
  const read: Obligation[] = [];
  for (const [name, text] of texts) {
    const obligation = parseObligation(name, text, "");
    if (typeof obligation === "string") return { key: "limits", message: obligation };
    if (obligation !== undefined) read.push(obligation);
  }
  return limitsOf(read);
}

/** The limits that obligations come to: what a case compares. */
export function limitsOf(obligations: readonly Obligation[]): ExpectedLimits {
  const rates = obligations.flatMap((one) => (one.kind === "rate" ? [showRate(one)] : []));
  const { redactedHeaders, ...bounds } = tightestBounds(obligations);
  return {
    rates: [...new Set(rates)].toSorted(),
    ...bounds,
    ...(redactedHeaders !== undefined && { redactedHeaders: redactedHeaders.toSorted() }),
  };
}

/** Limits in a line, in the words of policies. */
export function showLimits({ rates, timeoutMs, responseBytesMax, redactedHeaders }: ExpectedLimits): string {
  const shown = [
    ...rates.map((rate) => `rate ${rate}`),
    ...(timeoutMs === undefined ? [] : [`timeout ${timeoutMs} ms`]),
    ...(responseBytesMax === undefined ? [] : [`max_response_bytes ${responseBytesMax}`]),
    ...(redactedHeaders === undefined ? [] : [`redact ${redactedHeaders.join(", ")}`]),
  ];
  return shown.length === 0 ? "no limits" : shown.join(" · ");
}
