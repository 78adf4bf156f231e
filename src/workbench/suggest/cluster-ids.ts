/** What a permit is narrowed to: one thing, or everything in one. */
export interface Cluster {
  readonly op: "==" | "in";
  readonly id: string;
}

/** Things that are named one by one, and branches that are told apart, rather than covered by what they lie in. */
const namedMax = 3;

/**
 * Covers ids by as few and as narrow clusters as a person would write: few ids are named, more are covered by the
 * nearest thing that they all lie in, or by its branches where those are few. `above`: all that an id lies in, nearest
 * first. Ids that have nothing in common are never covered together. `canName` says which ids a policy can name.
 */
export function clusterIds(
  ids: readonly string[],
  above: (id: string) => readonly string[],
  canName: (id: string) => boolean,
): readonly Cluster[] {
  const distinct = [...new Set(ids)].toSorted();
  // From the outermost to the id itself.
  const chains = distinct.map((id) => [...above(id).toReversed(), id]);
  const roots = Map.groupBy(chains, ([root]) => root);
  const clusters = [...roots.values()].flatMap((own) => clusterChains(own, 0, canName));
  return eachOnce(clusters);
}

function clusterChains(
  chains: readonly (readonly string[])[],
  from: number,
  canName: (id: string) => boolean,
): readonly Cluster[] {
  if (chains.length <= namedMax) return chains.map((chain) => narrowest(chain, canName));
  const [first = []] = chains;
  let depth = from;
  while (chains.every((chain) => chain[depth + 1] !== undefined && chain[depth + 1] === first[depth + 1])) depth++;
  const covering = first.slice(0, depth + 1);
  const branches = Map.groupBy(chains, (chain) => chain[depth + 1]);
  // One of them is what the others lie in: then all of that is asked for.
  if (branches.has(undefined) || branches.size > namedMax) return [{ ...narrowest(covering, canName), op: "in" }];
  return [...branches.values()].flatMap((own) => clusterChains(own, depth + 1, canName));
}

function narrowest(chain: readonly string[], canName: (id: string) => boolean): Cluster {
  const [own = ""] = chain.slice(-1);
  if (canName(own)) return { op: "==", id: own };
  return { op: "in", id: chain.findLast(canName) ?? chain[0] ?? own };
}

function eachOnce(clusters: readonly Cluster[]): readonly Cluster[] {
  return [...new Map(clusters.map((one) => [`${one.op} ${one.id}`, one])).values()];
}
