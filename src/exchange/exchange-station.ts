// Station: how one allowed request becomes bytes on a wire. In comes the warrant of an `https.request`; out goes the
// server's answer. In between, each further step is a call of its own to the broker: the use of each secret, and the
// address that is dialled. It only orders the steps: what is allowed the broker says, and what is done effectors do.
// see docs/decisions/0013
import type { Broker } from "../broker/broker.ts";
import type { Outcome } from "../broker/outcome.ts";
import { callOf } from "../calls/call.ts";
import type { CallId } from "../calls/identifiers.ts";
import { limits } from "../calls/limits.ts";
import type { Action, HttpsResponse, Powers } from "../calls/powers.ts";
import type { SecretValue } from "../calls/secret-value.ts";
import { effectFailed } from "../effectors/effect-failure.ts";
import type { Effectors } from "../effectors/effector.ts";
import { startDeadline, whyStopped } from "../effectors/https/deadline.ts";
import { neverConnected, requestFailed } from "../effectors/https/request-failure.ts";
import type { HostResolver } from "../effectors/https/resolve-host.ts";
import type { RequestSender } from "../effectors/https/send-request.ts";
import { YoiError } from "../errors/yoi-error.ts";
import type { Warrant } from "../warrants/warrant.ts";

/** What the station is made of. The broker comes late, for it has the station among its effectors. */
export interface ExchangeParts {
  readonly broker: () => Pick<Broker, "submit">;
  readonly resolveHost: HostResolver;
  readonly sender: Pick<RequestSender, "send">;
  readonly nowMs: () => number;
}

/** A request that was allowed and waits for an address that is. */
interface Pending {
  readonly warrant: Warrant<"https.request">;
  readonly secrets: readonly SecretValue[];
}

/** The effectors of a request and of its connection, which need each other's warrants. */
export function createExchange(parts: ExchangeParts): Required<Pick<Effectors, "https.request" | "network.connect">> {
  const pending = new Map<CallId, Pending>();

  return {
    async "https.request"(warrant) {
      // Several addresses that do not answer have no more time than one has. Policy's own bound comes by the signal.
      using deadline = startDeadline([warrant.signal], warrant.target.timeoutMs ?? limits.httpsTotalMs);
      const secrets = await useSecrets(parts, warrant);
      const answer = await parts.resolveHost(warrant);
      pending.set(warrant.call.id, { warrant, secrets });
      try {
        return await connectTo(parts, warrant, answer, deadline.stop);
      } finally {
        pending.delete(warrant.call.id);
      }
    },
    async "network.connect"(warrant) {
      // INVARIANT: a connection is made for a request that was allowed and is under way, and for no other purpose.
      const request = pending.get(warrant.call.parent ?? "");
      if (request === undefined) throw effectFailed("unavailable", "no allowed request asks for this connection");
      return parts.sender.send(request.warrant, warrant, request.secrets);
    },
  };
}

async function useSecrets(parts: ExchangeParts, warrant: Warrant<"https.request">): Promise<readonly SecretValue[]> {
  const values: SecretValue[] = [];
  for (const { name } of warrant.target.secrets) {
    const ask = { secret: name, url: warrant.target.url.href };
    values.push(yieldOf(await submitStep(parts, warrant, "secret.use", ask, warrant.signal)));
  }
  return values;
}

/** Tries the addresses in the resolver's order until one can be connected to; each is decided by itself. */
async function connectTo(
  parts: ExchangeParts,
  warrant: Warrant<"https.request">,
  answer: readonly string[],
  stop: AbortSignal,
): Promise<HttpsResponse> {
  let unreachable = effectFailed("unreachable", "the name has no address");
  for (const address of answer) {
    if (stop.aborted) throw requestFailed(whyStopped(stop));
    const ask = { url: warrant.target.url.href, address, answer, behalf: "https.request" } as const;
    const outcome = await submitStep(parts, warrant, "network.connect", ask, stop);
    if (outcome.status !== "failed" || !neverConnected(outcome.error)) return yieldOf(outcome);
    unreachable = outcome.error;
  }
  throw unreachable;
}

function submitStep<A extends "secret.use" | "network.connect">(
  { broker, nowMs }: ExchangeParts,
  { call }: Warrant<"https.request">,
  action: A,
  ask: Powers[A]["ask"],
  signal: AbortSignal,
): Promise<Outcome<A>> {
  const { id: parent, root, principal, via } = call;
  return broker().submit(callOf({ parent, root, principal, via }, action, ask, nowMs()), signal);
}

/** What a step yielded. A denial of a step ends the request under that step's own decision. */
function yieldOf<A extends Action>(outcome: Outcome<A>): Powers[A]["yields"] {
  switch (outcome.status) {
    case "performed":
      return outcome.value;
    case "failed":
      throw outcome.error;
    case "denied":
      throw new YoiError("YOI_STEP_DENIED", "a step of the request was denied", {
        decision: outcome.decision.id,
        sent: false,
      });
  }
}
