import type { Capability } from "./capability.ts";
import { showPattern } from "./places.ts";

/** What a capability asks for, in the words in which calls are said. */
export function capabilityInWords(capability: Capability): string {
  switch (capability.action) {
    case "tool.register":
      return `tool.register ${capability.tool}`;
    case "tool.execute":
      return `tool.execute ${capability.tool}`;
    case "https.request":
      return `https.request ${capability.method} ${showPattern(capability.pattern)}`;
    case "secret.use":
      return `secret.use ${capability.secret}${capability.origin === undefined ? "" : ` for ${capability.origin}`}`;
    default:
      return `${capability.action} ${capability.folder}/`;
  }
}
