import { z } from "zod";
import type { CoreBounds } from "./bound-core-modules.ts";

export const transpileRecordFile = "transpiled.json";

/** What the translating thread is told. */
export interface TranspileOrder {
  readonly bytes: Uint8Array;
  /** An empty folder that only this user can write to. */
  readonly folder: string;
  readonly bounds: CoreBounds;
}

/** What the translating thread answers. */
export type TranspileReport = { readonly ok: true } | { readonly ok: false; readonly message: string };

const count = z.int().min(0);

/** What is kept beside a translated component: the bounds that were written into it, and the digest of every file. */
export const transpileRecord = z.strictObject({
  format: z.literal(1),
  bounds: z.strictObject({
    memoryPagesMax: count,
    tableElementsMax: count,
    coreInstancesMax: count,
    modules: z.record(z.string(), z.strictObject({ memoryPages: count, tableElements: count })),
  }),
  files: z.record(z.string().regex(/^component(\.core\d*\.wasm|\.mjs)$/), z.string()),
});
