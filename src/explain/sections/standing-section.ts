import type { Explanation } from "../explanation.ts";
import type { Block, Section } from "../report/report.ts";

const findingsShown = 3;

/** Why nothing could answer: what refuses the policies or the configuration, each with its place. */
export function refusedSection({ refused }: Explanation): Section {
  return { title: "What is refused", isPlain: true, blocks: refused === undefined ? [] : refusedBlocks(refused) };
}

function refusedBlocks(refused: NonNullable<Explanation["refused"]>): readonly Block[] {
  if (refused.length === 0)
    return [{ kind: "line", words: "By now the policies and the configuration are accepted: call again." }];
  const more = refused.length - findingsShown;
  return [
    ...refused.slice(0, findingsShown).map((finding) => ({ kind: "finding", finding, mark: "false" }) as const),
    ...(more > 0
      ? [{ kind: "tree", nodes: [{ words: `… ${more} more: yoi policy check` }], indent: "  " } as const]
      : []),
  ];
}

/** How the plugin stands, where the denial comes from that. */
export function standingSection({ troubles = [], undeclared }: Explanation): Section {
  const found = troubles
    .slice(0, findingsShown)
    .map((finding) => ({ kind: "finding", finding, mark: "false" }) as const);
  return { title: "The plugin", isPlain: true, blocks: [...found, ...undeclaredBlocks(undeclared)] };
}

function undeclaredBlocks(undeclared: Explanation["undeclared"]): readonly Block[] {
  if (undeclared === undefined) return [];
  const asks = undeclared.asks.length === 0 ? ["nothing of the kind"] : undeclared.asks;
  const asked = asks.map((ask, index) => ({ label: index === 0 ? "asked for" : "", words: [{ code: ask }] }));
  return [
    { kind: "line", words: "Its plugin.toml, which is its author's, does not ask for this" },
    { kind: "facts", rows: [{ label: "wanted", words: [{ code: undeclared.wanted }] }, ...asked], indent: "  " },
  ];
}
