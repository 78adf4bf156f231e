import type { Action } from "../calls/powers.ts";

/** What must be done *with* an allow, else it is a deny. `policy` is the id of the policy that demands it. */
export type Obligation =
  | { readonly kind: "rate"; readonly count: number; readonly windowMs: number; readonly policy: string }
  | { readonly kind: "max_response_bytes"; readonly bytes: number; readonly policy: string }
  | { readonly kind: "timeout"; readonly ms: number; readonly policy: string }
  /** Response headers that the guest does not get, in lower case. */
  | { readonly kind: "redact"; readonly headers: readonly string[]; readonly policy: string }
  /** One that this version does not know and a policy asked for at run time: nothing discharges it. */
  | { readonly kind: "unknown"; readonly name: string; readonly policy: string };

/** One that is known, and can be discharged for some actions. */
export type KnownObligation = Exclude<Obligation, { readonly kind: "unknown" }>;
export type ObligationKind = KnownObligation["kind"];

/** Every kind, by the name of its annotation. */
export const obligationKinds = [
  "rate",
  "max_response_bytes",
  "timeout",
  "redact",
] as const satisfies readonly ObligationKind[];

/** Which obligations this version can discharge, by action. What is not here is a load error, and at run time a deny. */
export const dischargeable: { readonly [A in Action]: readonly ObligationKind[] } = {
  "tool.register": [],
  "plugin.prepare": [],
  "tool.execute": ["rate", "timeout"],
  "https.request": ["rate", "max_response_bytes", "timeout", "redact"],
  "network.connect": ["rate", "timeout"],
  "secret.use": ["rate"],
  "fs.read": ["rate", "max_response_bytes", "timeout"],
  "fs.list": ["rate", "timeout"],
  "fs.stat": ["rate", "timeout"],
  "fs.write": ["rate", "timeout"],
  "fs.append": ["rate", "timeout"],
  "fs.make-directory": ["rate", "timeout"],
  "fs.remove": ["rate", "timeout"],
};

/** The first that nothing discharges for an action. */
export function undischargeable(obligations: readonly Obligation[], action: string): Obligation | undefined {
  const known: readonly string[] = Object.hasOwn(dischargeable, action) ? dischargeable[action as Action] : [];
  return obligations.find(({ kind }) => !known.includes(kind));
}

/** Names that policies will use in later versions: known, so that the refusal can say so. */
export const futureObligations = ["approval"] as const;

/** The bounds that travel in a warrant: the tightest of each kind. */
export interface Bounds {
  readonly responseBytesMax?: number;
  readonly timeoutMs?: number;
  /** Of every permit together. */
  readonly redactedHeaders?: readonly string[];
}

/** Reads one annotation or grant key as an obligation; a string is what is wrong with it, `undefined` an unknown name. */
export function parseObligation(name: string, text: string, policy: string): KnownObligation | string | undefined {
  switch (name) {
    case "rate": {
      const match = /^([1-9]\d{0,6})\/([1-9]\d{0,4})(s|m|h)$/.exec(text);
      const windowMs = match === null ? Number.NaN : toMs(match[2], match[3]);
      return match === null
        ? "a rate is written `10/1m`: a count, a slash, and a window in s, m or h"
        : { kind: "rate", count: Number(match[1]), windowMs, policy };
    }
    case "max_response_bytes":
      return /^[1-9]\d{0,8}$/.test(text)
        ? { kind: "max_response_bytes", bytes: Number(text), policy }
        : "a size is a whole number of bytes, such as `65536`";
    case "timeout": {
      const match = /^([1-9]\d{0,6})(ms|s|m)$/.exec(text);
      const ms = match === null ? Number.NaN : toMs(match[1], match[2]);
      return ms <= timeoutMsMax
        ? { kind: "timeout", ms, policy }
        : "a timeout is written `500ms`, `5s` or `1m`, and is at most a day";
    }
    case "redact": {
      const headers = text.split(",").map((header) => header.trim().toLowerCase());
      return headers.every((header) => headerName.test(header))
        ? { kind: "redact", headers, policy }
        : "what is redacted is a list of header names, such as `set-cookie, etag`";
    }
    default:
      return undefined;
  }
}

// Timers of more than 31 bits fire at once.
const timeoutMsMax = 86_400_000;
const headerName = /^[a-z0-9!#$%&'*+.^_|~-]{1,64}$/;
const unitMs: { readonly [unit: string]: number } = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

function toMs(count: string | undefined, unit: string | undefined): number {
  return Number(count) * (unitMs[unit ?? ""] ?? Number.NaN);
}

/** Those that others do not hold a call to, or not as tightly; whose they are is all one. */
export function unmetBy(others: readonly Obligation[], obligations: readonly Obligation[]): readonly Obligation[] {
  const { responseBytesMax = Infinity, timeoutMs = Infinity, redactedHeaders = [] } = tightestBounds(others);
  const isMet = (one: Obligation): boolean => {
    switch (one.kind) {
      case "rate":
        return others.some((rate) => rate.kind === "rate" && rate.count <= one.count && rate.windowMs >= one.windowMs);
      case "max_response_bytes":
        return responseBytesMax <= one.bytes;
      case "timeout":
        return timeoutMs <= one.ms;
      case "redact":
        return one.headers.every((header) => redactedHeaders.includes(header));
      case "unknown":
        return others.some((other) => other.kind === "unknown" && other.name === one.name);
    }
  };
  return obligations.filter((one) => !isMet(one));
}

/** The tightest bound of each kind. */
export function tightestBounds(obligations: readonly Obligation[]): Bounds {
  const bytes = obligations.flatMap((one) => (one.kind === "max_response_bytes" ? [one.bytes] : []));
  const ms = obligations.flatMap((one) => (one.kind === "timeout" ? [one.ms] : []));
  const redacted = obligations.flatMap((one) => (one.kind === "redact" ? one.headers : []));
  return {
    ...(redacted.length > 0 && { redactedHeaders: [...new Set(redacted)] }),
    ...(bytes.length > 0 && { responseBytesMax: Math.min(...bytes) }),
    ...(ms.length > 0 && { timeoutMs: Math.min(...ms) }),
  };
}
