import { limits } from "../../calls/limits.ts";
import type { FsAction, Powers } from "../../calls/powers.ts";
import { YoiError } from "../../errors/yoi-error.ts";
import { spendWarrant } from "../../warrants/spend-warrant.ts";
import type { Warrant } from "../../warrants/warrant.ts";
import { effectFailed, fromSystemError } from "../effect-failure.ts";
import type { Effector } from "../effector.ts";
import { withinTime } from "../within-time.ts";
import { buildWalls, openPlace, openSlot, type Place, type Slot, type Walls } from "./open-place.ts";

/** The one way into a mount that an effect on files has, made for one warrant. */
export interface Visit {
  /** Opens what the warrant's path leads to. */
  readonly openPlace: () => Place;
  /** Opens the name that the warrant's path ends in, taken or free. */
  readonly openSlot: () => Slot;
  readonly walls: Walls;
  /** Fires when the time is up or the call is called off. */
  readonly stop: AbortSignal;
  /** Called before what cannot be taken back; throws when it is too late for that. */
  readonly commit: () => void;
}

/** What one of the effects on files does in the mount. */
export type FileEffect<A extends FsAction> = (visit: Visit, warrant: Warrant<A>) => Promise<Powers[A]["yields"]>;

/**
 * Makes an effector that spends its warrant, and then lets `effect` do its work within the bounds of time. No link, no
 * mount and no bind leads it into what `refuses` names. System errors come out as closed words.
 */
export function visitMount<A extends FsAction>(
  action: A,
  refuses: () => readonly string[],
  effect: FileEffect<A>,
): Effector<A> {
  return async (warrant) => {
    spendInTime(warrant, action);
    try {
      const { signal, target, bounds } = warrant;
      const { folder, segments } = target;
      if (folder === undefined) throw effectFailed("unavailable", "nothing is bound to the mount");
      const timeoutMs = Math.min(limits.hostCallMs, bounds.timeoutMs ?? Number.POSITIVE_INFINITY);
      return await withinTime({ signal, timeoutMs }, async (stop, commit) => {
        // Built anew each time: a store may have come into being since the last visit, or the configuration have changed.
        const walls = buildWalls(refuses());
        const open = {
          openPlace: () => openPlace(folder, segments, walls),
          openSlot: () => openSlot(folder, segments, walls),
        };
        return effect({ ...open, walls, stop, commit }, warrant);
      });
    } catch (error) {
      throw fromSystemError(error);
    }
  };
}

function spendInTime<A extends FsAction>(warrant: Warrant<A>, action: A): void {
  try {
    spendWarrant(warrant, action);
  } catch (error) {
    throw error instanceof YoiError ? error : effectFailed("cancelled");
  }
}
