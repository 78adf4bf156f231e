import type { AuthorizationRequest } from "../calls/value.ts";
import type { PolicyInfo, PolicyLayer } from "../decisions/policy-info.ts";
import type { PolicyTrace } from "../decisions/trace.ts";
import type { Verdict } from "../decisions/verdict.ts";
import type { Place } from "../errors/error-details.ts";
import type { PolicyException } from "./policy-exception.ts";
import type { PolicyOutline } from "./policy-outline.ts";
import type { PolicyTestAnswer, PolicyTestFile } from "./policy-tests.ts";

// The port behind which a policy engine (a PDP) stands. Requests go in, verdicts come out;
// an engine knows nothing of effects, warrants or the journal.

/** One policy file, or the Cedar text that a grant compiles to. */
export interface PolicySource {
  /** As messages show it: relative to the workspace, or with `~` for the user's own. */
  readonly file: string;
  readonly layer: PolicyLayer;
  /** `bundle`: a compiled policy, whose bytes are `text` in base64. */
  readonly language: "cedar" | "rego" | "bundle";
  readonly text: string;
  /** For compiled grants: the place in `yoi.toml` that every policy of this source leads back to. */
  readonly origin?: Required<Place>;
}

/** A file that policies lean on, of the user's own or of the workspace. */
export interface PolicyDocument {
  readonly file: string;
  readonly layer: "user" | "workspace";
  readonly text: string;
}

/** Everything that a policy set is made from. */
export interface PolicySources {
  readonly policies: readonly PolicySource[];
  /** `entities.json`: what agents, groups and domains lie in. */
  readonly entities?: readonly PolicyDocument[];
  /** `data.json` and `data.yaml`, which Rego reads. */
  readonly data?: readonly PolicyDocument[];
}

/** One engine's half of a policy revision; a decision never mixes two. */
export interface PreparedPolicies {
  readonly engine: string;
  /** `sha256:…` over all that was prepared. */
  readonly digest: string;
  readonly policies: readonly PolicyInfo[];
  /** Never throws for the sake of a policy: an evaluation that fails is a verdict of `error`. */
  evaluate(request: AuthorizationRequest): Verdict | Promise<Verdict>;
  /** The policies that could apply and, unless they are not wanted, the near misses among permits, clause by clause. */
  trace(
    request: AuthorizationRequest,
    options?: { readonly nearMisses: boolean },
  ): readonly PolicyTrace[] | Promise<readonly PolicyTrace[]>;
  /** Every policy taken apart; of a bundle, which has no sources, there is none. Computed when it is asked for. */
  outline(): readonly PolicyOutline[];
  /** A policy of an operator's with an exception for exactly one request, as a change of its file; validated by nobody yet. */
  except(policy: PolicyInfo, request: AuthorizationRequest): PolicyException | undefined;
  /**
   * Runs tests in the engine's own language, each layer's over its own policies; absent where it has no such tests.
   * `apart` runs them one by one, as long as they are few, so that it is known which of them evaluated what.
   */
  readonly test?: (tests: readonly PolicyTestFile[], options: { readonly apart: boolean }) => Promise<PolicyTestAnswer>;
  dispose(): void;
}

export interface PolicyEngine {
  readonly name: string;
  /** The engine's own version, for the journal. */
  readonly version: string;
  /**
   * Parses, validates and prepares a whole set, or refuses it whole.
   * @throws {YoiError} YOI_POLICY_INVALID with every finding and its place
   */
  prepare(sources: PolicySources): Promise<PreparedPolicies>;
  /** Ends whatever the engine keeps running; what it prepared answers no more. */
  close(): Promise<void>;
}
