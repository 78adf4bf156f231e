import test from "ava";
import fc from "fast-check";
import { pathAncestors } from "../../../src/calls/guest-path.ts";
import { clusterIds } from "../../../src/workbench/suggest/cluster-ids.ts";

const isIn = (id: string, covering: string) => id === covering || pathAncestors(id).includes(covering);
const path = fc
  .array(fc.constantFrom("a", "b", "c", "d", "e"), { minLength: 1, maxLength: 4 })
  .map((parts) => ["notes", ...parts].join("/"));
const kept = path.map((id) => id.replace("notes", "kept"));

test("every id is covered, and a folder only where more than three things in it are asked for", (t) => {
  fc.assert(
    fc.property(fc.array(fc.oneof(path, kept), { maxLength: 30 }), (ids) => {
      const clusters = clusterIds(ids, pathAncestors, () => true);
      const covers = ({ op, id }: (typeof clusters)[number], one: string) => (op === "==" ? one === id : isIn(one, id));
      for (const id of ids) t.true(clusters.some((cluster) => covers(cluster, id)));
      for (const cluster of clusters) {
        const own = new Set(ids.filter((id) => covers(cluster, id)));
        t.true(cluster.op === "==" ? own.size === 1 : own.size > 3);
        // The folder is the nearest: what is asked for in it has nothing nearer in common.
        const [first = ""] = own;
        const nearer = [first, ...pathAncestors(first)].filter(
          (above) => above !== cluster.id && isIn(above, cluster.id),
        );
        t.false(cluster.op === "in" && nearer.some((above) => [...own].every((id) => isIn(id, above))));
      }
    }),
    { numRuns: 300 },
  );
});

test("what no policy can name is covered by the nearest thing that one can", (t) => {
  const canName = (id: string) => !id.includes("b");
  t.deepEqual(clusterIds(["notes/a/b/c"], pathAncestors, canName), [{ op: "in", id: "notes/a" }]);
  t.deepEqual(clusterIds(["notes/a", "notes/b"], pathAncestors, canName), [
    { op: "==", id: "notes/a" },
    { op: "in", id: "notes" },
  ]);
});
