import type { Call } from "../calls/call.ts";
import { describeCall } from "../calls/describe-call.ts";
import type { Description } from "../calls/description.ts";
import type { Inventory } from "../calls/inventory.ts";
import type { AuthorizationRequest } from "../calls/value.ts";
import { gatherFacts } from "./gather-facts.ts";

/** A call in the words of policy, and the question to the engines that it comes to at one moment. */
export function putQuestion(
  call: Call,
  inventory: Inventory,
  atMs: number,
): { readonly description: Description; readonly request: AuthorizationRequest } {
  const description = describeCall(call, inventory);
  return { description, request: gatherFacts(call, description, inventory, atMs) };
}
