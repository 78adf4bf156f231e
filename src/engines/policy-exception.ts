import type { AuthorizationRequest, EntityRef } from "../calls/value.ts";

/** A piece of a policy file, and what would stand in its place. `line` is where the piece begins. */
export interface TextChange {
  readonly file: string;
  readonly line: number;
  readonly before: string;
  readonly after: string;
}

/** A policy's text with an exception, and what the exception speaks of beside principal, action and resource. */
export interface PolicyException {
  readonly change: TextChange;
  /** The parts of the context that it is held to, as policies call them: `method`, `via.agent`. */
  readonly held: readonly string[];
  /** Those that it leaves open, though the policy reads them. */
  readonly open: readonly string[];
}

/** What tells one request from others, for a policy that is to speak of it alone. */
export interface ExactRequest {
  readonly principal: EntityRef;
  readonly action: string;
  readonly resource: EntityRef;
  /** Parts of the context that it is held to, by their names from the context on. */
  readonly parts: readonly (readonly string[])[];
  /** Parts that are left open: held to its moment, a policy would never speak of another request. */
  readonly open: readonly string[];
}

/** A value that is longer than this, as it is written, is left open: a policy is to be read. */
export const heldTextMax = 200;

/**
 * Reduces a request to what a policy would name to mean it: the method of a request, where a secret is to be sent, and
 * whatever of the context is read by the policy that it is an exception to (`reads`: `context.address`).
 */
export function exactRequest(request: AuthorizationRequest, reads: readonly string[] = []): ExactRequest {
  const { principal, action, resource } = request;
  const own = action === "https.request" ? ["context.method"] : action === "secret.use" ? ["context.url"] : [];
  // What is handed on whole is read in ways that nobody can see; of it, a tool's input is what tells calls apart.
  const isWhole = reads.some((path) => path === "input" || path === "context");
  const input = isWhole && action === "tool.execute" ? ["context.input"] : [];
  const read = [...new Set([...own, ...input, ...reads])].filter((path) => /^(?:input$|context(?:\.|$))/.test(path));
  const isOpen = (path: string) => /^(?:input|context|context\.now(?:\..*)?)$/.test(path);
  return {
    principal,
    action,
    resource,
    parts: read.filter((path) => !isOpen(path)).map((path) => path.split(".").slice(1)),
    open: read.filter(isOpen).map((path) => path.replace(/^(?:input|context\.?)/, "")),
  };
}
