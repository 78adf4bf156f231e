import test from "ava";
import { canonicalMethod, isSafeMethod } from "../../src/calls/http-method.ts";
import { limits } from "../../src/calls/limits.ts";

test("a method is a word in upper case", (t) => {
  for (const method of ["GET", "POST", "M-SEARCH", "X1", "A".repeat(limits.httpsMethodBytesMax)]) {
    t.is(canonicalMethod(method), method);
  }
});

// ATTACK: threats 20
for (const text of ["CONNECT", "TRACE", "TRACK", "PRI", "get", "", "GET ", "GET /\r\nX", "GET\n", "1A", "GÉT", "*"]) {
  test(`${JSON.stringify(text)} is no method that can be asked for`, (t) => {
    t.is(canonicalMethod(text), undefined);
  });
}

test("a method over the bound is none", (t) => {
  t.is(canonicalMethod("A".repeat(limits.httpsMethodBytesMax + 1)), undefined);
});

test("only GET, HEAD and OPTIONS are safe", (t) => {
  t.deepEqual(
    ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "QUERY", "TRACE", "get"].filter(isSafeMethod),
    ["GET", "HEAD", "OPTIONS"],
  );
});
