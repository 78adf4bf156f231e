import { readdirSync, readFileSync } from "node:fs";
import test from "ava";
import { limits } from "../../src/calls/limits.ts";
import { preparsedId, releaseSlot, slotsTaken } from "../../src/engines/cedar/slice-pool.ts";
import { judge, prepareCedar, readRequest } from "../support/cedar-sets.ts";

const permitAll = "permit(principal, action, resource);";
const onePolicy = () => ({ staticPolicies: { "0": permitAll } });

// Pitfall 7: the library never forgets an id.
test.serial("two thousand reloads name no id outside of the pool, and give every slot back", async (t) => {
  for (let reload = 0; reload < 2_000; reload++) {
    const set = await prepareCedar(`@id("reload-${reload}") ${permitAll}`);
    t.is(judge(set, readRequest()).determining[0]?.name, `reload-${reload}`);
    set.dispose();
  }
  t.is(slotsTaken(), 0);
});

test.serial("holders beyond the pool take the slot that was not used for longest", (t) => {
  const holders = Array.from({ length: limits.slicePoolMax }, () => ({}));
  const ids = new Set(holders.map((holder) => preparsedId(holder, onePolicy)));
  t.is(ids.size, limits.slicePoolMax);
  const [first = {}, second = {}] = holders;
  const idOfFirst = preparsedId(first, () => t.fail("it is preparsed already") as never);
  const idOfSecond = preparsedId(second, onePolicy);
  preparsedId(first, onePolicy);
  for (const holder of holders.slice(2)) preparsedId(holder, onePolicy);
  preparsedId(first, onePolicy);
  const newcomer = {};
  t.is(preparsedId(newcomer, onePolicy), idOfSecond);
  t.is(preparsedId(first, onePolicy), idOfFirst);
  t.is(slotsTaken(), limits.slicePoolMax);
  for (const holder of [...holders, newcomer]) releaseSlot(holder);
  t.is(slotsTaken(), 0);
});

test.serial("policies that do not parse take no slot", (t) => {
  const holder = {};
  t.throws(() => preparsedId(holder, () => ({ staticPolicies: { "0": "permit(" } })));
  t.is(slotsTaken(), 0);
});

test.serial("sets that share the pool stay apart, however their slices push one another out", async (t) => {
  const pathOf = (number: number) => `notes/${number}/a.md`;
  const manyFolders = (effect: string) =>
    Array.from(
      { length: limits.slicePoolMax },
      (_, number) =>
        `${effect}(principal, action == Yoi::Action::"fs.read", resource in Yoi::Path::"notes/${number}");`,
    ).join("\n");
  const [old, fresh] = [await prepareCedar(manyFolders("permit")), await prepareCedar(manyFolders("forbid"))];
  for (let round = 0; round < 2; round++) {
    for (let number = 0; number < limits.slicePoolMax; number++) {
      // The mount is asked about by no policy, so a second round is answered anew only when the path is.
      const request = readRequest({ path: `${pathOf(number)}-${round}` });
      t.is(judge(old, request).effect, "permit");
      t.is(judge(fresh, request).effect, "forbid");
    }
  }
  t.is(slotsTaken(), limits.slicePoolMax);
  old.dispose();
  t.is(judge(fresh, readRequest({ path: "notes/7/late.md" })).effect, "forbid");
  fresh.dispose();
  t.is(slotsTaken(), 0);
});

test("only the pool names ids to the library", (t) => {
  const folder = new URL("../../src/engines/cedar/", import.meta.url);
  const naming = readdirSync(folder).filter((file) =>
    /preparse(?:PolicySet|Schema)\(/.test(readFileSync(new URL(file, folder), "utf8")),
  );
  t.deepEqual(naming, ["slice-pool.ts"]);
});
