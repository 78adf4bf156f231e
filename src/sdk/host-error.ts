/** Why the host did not do what it was asked; the cases of `yoi:host/types`. */
export type HostErrorTag = "denied" | "invalid" | "not-found" | "limit" | "timeout" | "unavailable" | "failed";

/**
 * A host call that was not done. Left uncaught, it ends the tool call as an error that the agent can read;
 * it never carries a path of the host, an address or policy text.
 */
export class HostError extends Error {
  override readonly name = "HostError";
  readonly tag: HostErrorTag;
  /** The decision's id for `denied`, else what the host adds, if anything. */
  readonly detail: string | undefined;
  /** Of a request: whether anything of it may have reached a server, so that asking again could do it twice. */
  readonly sent: boolean | undefined;

  constructor(attempt: string, tag: HostErrorTag, detail: string | undefined, sent?: boolean) {
    super(`${attempt}: ${sayWhy(tag, detail)}`);
    this.tag = tag;
    this.detail = detail;
    this.sent = sent;
  }
}

/** Asks the host, and turns what the toolchain throws into a `HostError` that says what was attempted. */
export function askHost<T>(attempt: string, ask: () => T): T {
  try {
    return ask();
  } catch (error) {
    const payload: unknown = error instanceof Error && "payload" in error ? error.payload : undefined;
    // The payload is the variant `error`, or the record `failure` of `https` with one in it.
    const { error: inner = payload, sent } = fieldsOf(payload);
    const { tag, val } = fieldsOf(inner);
    if (!isTag(tag)) throw error;
    const detail = typeof val === "string" ? val : undefined;
    throw new HostError(attempt, tag, detail, typeof sent === "boolean" ? sent : undefined);
  }
}

function fieldsOf(value: unknown): { readonly [name: string]: unknown } {
  return typeof value === "object" && value !== null ? { ...value } : {};
}

const reasons: { readonly [tag in HostErrorTag]: string } = {
  denied: "denied by policy",
  invalid: "not a valid request",
  "not-found": "not found",
  limit: "a limit was reached",
  timeout: "took too long",
  unavailable: "not available now",
  failed: "failed",
};

function isTag(tag: unknown): tag is HostErrorTag {
  return typeof tag === "string" && Object.hasOwn(reasons, tag);
}

function sayWhy(tag: HostErrorTag, detail: string | undefined): string {
  if (detail === undefined) return reasons[tag];
  return tag === "denied" ? `${reasons.denied} (decision ${detail})` : `${reasons[tag]} (${detail})`;
}
