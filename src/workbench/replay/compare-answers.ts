import { type Obligation, unmetBy } from "../../decisions/obligation.ts";
import { type ReplayedAnswer, spelled } from "./replayed-answer.ts";

/** What one set answers to a request. */
export type Answer = Pick<ReplayedAnswer, "kind" | "obligations">;

/** How an answer changes from one set to the other: `wider` lets a caller do more, by an allow or with fewer limits. */
export type Direction = "wider" | "narrower";

/** What the two sets answer differently. */
export interface Difference {
  readonly direction: Direction;
  readonly before: Answer["kind"];
  readonly after: Answer["kind"];
  /** Of what is allowed by both: what only one of them holds it to. */
  readonly dropped: readonly Obligation[];
  readonly added: readonly Obligation[];
}

/** How two answers differ in what they let a caller do; nothing where they let it do the same. */
export function differenceOf(before: Answer, after: Answer): Difference | undefined {
  const told = { before: before.kind, after: after.kind };
  if (before.kind !== after.kind) {
    return { direction: after.kind === "allow" ? "wider" : "narrower", ...told, dropped: [], added: [] };
  }
  if (after.kind === "deny") return undefined;
  const [dropped, added] = [without(before, after), without(after, before)];
  // One that is looser in anything is wider, whatever else it tightens.
  if (unmetBy(after.obligations, before.obligations).length > 0) return { direction: "wider", ...told, dropped, added };
  if (unmetBy(before.obligations, after.obligations).length > 0) {
    return { direction: "narrower", ...told, dropped, added };
  }
  return undefined;
}

function without(one: Answer, other: Answer): readonly Obligation[] {
  const kept = new Set(other.obligations.map(spelled));
  return one.obligations.filter((obligation) => !kept.has(spelled(obligation)));
}
