import test from "ava";
import fc from "fast-check";
import { isWellFormed, toWellFormed } from "../../src/sdk/well-formed.ts";

test("text is mended, and known to be whole, as the language itself has it", (t) => {
  const unit = fc.constantFrom("a", "\ud83d", "\ude00", "😀", "\uffff", "\ue000");
  const texts = fc.array(unit, { maxLength: 12 }).map((units) => units.join(""));
  fc.assert(
    fc.property(texts, (text) => {
      t.is(toWellFormed(text), text.toWellFormed());
      t.is(isWellFormed(text), text.isWellFormed());
    }),
  );
});
