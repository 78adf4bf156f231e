import { escapeText } from "../errors/escape-text.ts";
import type { Call } from "./call.ts";
import type { Description, PathTarget } from "./description.ts";
import type { Flaw } from "./flaw.ts";
import { type GuestPath, parseGuestPath, parseMountPath, pathId } from "./guest-path.ts";
import type { Inventory } from "./inventory.ts";
import { limits } from "./limits.ts";
import type { FsAction } from "./powers.ts";

// see docs/decisions/0014
/** Says a call on files in the words of policy: where it goes is settled here, by names alone; no file is looked at. */
export function describeFileCall(call: Call<FsAction>, inventory: Inventory): Description<FsAction> {
  const path = readPath(call);
  const isRight = typeof path !== "string";
  // FAIL-CLOSED: the id is for the record only; a flawed call is never allowed, whatever matches it.
  const place = isRight ? placeOf(path, call, inventory) : { askedMount: "", mount: "", segments: [] };
  const id = isRight ? pathId(place.mount, place.segments) : escapeText(call.ask.path);
  const flaw = isRight ? flawOfSize(call) : ({ cause: "schema-invalid", message: path } as const);
  // An action and its target belong together, which the types cannot see once they are spread.
  return {
    action: call.action,
    target: targetOf(call, place),
    principal: { type: "Plugin", id: call.principal.id },
    resource: { type: "Path", id },
    plugin: call.principal.id,
    ...(flaw !== undefined && { flaw }),
  } as Description<FsAction>;
}

/** A folder can be the mount itself; a file never is. */
function readPath(call: Call<FsAction>): GuestPath | string {
  const mayBeMount = call.action === "fs.list" || call.action === "fs.stat";
  return mayBeMount ? parseMountPath(call.ask.path) : parseGuestPath(call.ask.path);
}

function placeOf(path: GuestPath, call: Call<FsAction>, inventory: Inventory): PathTarget {
  const standing = inventory.plugin(call.principal.id);
  // A mount that nothing is bound to keeps the guest's own name: the invariant `mount-is-bound` forbids it.
  const mount = standing?.boundMounts.get(path.mount) ?? path.mount;
  const folder = standing?.boundMounts.has(path.mount) === true ? inventory.mountFolder(mount) : undefined;
  return { askedMount: path.mount, mount, segments: path.segments, ...(folder !== undefined && { folder }) };
}

function targetOf(call: Call<FsAction>, place: PathTarget): PathTarget {
  const { path: _, ...rest } = call.ask;
  return { ...rest, ...place };
}

function flawOfSize(call: Call<FsAction>): Flaw | undefined {
  switch (call.action) {
    case "fs.write":
    case "fs.append":
      return call.ask.bytes.length > limits.fileWriteBytesMax ? tooMuch(limits.fileWriteBytesMax) : undefined;
    case "fs.read":
      return (call.ask.length ?? 0) > limits.fileReadBytesMax ? tooMuch(limits.fileReadBytesMax) : undefined;
    case "fs.list":
      return Buffer.byteLength(call.ask.after ?? "") > limits.segmentBytesMax
        ? { cause: "schema-invalid", message: "`after` is longer than a name of an entry can be" }
        : undefined;
    default:
      return undefined;
  }
}

function tooMuch(bytesMax: number): Flaw {
  return { cause: "limit", message: `more than ${bytesMax} bytes at once` };
}
