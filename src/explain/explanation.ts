import type { Call } from "../calls/call.ts";
import type { AuthorizationRequest } from "../calls/value.ts";
import type { Cause } from "../decisions/cause.ts";
import type { Obligation } from "../decisions/obligation.ts";
import type { PolicyInfo } from "../decisions/policy-info.ts";
import type { PolicyTrace } from "../decisions/trace.ts";
import type { Verdict } from "../decisions/verdict.ts";
import type { Finding, Place } from "../errors/error-details.ts";
import type { EndedEntry } from "../journal/journal-entry.ts";
import type { AddressExplanation } from "./explain-addresses.ts";
import type { Standing } from "./relate-standing.ts";
import type { Remedy } from "./remedy-of-cause.ts";

/** A change of a policy set, made of whole files of it. */
export type PolicyEdit =
  | { readonly kind: "add"; readonly file: string; readonly text: string }
  /** `line` is where `before` begins in the file. */
  | {
      readonly kind: "replace";
      readonly file: string;
      readonly line: number;
      readonly before: string;
      readonly after: string;
    };

/** A change of policy that was validated and evaluated, not guessed. */
export interface Suggestion {
  /** What it does, in a few words: `a permit for this plugin, action and path`. */
  readonly title: string;
  /** All of them together: usually one. */
  readonly edits: readonly PolicyEdit[];
  /** Whether the whole set with it allows the very request. */
  readonly allows: boolean;
  /** The forbids that would still hold the request back, by name. */
  readonly standing: readonly string[];
  /** Of the denied calls on record, how many others it would allow, of how many decisions that were looked at. */
  readonly newly?: { readonly allowed: number; readonly of: number };
}

/** One part of a call that is changed: its `method`, `url`, `path`, `moment`, … */
export interface ChangedPart {
  readonly what: string;
  readonly from: string;
  readonly to: string;
}

/** A change of the request that every engine was asked about, and that is allowed. */
export interface RequestChange {
  /** One part, or two together. */
  readonly parts: readonly ChangedPart[];
  /** The changed call as `explain` takes it, where it can be said in words. */
  readonly words?: readonly string[];
}

/** What came of looking for a request nearby that would be allowed. */
export interface RequestChanges {
  /** How many nearby requests were evaluated. */
  readonly tried: number;
  /** Whether there were more, which a limit of number or of time kept from being looked at. */
  readonly unfinished: boolean;
  /** Those that are allowed, the smallest change first. */
  readonly allowed: readonly RequestChange[];
  /** Where none is: what held back every one of them, by name. */
  readonly standing: readonly PolicyInfo[];
}

/** One step that a tool's execution hangs on, or one capability that it would have: what would be decided of it. */
export interface ChainStep {
  readonly what: "enablement" | "registration" | "preparation" | "execution" | "capability";
  /** In words: `https.request GET https://api.example.com/v1`. */
  readonly words: string;
  /** `depends`: on more of the request than a capability says. */
  readonly answer: "allow" | "deny" | "depends";
  readonly cause?: Cause;
  readonly by: readonly PolicyInfo[];
}

/** A call on record under another, with what became of it. */
export interface CallTree {
  readonly decision: string;
  readonly words: string;
  readonly answer: "allow" | "deny";
  readonly cause?: Cause;
  /** `performed`, or `failed: ` and the word of its failure; absent where it was denied or never ended. */
  readonly ending?: string;
  /** Microseconds from the decision's beginning to the end of the effect, and how they were spent, by stage. */
  readonly tookUs: number;
  readonly spent: { readonly [stage: string]: number };
  /** In the order in which they were decided. */
  readonly below: readonly CallTree[];
  /** Of the uppermost one: how many further calls are on record under it. */
  readonly leftOut?: number;
}

/** A name in a policy that the request does not have, or has with another type, and what was probably meant. */
export interface Misfit {
  readonly policy: string;
  readonly place: Required<Place>;
  /** `context.address`. */
  readonly path: string;
  readonly message: string;
  readonly remedy?: string;
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
  /** What became of it: `performed`, or `failed: ` and the word of its failure. */
  readonly ending?: string;
  /** Of a failure: its one line. */
  readonly message?: string;
  /** Of a redirect: the URL that it came from. */
  readonly redirectedFrom?: string;
  /** Of its result: what the obligations came to. */
  readonly result?: Pick<EndedEntry, "bytes" | "status" | "truncated" | "redactions">;
  /** In the order in which they were taken. */
  readonly steps: readonly RecordedStep[];
  /** The call with every call under it. */
  readonly tree?: CallTree;
  /** Whether evaluating the recorded request again under the recorded policies gives the recorded answer. */
  readonly same: boolean;
  /** What the same call would get as policies and plugins are now, where anything has changed; `refused`: the policies are. */
  readonly now?: "allow" | "deny" | "refused";
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
  /** Attributes that near policies ask for and the request does not have, or not as such. */
  readonly misfits: readonly Misfit[];
  /** Of a denial: requests nearby that would be allowed. */
  readonly changes?: RequestChanges;
  /** Of a denial: changes of policy, the narrowest first. */
  readonly suggestions: readonly Suggestion[];
  /** Of a denial: what it means, who can make a change, and how. */
  readonly remedy?: Remedy;
  /** Of a tool's execution: what it hangs on, and what the tool's capabilities would get. */
  readonly chain?: readonly ChainStep[];
  /** Whether the traces come to the answer that is explained: the explanation, held against itself. */
  readonly consistent: boolean;
  readonly recorded?: Recorded;
  /** Of an `https.request` that is not on record: what would follow for the addresses that its name could lead to. */
  readonly addresses?: AddressExplanation;
}
