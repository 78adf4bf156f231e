import test from "ava";
import { spendWarrant } from "../../src/warrants/spend-warrant.ts";
import type { Warrant } from "../../src/warrants/warrant.ts";
import { warrantFor } from "../support/warrants.ts";

function warrant(signal = new AbortController().signal): Warrant<"fs.read"> {
  const target = { askedMount: "notes", mount: "notes", folder: "/workspace/notes", segments: ["a.md"] };
  return warrantFor("fs.read", { path: "notes/a.md" }, target, { signal });
}

test("a warrant is spent once", (t) => {
  const issued = warrant();
  spendWarrant(issued, "fs.read");
  t.throws(() => spendWarrant(issued, "fs.read"), { code: "YOI_WARRANT_SPENT" });
});

test("a look-alike is never spent", (t) => {
  const issued = warrant();
  t.throws(() => spendWarrant({ ...issued }, "fs.read"), { code: "YOI_WARRANT_SPENT" });
  t.throws(() => spendWarrant(Object.create(issued), "fs.read"), { code: "YOI_WARRANT_SPENT" });
  t.throws(() => spendWarrant(structuredClone({ ...issued, signal: undefined }) as never, "fs.read"), {
    code: "YOI_WARRANT_SPENT",
  });
});

test("a warrant for one action is none for another", (t) => {
  t.throws(() => spendWarrant(warrant() as never, "tool.execute"), { code: "YOI_WARRANT_SPENT" });
});

test("nothing of a warrant can be changed after it was issued", (t) => {
  const issued = warrant();
  t.throws(() => Object.assign(issued, { revision: "other" }), { instanceOf: TypeError });
});

test("a warrant whose call was given up cannot be spent", (t) => {
  t.throws(() => spendWarrant(warrant(AbortSignal.abort()), "fs.read"), { name: "AbortError" });
});
