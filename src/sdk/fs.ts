import { read as readFromHost } from "yoi:host/fs@2.0.0";
import { decodeUtf8 } from "./decode-utf8.ts";
import { askHost } from "./host-error.ts";

/** Files under the mounts that the manifest asks for. Paths are `mount/relative/path`; each read is decided by policy. */
export const fs = {
  /**
   * A whole file's bytes.
   * @throws {HostError} whatever the host answers: `denied`, `not-found`, `limit` and so on.
   */
  read(path: string): Uint8Array {
    return askHost(`cannot read \`${path}\``, () => readFromHost(path));
  },

  /**
   * A whole file as text.
   * @throws {HostError} as `read` does. A file that is not UTF-8 is a TypeError.
   */
  readText(path: string): string {
    return decodeUtf8(fs.read(path));
  },
} as const;
