import { escapeText } from "../errors/escape-text.ts";
import type { Inspection } from "../host/inspect-workspace.ts";
import { wrap } from "../terminal/layout.ts";
import type { CommandContext } from "./command.ts";

/** Says on stderr that a workspace's own policies and grants were not read, where nobody trusts it. */
export function warnUntrusted({ warn, paint }: CommandContext, { survey }: Inspection): void {
  const { trust } = survey;
  if (trust.trusted) return;
  const message = `! this workspace's own policies and grants do not count: ${escapeText(trust.because)}; \`yoi trust\` changes that`;
  for (const line of wrap(message, "")) warn(paint.warn(line));
}
