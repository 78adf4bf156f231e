import type { BenchGroup, BenchRow } from "./bench-row.ts";

const widths = { what: 39, p50: 11, p99: 8, ratio: 8 } as const;

/** The groups as a table for a terminal of 80 columns. */
export function renderTable(groups: readonly BenchGroup[]): string {
  return groups.map(renderGroup).join("\n\n");
}

function renderGroup({ title, rows }: BenchGroup): string {
  const others = [...new Set(rows.flatMap(({ ratio }) => ratio?.to ?? []))];
  const beside = others.length === 1 ? `× ${others[0]}` : "ratio";
  return [title, columns("", "p50", "p99", others.length === 0 ? "" : beside, ""), ...rows.map(renderRow)]
    .map((line) => line.trimEnd())
    .join("\n");
}

function renderRow({ what, unit, p50, p99, ratio, target }: BenchRow): string {
  return columns(
    what,
    `${shown(p50)} ${unit}`,
    p99 === undefined ? "" : shown(p99),
    ratio === undefined ? "" : `${shown(ratio.times)}×`,
    target === undefined ? "" : `${target.met ? "✓" : "✗"} ${target.words}`,
  );
}

function columns(what: string, p50: string, p99: string, ratio: string, target: string): string {
  const numbers = p50.padStart(widths.p50) + p99.padStart(widths.p99) + ratio.padStart(widths.ratio);
  return `  ${what.padEnd(widths.what)}${numbers}  ${target}`;
}

function shown(value: number): string {
  if (!Number.isFinite(value)) return "–";
  return value >= 100 ? Math.round(value).toLocaleString("en") : value.toPrecision(2);
}
