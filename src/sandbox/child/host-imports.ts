import type { HostError, LogLevel } from "../sandbox.ts";
import type { GuestLog } from "./guest-log.ts";
import type { Interfaces } from "./wasi-imports.ts";

export type AskHost = (path: string) => Promise<{ tag: "ok"; val: Uint8Array } | { tag: "err"; val: HostError }>;

/** The `yoi:host` interfaces of one instance. */
export function createHostImports(
  { config, pathBytesMax }: { readonly config: string; readonly pathBytesMax: number },
  log: GuestLog,
  ask: AskHost,
): Interfaces {
  const encoder = new TextEncoder();
  return {
    "yoi:host/types": {},
    "yoi:host/config": { get: () => config },
    "yoi:host/log": { write: (level: LogLevel, message: string) => log.line(level, message) },
    "yoi:host/fs": {
      read: async (path: string) => {
        if (encoder.encode(path).length <= pathBytesMax) return ask(path);
        return { tag: "err", val: { tag: "limit", val: "pathBytesMax" } };
      },
    },
  };
}
