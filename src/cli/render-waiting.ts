import { escapeText } from "../errors/escape-text.ts";
import { wrap } from "../terminal/layout.ts";
import type { Paint } from "../terminal/paint.ts";
import type { PluginState } from "../workspace/plugin-state.ts";

/** That the store has another build than the one that is pinned, and how it would count; nothing where it has not. */
export function renderWaiting({ ref, waiting }: PluginState, paint: Paint, indent = ""): readonly string[] {
  if (waiting === undefined) return [];
  const text = `its store has another build (${escapeText(waiting.version, 30)}), which counts once it is enabled:`;
  const [first = "", ...rest] = wrap(text, `${indent}  `);
  return [`${indent}${paint.warn("!")} ${first.trimStart()}`, ...rest, `${indent}    yoi plugin enable ${ref}`];
}
