import { createOwnCache } from "../own-cache.ts";
import type { CompiledUnit } from "./rego-unit.ts";

/** Compiled units by their key, which says all that they were made from. */
export interface CompiledCache {
  read(key: string): Promise<CompiledUnit | undefined>;
  write(key: string, unit: CompiledUnit): Promise<void>;
}

/** Keeps compiled units in the user's own folder. */
export function createCompiledCache(folder: string): CompiledCache {
  const cache = createOwnCache(folder);
  return {
    async read(key) {
      const found = await cache.read(key);
      if (!isKept(found)) return undefined;
      const { wasm, ...unit } = found;
      return { ...unit, wasm: Buffer.from(wasm, "base64") };
    },
    write: (key, { wasm, ...unit }) => cache.write(key, { wasm: Buffer.from(wasm).toString("base64"), ...unit }),
  };
}

type KeptUnit = Omit<CompiledUnit, "wasm"> & { readonly wasm: string };

/** What has the digest that it was written with was written by this very file. */
function isKept(value: unknown): value is KeptUnit {
  return typeof value === "object" && value !== null && "wasm" in value && typeof value.wasm === "string";
}
