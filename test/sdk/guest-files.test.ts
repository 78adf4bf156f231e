import test from "ava";
import { limits } from "../../src/calls/limits.ts";
import type { GuestValue } from "../../src/sandbox/sandbox.ts";
import { type AskRow, holdToRow, path } from "../support/guest-asks.ts";
import { sharedPool } from "../support/shared-pool.ts";

const pool = sharedPool();
const nothing: GuestValue = { kind: "nothing" };

const files: readonly AskRow[] = [
  {
    title: "a file's bytes",
    ask: "fs.read",
    args: [path],
    asked: { kind: "fs.read", path },
    values: { kind: "bytes", bytes: Uint8Array.of(0, 255) },
    got: { bytes: [0, 255] },
  },
  {
    title: "an empty file",
    ask: "fs.read",
    args: [path],
    asked: { kind: "fs.read", path },
    values: { kind: "bytes", bytes: new Uint8Array(0) },
    got: { bytes: [] },
  },
  {
    title: "a part of a file, beyond what 32 bits count",
    ask: "fs.readRange",
    args: [path, Number.MAX_SAFE_INTEGER, limits.fileReadBytesMax],
    asked: { kind: "fs.read", path, range: { offset: Number.MAX_SAFE_INTEGER, length: limits.fileReadBytesMax } },
    values: { kind: "bytes", bytes: new Uint8Array(0) },
    got: { bytes: [] },
  },
  {
    title: "bytes for a file, which they replace",
    ask: "fs.write",
    args: [path, { bytes: [1, 2, 255] }],
    asked: { kind: "fs.write", path, mode: "replace", bytes: Uint8Array.of(1, 2, 255) },
    values: nothing,
    got: "nothing",
  },
  {
    title: "text for a file that must be new",
    ask: "fs.writeText",
    args: [path, "grüße 😀", "create"],
    asked: { kind: "fs.write", path, mode: "create", bytes: new TextEncoder().encode("grüße 😀") },
    values: nothing,
    got: "nothing",
  },
  {
    title: "a file with nothing in it",
    ask: "fs.writeText",
    args: [path, ""],
    asked: { kind: "fs.write", path, mode: "replace", bytes: new Uint8Array(0) },
    values: nothing,
    got: "nothing",
  },
  {
    title: "bytes for a file's end",
    ask: "fs.append",
    args: [path, { bytes: [10] }],
    asked: { kind: "fs.append", path, bytes: Uint8Array.of(10) },
    values: nothing,
    got: "nothing",
  },
  {
    title: "text for a file's end",
    ask: "fs.appendText",
    args: [path, "ü\n"],
    asked: { kind: "fs.append", path, bytes: new TextEncoder().encode("ü\n") },
    values: nothing,
    got: "nothing",
  },
  {
    title: "a folder's entries, page by page until the last",
    ask: "fs.list",
    args: ["notes"],
    asked: [
      { kind: "fs.list", path: "notes" },
      { kind: "fs.list", path: "notes", after: "b\u0001ü" },
      { kind: "fs.list", path: "notes", after: "z" },
    ],
    values: [
      { kind: "page", entries: [{ name: "b\u0001ü", kind: "file" }], next: "b\u0001ü" },
      { kind: "page", entries: [], next: "z" },
      {
        kind: "page",
        entries: [
          { name: "zz", kind: "folder" },
          { name: "zzz", kind: "other" },
        ],
      },
    ],
    got: [
      { name: "b\u0001ü", kind: "file" },
      { name: "zz", kind: "folder" },
      { name: "zzz", kind: "other" },
    ],
  },
  {
    title: "what lies at a path",
    ask: "fs.stat",
    args: [path],
    asked: { kind: "fs.stat", path },
    values: { kind: "status", status: { kind: "file", bytes: 2 ** 40, modifiedMs: 1_700_000_000_000 } },
    got: { kind: "file", bytes: 2 ** 40, modifiedMs: 1_700_000_000_000 },
  },
  {
    title: "a file that was changed before 1970, at no whole millisecond",
    ask: "fs.stat",
    args: [path],
    asked: { kind: "fs.stat", path },
    values: { kind: "status", status: { kind: "other", bytes: 0, modifiedMs: -1.5 } },
    got: { kind: "other", bytes: 0, modifiedMs: 0 },
  },
  {
    title: "a new folder",
    ask: "fs.makeDirectory",
    args: [path],
    asked: { kind: "fs.make-directory", path },
    values: nothing,
    got: "nothing",
  },
  {
    title: "that something be removed",
    ask: "fs.remove",
    args: [path],
    asked: { kind: "fs.remove", path },
    values: nothing,
    got: "nothing",
  },
];

for (const row of files) {
  test.serial(`${row.ask} asks the host for ${row.title}, and its answer comes back`, (t) => holdToRow(t, pool, row));
}
