import type { Action } from "../calls/powers.ts";
import { YoiError } from "../errors/yoi-error.ts";
import { unspentWarrants } from "./unspent-warrants.ts";
import type { Warrant } from "./warrant.ts";

/**
 * Spends a warrant: the first thing that every effector does.
 * @throws {YoiError} YOI_WARRANT_SPENT for a second use, a copy or a forgery, and for another action's warrant
 */
export function spendWarrant<A extends Action>(warrant: Warrant<A>, action: A): void {
  if (!unspentWarrants.delete(warrant) || warrant.action !== action) throw notUnspent(warrant, action);
  warrant.signal.throwIfAborted();
}

/**
 * Checks that a warrant is still unspent, for the steps that come before the one that spends it.
 * @throws {YoiError} YOI_WARRANT_SPENT
 */
export function assertUnspent<A extends Action>(warrant: Warrant<A>, action: A): void {
  if (!unspentWarrants.has(warrant) || warrant.action !== action) throw notUnspent(warrant, action);
  warrant.signal.throwIfAborted();
}

function notUnspent({ call }: Warrant, action: Action): YoiError {
  return new YoiError("YOI_WARRANT_SPENT", `no unspent warrant for \`${action}\``, { callId: call.id });
}
