import type { Broker } from "../broker/broker.ts";
import type { Call } from "../calls/call.ts";
import type { PluginRef } from "../calls/identifiers.ts";
import type { LogLevel } from "../sandbox/sandbox.ts";

/** What the host's side of a guest is made of. */
export interface GuestParts {
  readonly broker: Pick<Broker, "submit" | "judge">;
  readonly nowMs: () => number;
  /** The time that a request has, all its hops together. */
  readonly requestMs: () => number;
  /** One line of the guest's own log, untrusted and not escaped. */
  readonly log: (plugin: PluginRef, call: Call<"tool.execute">, level: LogLevel, text: string) => void;
}
