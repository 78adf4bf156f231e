import test from "ava";
import { limits } from "../../src/calls/limits.ts";
import { loweredLimits } from "../../src/config/enablement.ts";
import { plain, readPage, tablesOf } from "../support/pages.ts";

const rows = tablesOf(readPage("limits.md"))
  .filter((table) => table.head[0] === "limit")
  .flatMap((table) => table.rows);

test("`docs/limits.md` has every limit once, and no other", (t) => {
  t.deepEqual(rows.map(([name]) => plain(name)).sort(), Object.keys(limits).sort());
});

test("`docs/limits.md` has the number that counts", (t) => {
  const units = { ms: 1, s: 1_000, KiB: 1_024, MiB: 1_048_576 } as const;
  for (const [cell, value = ""] of rows) {
    const name = plain(cell) as keyof typeof limits;
    const [, digits = "", unit] = /^([\d,]+)(?: (ms|s|KiB|MiB))?/.exec(value) ?? [];
    const number = Number(digits.replaceAll(",", ""));
    const own = /(?:MiB|KiB|S)$/.exec(name)?.[0];
    // A name that says its unit holds the number in that unit.
    const factor =
      unit === undefined || own?.toLowerCase() === unit.toLowerCase() ? 1 : units[unit as keyof typeof units];
    t.is(number * factor, limits[name], name);
  }
});

test("`docs/limits.md` names the limits that an entry may lower", (t) => {
  const lowered = rows.flatMap(([name, , , who = ""]) => (/`limits\.\w+`/.test(who) ? [[plain(name), who]] : []));
  const known = Object.entries(loweredLimits).map(([key, name]) => [name, key]);
  t.deepEqual(lowered.map(([name, who]) => [name, /`limits\.(\w+)`/.exec(who ?? "")?.[1]]).sort(), known.toSorted());
});
