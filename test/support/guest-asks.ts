import type { ExecutionContext } from "ava";
import type { Json, JsonObject } from "../../src/calls/json.ts";
import type { GuestAnswer, GuestAsk, GuestValue, SandboxPool } from "../../src/sandbox/sandbox.ts";
import { callGuest, type Said } from "./call-guest.ts";

/** Of a call of the SDK: what arrives at the host, what the host answers, and what the plugin gets. */
export interface AskRow {
  readonly title: string;
  readonly ask: string;
  readonly args: readonly Json[];
  readonly asked: GuestAsk | readonly GuestAsk[];
  readonly values: GuestValue | readonly GuestValue[];
  readonly got: Json;
}

/** A path and a URL that a guest asks about. */
export const path = "notes/ü.md";
export const url = "https://api.example.com/v1?q=1";

/** A response with JSON, from where a redirect led to. */
export const response = {
  kind: "response",
  status: 200,
  headers: [
    { name: "content-type", value: "application/json" },
    { name: "vary", value: "accept" },
    { name: "vary", value: "origin" },
  ],
  url: "https://api.example.com/v2",
  truncated: false,
  bytes: new TextEncoder().encode('\uFEFF{"ü":1}'),
} as const;

/** Has the plugin that asks all call the SDK, with a host that answers so. */
export function callAsk(
  pool: SandboxPool,
  ask: string,
  args: readonly Json[],
  answer: GuestAnswer | readonly GuestAnswer[] = [],
): Promise<Said> {
  return callGuest(pool, "asks-all", "ask", { ask, args }, { answer });
}

/** What the plugin got of the SDK: a value or an error. */
export function resultOf({ output }: Said): JsonObject {
  if (!("content" in output)) throw new Error("the guest answered nothing", { cause: output });
  return JSON.parse(output.content ?? "");
}

/** Holds one call of the SDK to its row. */
export async function holdToRow(t: ExecutionContext, pool: SandboxPool, row: AskRow): Promise<void> {
  const answers = [row.values].flat().map((value) => ({ ok: true, value }) as const);
  const said = await callAsk(pool, row.ask, row.args, answers);
  t.deepEqual(said.asked, [row.asked].flat());
  t.deepEqual(resultOf(said), { value: row.got });
}
