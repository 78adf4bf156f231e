import test from "ava";
import { parseGuestPath, pathAncestors } from "../../src/calls/guest-path.ts";

test("a path is its mount and its segments", (t) => {
  t.deepEqual(parseGuestPath("notes/2026/plan.md"), { mount: "notes", segments: ["2026", "plan.md"] });
});

test("a path lies in every folder above it, nearest first", (t) => {
  t.deepEqual(pathAncestors("notes/2026/plan.md"), ["notes/2026", "notes"]);
});
