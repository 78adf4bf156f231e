/** Keeps the process alive until somebody interrupts it. */
export function untilInterrupted(): Promise<void> {
  return new Promise((resolve) => {
    const alive = setInterval(() => undefined, 60_000);
    process.once("SIGINT", () => {
      clearInterval(alive);
      resolve();
    });
  });
}
