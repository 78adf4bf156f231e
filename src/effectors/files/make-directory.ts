import { mkdirSync } from "node:fs";
import type { Visit } from "./visit-mount.ts";

/** Makes one folder in a folder that exists. A name that is taken, by whatever it is, is `exists`. */
export async function makeDirectory({ openSlot, commit }: Visit): Promise<undefined> {
  using slot = openSlot();
  // For a place that nobody may reach this is `not-found`, as everywhere; of all others, the system says what is taken.
  slot.look()?.[Symbol.dispose]();
  commit();
  mkdirSync(slot.path, 0o755);
}
