import type { Call } from "../../calls/call.ts";
import type { Flaw } from "../../calls/flaw.ts";
import type { AuthorizationRequest, Value } from "../../calls/value.ts";
import type { ChangedPart } from "../explanation.ts";

/** A call that differs from the explained one in one part. */
export interface NearbyCall {
  readonly part: ChangedPart;
  readonly call: Call;
  readonly atMs: number;
}

/** The call that is explained, and the moment that it is explained at. */
export interface Origin {
  readonly call: Call;
  readonly request: AuthorizationRequest;
  readonly atMs: number;
  /** What is malformed in it. */
  readonly flaw?: Flaw;
}

/** What a policy asks about one part of a request: the constants that it holds it against. */
export interface Mention {
  /** `context.method`, `resource`, `principal.id`. */
  readonly path: string;
  readonly literals: readonly Value[];
}

/** The texts among constants: strings, and the ids of entities of a type. */
export function textsOf(literals: readonly Value[], type?: string): readonly string[] {
  return literals.flatMap((literal) => {
    if (typeof literal === "string") return [literal];
    if (typeof literal !== "object" || !("entity" in literal)) return [];
    return type === undefined || literal.entity.type === type ? [literal.entity.id] : [];
  });
}

/** The whole numbers among constants, each with its neighbours: what is compared may be compared by less or more. */
export function numbersAround(literals: readonly Value[]): readonly number[] {
  const numbers = literals.filter((literal) => typeof literal === "number");
  return [...new Set(numbers.flatMap((number) => [number, number - 1, number + 1]))];
}

/** The same call with another ask. */
export function withAsk<C extends Call>(call: C, ask: Partial<C["ask"]>): Call {
  // What an action asks is its own, which the types cannot see once it is spread.
  return { ...call, ask: { ...call.ask, ...ask } } as Call;
}
