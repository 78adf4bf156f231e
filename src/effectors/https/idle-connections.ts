import { limits } from "../../calls/limits.ts";
import type { Connection } from "./connection.ts";

/** Connections that wait for a further request of the same kind. */
export interface IdleConnections {
  /** One that was kept under this very key; it may have ended since. Whoever takes it has it alone. */
  take(key: string): Connection | undefined;
  /** Keeps an open connection; the oldest ones make room. */
  keep(key: string, connection: Connection): void;
  /** Ends them all. */
  drop(): void;
}

/** Keeps nothing at first. */
export function createIdleConnections(): IdleConnections {
  let kept: { readonly key: string; readonly connection: Connection }[] = [];

  return {
    take(key) {
      const index = kept.findLastIndex((one) => one.key === key);
      return index === -1 ? undefined : kept.splice(index, 1)[0]?.connection;
    },
    keep(key, connection) {
      kept = [...kept, { key, connection }].filter((one) => one.connection.isOpen);
      const tooMany = kept.length - limits.httpsIdleConnectionsMax;
      if (tooMany > 0) for (const { connection: oldest } of kept.splice(0, tooMany)) oldest.destroy();
    },
    drop() {
      for (const { connection } of kept.splice(0)) connection.destroy();
    },
  };
}
