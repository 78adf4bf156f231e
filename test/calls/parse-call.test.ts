import test from "ava";
import { callOf } from "../../src/calls/call.ts";
import { newId } from "../../src/calls/identifiers.ts";
import { limits } from "../../src/calls/limits.ts";
import { parseCall } from "../../src/calls/parse-call.ts";

const caller = {
  root: newId(0),
  principal: { kind: "plugin", id: "project:example.notes" },
  via: { command: false, depth: 0 },
} as const;

test("a call is bounded before anything is read of it, more widely than what could be right", (t) => {
  const after = (bytes: number) => callOf(caller, "fs.list", { path: "notes", after: "a".repeat(bytes) }, 0);
  const longest = after(2 * limits.segmentBytesMax);
  t.deepEqual(parseCall(longest), longest);
  t.throws(() => parseCall(after(2 * limits.segmentBytesMax + 1)), { code: "YOI_CALL_MALFORMED" });
});
