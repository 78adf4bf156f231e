import * as host from "yoi:host/fs@2.0.0";
import { checkBytes, checkCount, checkText } from "./check-argument.ts";
import { decodeUtf8 } from "./decode-utf8.ts";
import { encodeUtf8 } from "./encode-utf8.ts";
import { askHost } from "./host-error.ts";
import { quote } from "./quote.ts";

/** What lies at a path. `other` is whatever is neither, such as a link: it can be listed and nothing else. */
export type FileKind = "file" | "folder" | "other";

export interface FolderEntry {
  readonly name: string;
  readonly kind: FileKind;
}

export interface FileStatus {
  readonly kind: FileKind;
  /** Of a file; 0 for everything else. */
  readonly bytes: number;
  /** Milliseconds since 1970, as `Date` takes them. */
  readonly modifiedMs: number;
}

/** `create` fails where the name is taken: a `HostError` with `tag` `failed` and `detail` `exists`. */
export type WriteMode = "create" | "replace";

/**
 * Files and folders under the mounts that the manifest asks for. Paths are `mount/relative/path`. Each call is decided
 * by policy; one that is not done throws a `HostError` with its `tag`: `denied`, `not-found`, `limit` and so on.
 */
export const fs = {
  /** A whole file's bytes. */
  read(path: string): Uint8Array {
    return ask("read", path, (checked) => host.read(checked));
  },

  /** A whole file as text. A file that is not UTF-8 is a TypeError. */
  readText(path: string): string {
    return decodeUtf8(fs.read(path));
  },

  /** At most `length` bytes from `offset` on; fewer at the end of the file, none beyond it. */
  readRange(path: string, offset: number, length: number): Uint8Array {
    checkCount(offset, Number.MAX_SAFE_INTEGER, "the offset");
    checkCount(length, 0xffff_ffff, "the length");
    return ask("read", path, (checked) => host.readRange(checked, offset, length));
  },

  /** Writes a whole file: all of the bytes or none of them. */
  write(path: string, bytes: Uint8Array, mode: WriteMode = "replace"): void {
    if (mode !== "create" && mode !== "replace") throw new TypeError("the mode must be `create` or `replace`");
    checkBytes(bytes, "what is written");
    ask("write", path, (checked) => host.write(checked, bytes, mode));
  },

  /** Writes a whole file as UTF-8. */
  writeText(path: string, text: string, mode?: WriteMode): void {
    fs.write(path, encodeUtf8(text), mode);
  },

  /** Puts bytes at the end of a file, which is made where there is none. */
  append(path: string, bytes: Uint8Array): void {
    checkBytes(bytes, "what is appended");
    ask("append to", path, (checked) => host.append(checked, bytes));
  },

  /** Puts text at the end of a file, as UTF-8. Line ends are yours to write. */
  appendText(path: string, text: string): void {
    fs.append(path, encodeUtf8(text));
  },

  /** All entries of a folder that policy lets be seen, in the order of their names; a large folder takes several asks. */
  list(path: string): FolderEntry[] {
    const entries: FolderEntry[] = [];
    let after: string | null = null;
    do {
      const page: host.Page = listFrom(path, after);
      entries.push(...page.entries);
      after = page.next;
    } while (after !== null);
    return entries;
  },

  /** What lies at a path, how long it is, and when it was changed. */
  stat(path: string): FileStatus {
    return ask("look at", path, (checked) => host.stat(checked));
  },

  /** Makes a folder; the one above must be there. */
  makeDirectory(path: string): void {
    ask("make the folder", path, (checked) => host.makeDirectory(checked));
  },

  /** Removes a file, or a folder that is empty. */
  remove(path: string): void {
    ask("remove", path, (checked) => host.remove(checked));
  },
} as const;

function listFrom(path: string, after: string | null): host.Page {
  return ask("list", path, (checked) => host.list(checked, after));
}

function ask<T>(attempt: string, path: string, ask: (path: string) => T): T {
  const checked = checkText(path, "a path");
  return askHost(`cannot ${attempt} ${quote(checked)}`, () => ask(checked));
}
