/**
 * Keeps this process deaf to SIGUSR1 until the answer is called; with several askers, until all have.
 *
 * ATTACK: SIGUSR1 opens an inspector in any Node process, and a taken-over sandbox may send it (threats 23, 42). Having a
 * listener is what keeps the inspector shut.
 */
export function keepInspectorShut(): () => void {
  const asker = {};
  if (askers.size === 0) process.on("SIGUSR1", ignoreSignal);
  askers.add(asker);
  return () => {
    // Whoever lets go twice must not let go for another.
    if (askers.delete(asker) && askers.size === 0) process.off("SIGUSR1", ignoreSignal);
  };
}

const askers = new Set<object>();

function ignoreSignal(): void {
  // What comes is not acted on.
}
