import type { PolicySource, PolicySources, PreparedPolicies } from "../../src/engines/policy-engine.ts";
import type { JournalReader } from "../../src/journal/read-journal.ts";
import { diffSets, type PolicyDiff } from "../../src/workbench/diff/diff-sets.ts";
import { recordedCalls } from "../../src/workbench/recorded-calls.ts";
import { noonish } from "./broker-parts.ts";
import { cedar, invariants } from "./cedar-sets.ts";
import { regoEngine, shippedSources } from "./rego-sets.ts";

/** What policies lean on. */
export type Documents = Pick<PolicySources, "entities" | "data">;

/** Prepares sets beside the invariants, and holds them against each other; `close` ends what that keeps running. */
export function differ() {
  const rego = regoEngine();

  async function prepare(
    own: readonly PolicySource[],
    documents: Documents = {},
  ): Promise<readonly PreparedPolicies[]> {
    const policies = [invariants, ...own];
    const isRego = own.some(({ language }) => language === "rego");
    const sets = [await cedar.prepare({ policies, ...documents })];
    return isRego ? [...sets, await rego.prepare({ policies: [...policies, ...shippedSources], ...documents })] : sets;
  }

  async function diffOf(
    before: readonly PolicySource[],
    after: readonly PolicySource[],
    {
      documents = [{}, {}],
      recorded,
    }: {
      readonly documents?: readonly [before: Documents, after: Documents];
      readonly recorded?: JournalReader;
    } = {},
  ): Promise<PolicyDiff> {
    const [was, is] = [await prepare(before, documents[0]), await prepare(after, documents[1])];
    const diff = await diffSets(
      { sets: was, sources: { policies: before, ...documents[0] } },
      { sets: is, sources: { policies: after, ...documents[1] } },
      { plugins: [], zone: "UTC", atMs: noonish },
      recorded === undefined ? [] : recordedCalls(recorded, { last: 10_000 }),
    );
    for (const set of [...was, ...is]) set.dispose();
    return diff;
  }

  return { prepare, diffOf, close: () => rego.close() };
}

/** The policies of which a request shows a difference, each with its direction. */
export function shownBy({ probed }: PolicyDiff): readonly string[] {
  return probed
    .flatMap(({ touched, witnesses }) =>
      witnesses.map(({ difference }) => `${difference.direction} ${touched.policy.name}`),
    )
    .toSorted();
}
