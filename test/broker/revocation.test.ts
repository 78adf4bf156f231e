import test from "ava";
import { createBroker } from "../../src/broker/broker.ts";
import type { Inventory } from "../../src/calls/inventory.ts";
import { limits } from "../../src/calls/limits.ts";
import type { AuthorizationRequest } from "../../src/calls/value.ts";
import type { Verdict } from "../../src/decisions/verdict.ts";
import { brokerParts, inventoryOf, notesPlugin } from "../support/broker-parts.ts";
import { readCall } from "../support/calls.ts";
import { createMemoryJournal } from "../support/memory-journal.ts";

const abstain: Verdict = {
  engine: "fake",
  effect: "abstain",
  determining: [],
  errors: [],
  obligations: [],
  considered: 1,
  total: 1,
};
const rate = { kind: "rate", count: 5, windowMs: 60_000, policy: "p" } as const;

/** A set that permits, under a rate, whatever a plugin that is enabled asks for. */
const permitsTheEnabled = {
  engine: "fake",
  digest: "sha256:fake",
  policies: [],
  evaluate(request: AuthorizationRequest): Verdict {
    const { plugin } = request.context;
    const isEnabled = typeof plugin === "object" && "record" in plugin && plugin.record["enabled"] === true;
    return isEnabled ? { ...abstain, effect: "permit", obligations: [rate] } : abstain;
  },
  trace: () => [],
  outline: () => [],
  except: () => undefined,
  dispose: () => undefined,
};

// ATTACK: threats 19, 40: another process holds the journal while the rate is counted, and the plugin is disabled
// meanwhile.
for (const held of ["claimRates", "append"] as const) {
  test(`a call that waits for the journal's ${held} while it is revoked does nothing`, async (t) => {
    const [{ promise: reached, resolve: reach }, { promise: freed, resolve: free }] = [
      Promise.withResolvers<void>(),
      Promise.withResolvers<void>(),
    ];
    const memory = createMemoryJournal();
    const waitFirst = async <T>(write: () => Promise<T>): Promise<T> => {
      reach();
      await freed;
      return write();
    };
    const journal = {
      ...memory,
      append: (...entry: Parameters<typeof memory.append>) =>
        held === "append" ? waitFirst(() => memory.append(...entry)) : memory.append(...entry),
      claimRates: (...claims: Parameters<typeof memory.claimRates>) =>
        held === "claimRates" && claims[2].consume
          ? waitFirst(() => memory.claimRates(...claims))
          : memory.claimRates(...claims),
    };
    let inventory: Inventory = inventoryOf();
    const { parts, effects } = brokerParts({ sets: [permitsTheEnabled], journal, inventory: () => inventory });
    const broker = createBroker(parts);
    const outcome = broker.submit(readCall("notes/x"));
    await reached;
    inventory = inventoryOf([{ ...notesPlugin, enabled: false }]);
    await broker.revoke();
    free();
    t.is((await outcome).status, "failed");
    t.deepEqual(effects, []);
  });
}

test("a revocation of many calls lets others have their turn, and reaches them all", async (t) => {
  let inventory: Inventory = inventoryOf();
  const started: AbortSignal[] = [];
  const { parts } = brokerParts({
    sets: [permitsTheEnabled],
    inventory: () => inventory,
    effectors: {
      "fs.read": (warrant) =>
        new Promise((_, reject) => {
          started.push(warrant.signal);
          warrant.signal.addEventListener("abort", () => reject(warrant.signal.reason));
        }),
    },
  });
  const many = limits.revocationsPerTurnMax * 3;
  const broker = createBroker({ ...parts, journal: { ...parts.journal, claimRates: async () => [] } });
  const outcomes = Array.from({ length: many }, () => broker.submit(readCall("notes/x")));
  while (started.length < many) await new Promise((resolve) => setImmediate(resolve));
  inventory = inventoryOf([{ ...notesPlugin, enabled: false }]);
  let turns = 0;
  let counting = true;
  const count = () => {
    turns += 1;
    if (counting) setImmediate(count);
  };
  setImmediate(count);
  await broker.revoke();
  counting = false;
  t.true(turns >= 2);
  for (const outcome of outcomes) t.is((await outcome).status, "failed");
});
