/** Watching, until it is closed. */
export interface Watching {
  close(): void;
}

/** What a watch is made of; the watcher settles changes that come close together. */
export interface WatchParts {
  /** Runs everything once; a rejection ends the watch. */
  readonly run: () => Promise<void>;
  readonly watch: (onChange: () => Promise<void>) => Watching;
  /** When to end. */
  readonly ended: Promise<void>;
}

/** Runs now and after each change, never two at once: changes during a run make one more. Ends with the run under way. */
export async function watchSuites({ run, watch, ended }: WatchParts): Promise<void> {
  const failed = Promise.withResolvers<never>();
  let running: Promise<void> | undefined;
  let isStale = false;
  let isOver = false;
  const runUntilFresh = async () => {
    do {
      isStale = false;
      await run();
    } while (isStale && !isOver);
    running = undefined;
  };
  const start = () => {
    if (running === undefined) running = runUntilFresh().catch(failed.reject);
    else isStale = true;
  };
  const watching = watch(async () => start());
  try {
    start();
    await Promise.race([ended, failed.promise]);
  } finally {
    isOver = true;
    watching.close();
    await running;
  }
}
