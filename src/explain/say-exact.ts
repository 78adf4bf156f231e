import type { AuthorizationRequest } from "../calls/value.ts";
import { exactRequest, type PolicyException } from "../engines/policy-exception.ts";

type Scope = Pick<PolicyException, "held" | "open">;

/**
 * What a policy names that is to speak of one request alone: `this plugin, action and path`. Of an exception also what
 * it leaves open, though the policy that it is made to reads it: `at any time`.
 */
export function sayExact(request: AuthorizationRequest, exceptions: readonly Scope[] = []): string {
  const { principal, resource } = request;
  const of = (pick: (scope: Scope) => readonly string[]) => [...new Set(exceptions.flatMap(pick))];
  const own = exactRequest(request).parts.map((names) => names.join("."));
  const held = [...new Set([...own, ...of((scope) => scope.held)])];
  const open = of((scope) => scope.open);
  // Of a folder only what may be listed itself is listed.
  const isFolder = request.action === "fs.list" && exceptions.length === 0;
  const words = [
    wordOf(principal.type),
    "action",
    wordOf(resource.type) + (isFolder ? " with all below it" : ""),
    ...held,
  ];
  return `this ${words.slice(0, -1).join(", ")} and ${words.at(-1)}${openWords(open)}`;
}

function wordOf(type: string): string {
  return type === "Url" ? "URL" : type.toLowerCase();
}

function openWords(open: readonly string[]): string {
  const isTime = (name: string) => name === "now" || name.startsWith("now.");
  const others = open
    .filter((name) => !isTime(name))
    .map((name) => (name === "" ? "whatever else it has" : `whatever its ${name}`));
  const words = [...(open.some(isTime) ? ["at any time"] : []), ...others];
  return words.length === 0 ? "" : `, ${words.join(", ")}`;
}
