import test from "ava";
import { effectFailed, fromSystemError } from "../../src/effectors/effect-failure.ts";

for (const [code, why] of [
  ["ENOENT", "not-found"],
  ["ENOTDIR", "not-found"],
  ["ELOOP", "not-found"],
  ["ENAMETOOLONG", "not-found"],
  ["EEXIST", "exists"],
  ["EISDIR", "not-a-file"],
  ["ENOTEMPTY", "not-empty"],
  ["EFBIG", "too-large"],
  ["ENOSPC", "no-space"],
  ["EDQUOT", "no-space"],
  ["EMFILE", "unavailable"],
  ["EROFS", "io"],
  ["EACCES", "io"],
  ["EPERM", "io"],
  ["EIO", "io"],
] as const) {
  test(`${code} is \`${why}\` to a guest, and says nothing of the host`, (t) => {
    const cause = Object.assign(new Error(`${code}: open '/home/somebody/notes'`), { code });
    const failure = fromSystemError(cause);
    t.deepEqual(failure.details, { why });
    t.is(failure.cause, cause);
    t.notRegex(failure.message, /\/|E[A-Z]{3}/);
  });
}

test("a failure in our own words stays itself", (t) => {
  const own = effectFailed("not-empty");
  t.is(fromSystemError(own), own);
  t.deepEqual(fromSystemError("thrown text").details, { why: "io" });
});
