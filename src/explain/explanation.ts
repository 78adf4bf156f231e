import type { Call } from "../calls/call.ts";
import type { AuthorizationRequest } from "../calls/value.ts";
import type { Cause } from "../decisions/cause.ts";
import type { Obligation } from "../decisions/obligation.ts";
import type { PolicyTrace } from "../decisions/trace.ts";
import type { Verdict } from "../decisions/verdict.ts";
import type { Finding } from "../errors/error-details.ts";
import type { EndedEntry } from "../journal/journal-entry.ts";
import type { AddressExplanation } from "./explain-addresses.ts";
import type { Standing } from "./relate-standing.ts";

/** A permit that would allow the call, evaluated and not guessed. */
export interface Suggestion {
  readonly policy: string;
  /** Whether the whole set with this policy added allows the very request. */
  readonly allows: boolean;
}

/** A further call that a request took, on record under it: the use of a secret, or an address. */
export interface RecordedStep {
  readonly action: string;
  readonly resource: string;
  /** Of a connection. */
  readonly address?: string;
  readonly addressClass?: string;
  readonly answer: "allow" | "deny";
  readonly decision: string;
}

/** What was recorded, where a recorded call is explained. */
export interface Recorded {
  readonly decision: string;
  readonly call: string;
  readonly at: string;
  readonly policies: string;
  readonly answer: "allow" | "deny";
  readonly cause?: Cause;
  /** What became of it: `performed`, or the word of its failure. */
  readonly ending?: string;
  /** Of a failure: its one line. */
  readonly message?: string;
  /** Of a redirect: the URL that it came from. */
  readonly redirectedFrom?: string;
  /** Of its result: what the obligations came to. */
  readonly result?: Pick<EndedEntry, "bytes" | "status" | "truncated" | "redactions">;
  /** In the order in which they were taken. */
  readonly steps: readonly RecordedStep[];
  /** Whether evaluating the recorded request again under the recorded policies gives the recorded answer. */
  readonly same: boolean;
  /** What the present policies say of it, where they are not the recorded ones. */
  readonly now?: "allow" | "deny";
}

/** Why a call is allowed or denied, with everything that it was decided from. */
export interface Explanation extends Standing {
  readonly version: 1;
  readonly answer: "allow" | "deny";
  readonly cause?: Cause;
  readonly causes: readonly Cause[];
  readonly because?: string;
  /** There was no set to ask: what refuses it now, which is nothing where it was mended since. */
  readonly refused?: readonly Finding[];
  readonly call?: Call;
  readonly request: AuthorizationRequest;
  /** The digest of the policy set, and the engines with their versions. */
  readonly policies: string;
  readonly engines: readonly string[];
  readonly verdicts: readonly Verdict[];
  readonly obligations: readonly Obligation[];
  /** Every policy that could apply and the near misses, clause by clause. */
  readonly traces: readonly PolicyTrace[];
  /** The permits that came nearest to applying, nearest first, by id. */
  readonly nearest: readonly string[];
  readonly suggestion?: Suggestion;
  readonly recorded?: Recorded;
  /** Of an `https.request` that is not on record: what would follow for the addresses that its name could lead to. */
  readonly addresses?: AddressExplanation;
}
