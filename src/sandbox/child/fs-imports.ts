import type { FileKind, FolderEntry, WriteMode } from "../../calls/powers.ts";
import type { GuestAsk, HostError } from "../sandbox.ts";
import { type AskHost, takeValue, type WitResult } from "./ask-host.ts";

type Answered<T> = Promise<WitResult<T, HostError>>;

interface WitStatus {
  readonly kind: FileKind;
  readonly bytes: bigint;
  readonly modifiedMs: bigint;
}

interface WitPage {
  readonly entries: readonly FolderEntry[];
  readonly next: string | undefined;
}

const offsetMax = BigInt(Number.MAX_SAFE_INTEGER);

/** The interface `yoi:host/fs`. */
export function createFsImports(ask: AskHost) {
  const askBytes = async (asked: GuestAsk): Answered<Uint8Array> => {
    const taken = takeValue(await ask(asked), "bytes");
    return taken.tag === "ok" ? { tag: "ok", val: taken.val.bytes } : taken;
  };
  const askNothing = async (asked: GuestAsk): Answered<undefined> => {
    const taken = takeValue(await ask(asked), "nothing");
    return taken.tag === "ok" ? { tag: "ok", val: undefined } : taken;
  };
  return {
    read: (path: string) => askBytes({ kind: "fs.read", path }),
    readRange: async (path: string, offset: bigint, length: number): Answered<Uint8Array> => {
      // ATTACK: an offset that a double cannot hold would be rounded, and another place of the file read (threats 37).
      if (offset > offsetMax) return { tag: "err", val: { tag: "invalid", val: "the offset is beyond every file" } };
      return askBytes({ kind: "fs.read", path, range: { offset: Number(offset), length } });
    },
    write: (path: string, bytes: Uint8Array, mode: WriteMode) => askNothing({ kind: "fs.write", path, mode, bytes }),
    append: (path: string, bytes: Uint8Array) => askNothing({ kind: "fs.append", path, bytes }),
    list: async (path: string, after: string | undefined): Answered<WitPage> => {
      const taken = takeValue(await ask({ kind: "fs.list", path, ...(after !== undefined && { after }) }), "page");
      return taken.tag === "ok" ? { tag: "ok", val: { entries: taken.val.entries, next: taken.val.next } } : taken;
    },
    stat: async (path: string): Answered<WitStatus> => {
      const taken = takeValue(await ask({ kind: "fs.stat", path }), "status");
      if (taken.tag === "err") return taken;
      const { kind, bytes, modifiedMs } = taken.val.status;
      return { tag: "ok", val: { kind, bytes: toUint64(bytes), modifiedMs: toUint64(modifiedMs) } };
    },
    makeDirectory: (path: string) => askNothing({ kind: "fs.make-directory", path }),
    remove: (path: string) => askNothing({ kind: "fs.remove", path }),
  };
}

/** Files can be dated before 1970, and to parts of a millisecond; the interface knows neither. */
function toUint64(value: number): bigint {
  return BigInt(Math.max(0, Math.trunc(value)));
}
