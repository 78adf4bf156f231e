import test from "ava";
import { createRevisionHolder, type PolicyRevision } from "../../src/broker/policy-revision.ts";
import { fakeSet, verdictOf } from "../support/fake-engine.ts";

function revision(digest: string) {
  const { set, seen } = fakeSet(() => verdictOf("abstain"));
  const made: PolicyRevision = { digest, sets: [set], versions: new Map() };
  return { made, seen };
}

test("a decision keeps the revision that it began with, and the next one sees the new", (t) => {
  const [one, two] = [revision("one"), revision("two")];
  const holder = createRevisionHolder(one.made);
  const held = holder.hold();
  holder.switchTo(two.made);
  t.is(held.revision.digest, "one");
  t.is(holder.hold().revision.digest, "two");
});

test("an old revision is disposed of when its last decision ends, and once", (t) => {
  const [one, two] = [revision("one"), revision("two")];
  const holder = createRevisionHolder(one.made);
  const [first, second] = [holder.hold(), holder.hold()];
  holder.switchTo(two.made);
  first.release();
  first.release();
  t.is(one.seen.disposed, 0);
  second.release();
  t.is(one.seen.disposed, 1);
  t.is(two.seen.disposed, 0);
});

test("an old revision that nobody holds is disposed of at the switch", (t) => {
  const [one, two] = [revision("one"), revision("two")];
  createRevisionHolder(one.made).switchTo(two.made);
  t.is(one.seen.disposed, 1);
});
