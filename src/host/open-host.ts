// A workspace in operation: this folder ties the stations together and holds no opinion of its own. In: places and the
// agent's own tools. Out: a broker with its effectors, and tools that are decided again whenever the workspace changes.
import { createToolDesk, type ToolDesk } from "../tools/tool-desk.ts";
import { createHostParts, type HostOptions, type HostParts } from "./host-parts.ts";
import { type HostState, reloadHost } from "./reload-host.ts";

/** A workspace in operation. */
export interface Host extends Pick<HostParts, "broker" | "revisions" | "registry" | "pool" | "engines"> {
  readonly desk: ToolDesk;
  state(): HostState;
  /** Reads the workspace again; one reload follows the other. */
  reload(): Promise<HostState>;
  /** Refuses new calls, waits for those under way, ends every sandbox and seals the journal. */
  close(): Promise<void>;
}

/**
 * Opens a workspace for work, with its policies loaded and its tools decided.
 * @throws {YoiError} YOI_JOURNAL_UNWRITABLE, YOI_JOURNAL_UNREADABLE
 */
export async function openHost(options: HostOptions): Promise<Host> {
  const parts = await createHostParts(options);
  const { broker, revisions, registry, pool, engines, journal } = parts;
  await parts.record({ what: "opened", message: "the workspace was opened" });
  let state = await reloadHost(parts);
  let reloading = Promise.resolve(state);

  async function readAgain(): Promise<HostState> {
    state = await reloadHost(parts, state);
    return state;
  }

  return {
    broker,
    revisions,
    registry,
    pool,
    engines,
    desk: createToolDesk({ broker, registry, nowMs: options.nowMs }),
    state: () => state,
    reload() {
      reloading = reloading.then(readAgain, readAgain);
      return reloading;
    },
    async close() {
      await reloading.catch(() => undefined);
      await broker.close();
      await Promise.all([pool.close(), parts.network.close()]);
      await parts.record({ what: "closed", message: "the workspace was closed" });
      journal.close();
      await Promise.all(parts.engines.map((engine) => engine.close()));
    },
  };
}
