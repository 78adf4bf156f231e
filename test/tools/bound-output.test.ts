import test from "ava";
import fc from "fast-check";
import { limits } from "../../src/calls/limits.ts";
import { boundOutput, cutContent } from "../../src/tools/bound-output.ts";

const text = fc
  .array(fc.constantFrom("a", "\n", "é", "日", "😀"), { maxLength: 300, size: "max" })
  .map((all) => all.join(""));

test("content beyond its limit is cut, says how much is missing, and never holds half a character", (t) => {
  fc.assert(
    fc.property(text, fc.integer({ min: 80, max: 300 }), (content, max) => {
      const cut = cutContent(content, max);
      if (Buffer.byteLength(content) <= max) return t.is(cut, content);
      t.true(Buffer.byteLength(cut) <= max);
      const [kept = "", dropped] = cut.split(/\n\[truncated: (\d+) bytes dropped, refine your query\]$/);
      t.true(content.startsWith(kept));
      return t.is(Buffer.byteLength(kept) + Number(dropped), Buffer.byteLength(content));
    }),
  );
});

test("content of exactly its limit is whole, and one byte more is cut", (t) => {
  const whole = "x".repeat(limits.toolContentBytesMax);
  t.is(boundOutput({ summary: "s", content: whole, isError: false }).content, whole);
  const cut = boundOutput({ summary: "s", content: `${whole}y`, isError: false }).content ?? "";
  t.true(Buffer.byteLength(cut) <= limits.toolContentBytesMax);
  t.regex(cut, /\[truncated: \d+ bytes dropped, refine your query\]$/);
});

for (const summary of ["", " \n\t", "é".repeat(limits.toolSummaryBytesMax / 2 + 1)]) {
  test(`a summary of ${Buffer.byteLength(summary)} bytes is the plugin's failure`, (t) => {
    t.throws(() => boundOutput({ summary, isError: false }), { code: "YOI_PLUGIN_FAILED" });
  });
}
