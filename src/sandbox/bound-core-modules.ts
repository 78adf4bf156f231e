import { YoiError } from "../errors/yoi-error.ts";
import type { ModuleBounds } from "./host-message.ts";
import {
  type CoreModule,
  type Declaration,
  type Extent,
  memorySection,
  readCoreModule,
  tableSection,
} from "./read-core-module.ts";

/** The bounds of one component, over all its core modules together. */
export interface CoreBounds {
  readonly memoryPagesMax: number;
  readonly tableElementsMax: number;
  readonly coreInstancesMax: number;
}

/**
 * The core modules of a component with their memory and table maxima rewritten, so that all of them together stay
 * within the bounds. Refuses a component whose minima alone are over them.
 * @throws {YoiError} YOI_COMPONENT_INVALID
 */
export function boundCoreModules(
  files: ReadonlyMap<string, Uint8Array>,
  bounds: CoreBounds,
): { readonly files: ReadonlyMap<string, Uint8Array>; readonly bounds: ModuleBounds } {
  const modules = [...files].map(([name, bytes]) => ({ name, module: readCoreModule(bytes) }));
  const memoryMaxima = allot(
    modules.flatMap(({ module }) => extents(module.memories)),
    bounds.memoryPagesMax,
    "memory",
  );
  const tableMaxima = allot(
    modules.flatMap(({ module }) => extents(module.tables)),
    bounds.tableElementsMax,
    "table",
  );
  const bounded = new Map<string, Uint8Array>();
  const sums: Record<string, { memoryPages: number; tableElements: number }> = {};
  for (const { name, module } of modules) {
    const memories = memoryMaxima.splice(0, module.memories.length);
    const tables = tableMaxima.splice(0, module.tables.length);
    bounded.set(name, rewrite(module, tables, memories));
    sums[name] = { memoryPages: sum(memories), tableElements: sum(tables) };
  }
  return { files: bounded, bounds: { ...bounds, modules: sums } };
}

/**
 * A maximum for each extent, their sum never above `total`. Where not all that is wanted can be given, what is left
 * above the minima is shared in proportion; one that starts empty is an adapter's, and gets little.
 */
function allot(wanted: readonly Extent[], total: number, what: string): number[] {
  const minima = sum(wanted.map(({ min }) => min));
  if (minima > total) {
    const message = `the component's core modules start with more ${what} than the limit allows`;
    throw new YoiError("YOI_COMPONENT_INVALID", message, { findings: [{ message }] });
  }
  const slack = total - minima;
  const demands = wanted.map(({ min, max }) => Math.max(0, Math.min(max ?? total, total) - min));
  if (sum(demands) <= slack) return wanted.map(({ min }, index) => min + (demands[index] ?? 0));
  const weights = wanted.map(({ min }, index) => (demands[index] ?? 0) * (min > 0 ? 15 : 1));
  const weightsSum = sum(weights);
  return wanted.map(({ min }, index) => {
    const share = Math.floor((slack * (weights[index] ?? 0)) / weightsSum);
    return min + Math.min(demands[index] ?? 0, share);
  });
}

function rewrite(module: CoreModule, tableMaxima: readonly number[], memoryMaxima: readonly number[]): Uint8Array {
  const parts: Uint8Array[] = [module.bytes.subarray(0, module.sections[0]?.start ?? module.bytes.length)];
  for (const { id, start, end } of module.sections) {
    if (id === tableSection) parts.push(encodeSection(id, module.tables, tableMaxima));
    else if (id === memorySection) parts.push(encodeSection(id, module.memories, memoryMaxima));
    else parts.push(module.bytes.subarray(start, end));
  }
  return concat(parts);
}

function encodeSection(id: number, declarations: readonly Declaration[], maxima: readonly number[]): Uint8Array {
  const entries = declarations.map(({ before, extent, after }, index) =>
    concat([before, Uint8Array.of(1, ...u32(extent.min), ...u32(maxima[index] ?? extent.min)), after]),
  );
  const payload = concat([Uint8Array.from(u32(declarations.length)), ...entries]);
  return concat([Uint8Array.of(id, ...u32(payload.length)), payload]);
}

function u32(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) + 0x80);
  return [...bytes, rest];
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(sum(parts.map(({ length }) => length)));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function extents(declarations: readonly Declaration[]): Extent[] {
  return declarations.map(({ extent }) => extent);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
