import test from "ava";
import fc from "fast-check";
import { describeMoment, isTimeZone } from "../../src/calls/local-time.ts";

function clockAt(atMs: number, zone: string) {
  const moment = describeMoment(atMs, zone);
  if (typeof moment !== "object" || !("record" in moment)) throw new TypeError("a moment is a record");
  const { zone: named, ...clock } = moment.record;
  return { named, clock };
}

test("UTC is read as what the machine knows of all zones would read it", (t) => {
  const moments = fc.integer({ min: Date.UTC(1970, 0, 1), max: Date.UTC(9999, 11, 31, 23, 59, 59, 999) });
  fc.assert(
    fc.property(moments, (atMs) => {
      const [utc, same] = [clockAt(atMs, "UTC"), clockAt(atMs, "Etc/UTC")];
      t.deepEqual(utc.clock, same.clock);
      t.is(utc.named, "UTC");
    }),
  );
});

test("a zone is known by the machine's own list", (t) => {
  t.true(isTimeZone("UTC"));
  t.true(isTimeZone("Europe/Oslo"));
  t.false(isTimeZone("Europe/Olso"));
});
