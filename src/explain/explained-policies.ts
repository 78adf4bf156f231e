import type { Call } from "../calls/call.ts";
import type { Flaw } from "../calls/flaw.ts";
import type { Action } from "../calls/powers.ts";
import type { AuthorizationRequest } from "../calls/value.ts";
import type { PreparedPolicies } from "../engines/policy-engine.ts";
import type { Finding } from "../errors/error-details.ts";
import type { PolicyEdit } from "./explanation.ts";
import type { PluginNow } from "./relate-standing.ts";

/** Puts a call that nobody has made as the broker would, at any moment. */
export type PutQuestion = (
  call: Call,
  atMs: number,
) => { readonly request: AuthorizationRequest; readonly flaw?: Flaw };

/** Sets that answer together, made for one trial. */
export interface TrialSets {
  readonly sets: readonly PreparedPolicies[];
  dispose(): void;
}

/** A policy set that answered, and how it could be made with changes. */
export interface ExplainedPolicies {
  readonly digest: string;
  readonly sets: readonly PreparedPolicies[];
  readonly versions: ReadonlyMap<string, string>;
  /** Where a policy could be added: a file that is not there yet. */
  readonly newFile: string;
  /**
   * Prepares what the set would be with these edits.
   * @throws {YoiError} YOI_POLICY_INVALID when it would be refused
   */
  changed(edits: readonly PolicyEdit[]): Promise<TrialSets>;
  /** What refuses the set, where there is none. */
  readonly refused?: readonly Finding[];
  /** How a plugin stands as things are now; absent where nobody can say. */
  readonly know?: (plugin: string) => PluginNow | undefined;
  /** Absent where nothing is known of what is installed. */
  readonly put?: PutQuestion;
  /** What a search's time is measured by; the machine's own without one. */
  readonly clockMs?: () => number;
  /** The newest denied calls of an action on record; absent where there is no journal. */
  readonly denials?: (action: Action) => Iterable<AuthorizationRequest>;
}
