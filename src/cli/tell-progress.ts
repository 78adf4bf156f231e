import { grouped } from "../terminal/layout.ts";
import type { CommandContext } from "./command.ts";

const betweenTellsMs = 1_000;

/**
 * Passes calls on as they are read. A person at a terminal who waits is told once a second, on stderr, how many were
 * `done`, such as `looked at`.
 */
export function* tellProgress<T>(
  { isTerminal, nowMs, warn }: Pick<CommandContext, "isTerminal" | "nowMs" | "warn">,
  calls: Iterable<T>,
  done: string,
): Generator<T, void, undefined> {
  let [count, toldAtMs] = [0, nowMs()];
  for (const call of calls) {
    yield call;
    count++;
    if (!isTerminal || nowMs() - toldAtMs < betweenTellsMs) continue;
    toldAtMs = nowMs();
    warn(`${done} ${grouped(count)} decisions …`);
  }
}
