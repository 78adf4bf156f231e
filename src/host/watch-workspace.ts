import { type FSWatcher, watch } from "node:fs";
import { basename } from "node:path";
import type { Places } from "../config/places.ts";

/** Watching, until it is closed. */
export interface Watching {
  close(): void;
}

// Editors write a file in several steps: what comes within this time is one change.
const settleMs = 50;
// A change that could not be taken in, as on a full disk, is not forgotten: it is tried again.
const retryMs = 1_000;

/**
 * Calls `onChange` when configuration, policies, packages or the trust record change. Folders that do not exist yet are
 * found when they appear, because their parent is watched too. An `onChange` that rejects is called again. Keeps no
 * process alive.
 */
export function watchWorkspace(places: Places, onChange: () => Promise<unknown>): Watching {
  let watchers: FSWatcher[] = [];
  let settling: NodeJS.Timeout | undefined;
  let open = true;

  function noticed(waitMs = settleMs): void {
    clearTimeout(settling);
    settling = setTimeout(() => {
      if (!open) return;
      arm();
      onChange().catch(() => noticed(retryMs));
    }, waitMs).unref();
  }

  function watchOne(folder: string, recursive: boolean, concerns: (name: string | null) => boolean): void {
    try {
      const watcher = watch(folder, { recursive, persistent: false }, (_event, name) => {
        if (concerns(name)) noticed();
      });
      watcher.on("error", () => watcher.close());
      watchers.push(watcher);
    } catch {
      // The folder is not there: its parent's watcher tells when it is.
    }
  }

  function arm(): void {
    for (const watcher of watchers) watcher.close();
    watchers = [];
    // The journal lives in `state`, and writing it is no change of the workspace.
    watchOne(places.dotYoi, false, (name) => name !== basename(places.stateFolder));
    watchOne(places.workspacePolicies, true, () => true);
    watchOne(places.projectStore, false, () => true);
    watchOne(places.userConfigFolder, true, () => true);
    watchOne(places.userStore, false, () => true);
    watchOne(places.trustFolder, false, () => true);
  }

  arm();
  return {
    close() {
      open = false;
      clearTimeout(settling);
      for (const watcher of watchers) watcher.close();
    },
  };
}
