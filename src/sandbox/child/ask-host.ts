import type { GuestAnswer, GuestAsk, GuestValue, HostError } from "../sandbox.ts";

/** Asks the host and waits. It never rejects: a rejection would end the instance. */
export type AskHost = (ask: GuestAsk) => Promise<GuestAnswer>;

/** A WIT `result`, as the glue takes it from an import that waits. */
export type WitResult<T, E> = { readonly tag: "ok"; readonly val: T } | { readonly tag: "err"; readonly val: E };

type Kind = GuestValue["kind"];
type ValueOf<K extends Kind> = Extract<GuestValue, { kind: K }>;

/** What the host answered, if it is of the kind that was asked for; else the error that the guest gets instead. */
export function takeValue<K extends Kind>(answer: GuestAnswer, kind: K): WitResult<ValueOf<K>, HostError> {
  if (!answer.ok) return { tag: "err", val: answer.error };
  // FAIL-CLOSED: an answer of another kind is the host's mistake; lowering it would end the instance.
  if (!isOf(answer.value, kind)) return { tag: "err", val: { tag: "failed", val: "host" } };
  return { tag: "ok", val: answer.value };
}

function isOf<K extends Kind>(value: GuestValue, kind: K): value is ValueOf<K> {
  return value.kind === kind;
}
