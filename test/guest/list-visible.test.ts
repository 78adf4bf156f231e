import test from "ava";
import type { Broker } from "../../src/broker/broker.ts";
import type { Call } from "../../src/calls/call.ts";
import { limits } from "../../src/calls/limits.ts";
import type { FolderEntry } from "../../src/calls/powers.ts";
import { listVisible } from "../../src/guest/list-visible.ts";
import { noonish } from "../support/broker-parts.ts";
import { notesCaller } from "../support/calls.ts";

/** Lists `names` of the folder `notes`, of which policy hides the ones that `hides` says yes to. */
async function list(names: readonly string[], hides: (path: string) => boolean, signal = new AbortController().signal) {
  const asked: Call[] = [];
  const judge = async (call: Call<"fs.list">) => {
    asked.push(call);
    return { decision: hides(call.ask.path) ? { kind: "deny", cause: "no-permit" } : { kind: "allow" } };
  };
  const broker = { judge } as unknown as Pick<Broker, "submit" | "judge">;
  const found = names.map((name): FolderEntry => ({ name, kind: "file" }));
  const time = { signal, timeoutMs: limits.hostCallMs };
  const answer = await listVisible({ broker, nowMs: () => noonish }, notesCaller, "notes", found, time);
  const page = answer.ok ? answer.value : answer.error;
  return { page, asked };
}

const numbered = (count: number) => Array.from({ length: count }, (_, n) => `n${String(n).padStart(5, "0")}`);

test("every entry is asked about as if it were listed itself, by the plugin that lists", async (t) => {
  const { asked } = await list(["a.md", "b"], () => false);
  t.deepEqual(
    asked.map(({ action, ask, principal }) => [action, "path" in ask && ask.path, principal.id]),
    [
      ["fs.list", "notes/a.md", "project:example.notes"],
      ["fs.list", "notes/b", "project:example.notes"],
    ],
  );
});

// ATTACK: threats 27: what is denied must not be learned from the folder above it.
test("what policy hides is not in the page, and the page does not say that anything is missing", async (t) => {
  const { page } = await list(["open.md", "secret.md", "z-secret.md"], (path) => path.includes("secret"));
  t.deepEqual(page, { kind: "page", entries: [{ name: "open.md", kind: "file" }] });
});

test("a full page names its last entry as the place where the next one begins", async (t) => {
  const names = numbered(limits.listEntriesMax + 1);
  const { page } = await list(names, () => false);
  t.like(page, { kind: "page", next: names[limits.listEntriesMax - 1] });
  t.is("kind" in page && page.kind === "page" && page.entries.length, limits.listEntriesMax);
});

test("a full page has no next one when all that follows is hidden", async (t) => {
  const names = numbered(limits.listEntriesMax + 5);
  const { page } = await list(names, (path) => path.slice("notes/".length) >= (names[limits.listEntriesMax] ?? ""));
  t.false("next" in page);
});

test("a listing that is called off asks no further", async (t) => {
  const gone = new AbortController();
  gone.abort();
  await t.throwsAsync(list(["a"], () => false, gone.signal));
});

// ATTACK: threats 22: many lists at once must not hold the host up longer than one does.
test("of all lists at once, one batch is decided between two turns of everybody else", async (t) => {
  let going = true;
  let decided = 0;
  const decidedInTurns: number[] = [];
  const endTurn = () => {
    decidedInTurns.push(decided);
    decided = 0;
    if (going) setImmediate(endTurn);
  };
  setImmediate(endTurn);
  const lists = 8;
  const batches = 5;
  const folder = numbered(limits.listBatchMax * batches);
  const count = () => {
    decided++;
    return false;
  };
  await Promise.all(Array.from({ length: lists }, () => list(folder, count)));
  going = false;
  await new Promise(setImmediate);
  t.is(Math.max(...decidedInTurns), limits.listBatchMax);
  t.is(decidedInTurns.filter((inTurn) => inTurn > 0).length, lists * batches);
});

test("a list that fails lets the ones behind it have their turn", async (t) => {
  const gone = new AbortController();
  gone.abort();
  const [failed, listed] = await Promise.allSettled([list(["a"], () => false, gone.signal), list(["b"], () => false)]);
  t.deepEqual([failed.status, listed.status], ["rejected", "fulfilled"]);
});

// ATTACK: threats 22: a list whose decisions never end holds up neither its guest nor the lists behind it.
for (const [what, end] of [
  ["time is up", (_: AbortController) => undefined],
  ["call is over", (caller: AbortController) => setImmediate(() => caller.abort())],
] as const) {
  test(`a list of which a decision never comes ends when its ${what}, and the ones behind it have their turn`, async (t) => {
    const judge = () => new Promise<never>(() => undefined);
    const caller = new AbortController();
    const isLate = what === "time is up";
    const stuck = listVisible(
      { broker: { judge } as unknown as Broker, nowMs: () => noonish },
      notesCaller,
      "notes",
      [{ name: "a", kind: "file" }],
      { signal: caller.signal, timeoutMs: isLate ? 20 : limits.hostCallMs },
    );
    const behind = list(["b"], () => false);
    end(caller);
    if (isLate) t.deepEqual(await stuck, { ok: false, error: { tag: "timeout" } });
    else await t.throwsAsync(stuck);
    t.like(await behind, { page: { kind: "page", entries: [{ name: "b" }] } });
  });
}
