import { type AskBounds, findOverstep } from "../ask-bounds.ts";
import type { LogLevel } from "../sandbox.ts";
import type { AskHost } from "./ask-host.ts";
import { createFsImports } from "./fs-imports.ts";
import type { GuestLog } from "./guest-log.ts";
import { createHttpsImports } from "./https-imports.ts";
import type { LiftedText } from "./lifted-text.ts";
import type { Interfaces } from "./wasi-imports.ts";

/** The `yoi:host` interfaces of one instance. What oversteps a bound is answered here and asks nothing. */
export function createHostImports(
  { config, askBounds, text }: { readonly config: string; readonly askBounds: AskBounds; readonly text: LiftedText },
  log: GuestLog,
  ask: AskHost,
): Interfaces {
  const askWithin: AskHost = async (asked) => {
    text.delivered();
    const error = findOverstep(asked, askBounds);
    return error === undefined ? ask(asked) : { ok: false, error };
  };
  return {
    "yoi:host/types": {},
    "yoi:host/config": { get: () => config },
    "yoi:host/log": {
      write: (level: LogLevel, message: string) => {
        text.delivered();
        log.line(level, message);
      },
    },
    "yoi:host/https": createHttpsImports(askWithin),
    "yoi:host/fs": createFsImports(askWithin),
  };
}
