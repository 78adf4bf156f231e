import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { ModuleBounds } from "../host-message.ts";

/** A compiled core module, and an instance of one; only the glue looks into them. */
export type CompiledModule = object;
type CoreInstance = object;
export type InstantiateCore = (module: CompiledModule, imports?: object) => Promise<CoreInstance>;

interface WasmEngine {
  compile(bytes: Uint8Array): Promise<CompiledModule>;
  readonly Instance: new (module: CompiledModule, imports: object) => CoreInstance;
}

// Taken when this module loads: a guest's glue cannot put its own in their place.
const wasm: WasmEngine = Reflect.get(globalThis, "WebAssembly");
const { compile, Instance } = wasm;

/** The core modules of one component, compiled once for this process. */
export class CoreModules {
  readonly #bounds: ModuleBounds;
  readonly #compiled: ReadonlyMap<string, CompiledModule>;
  readonly #names = new Map<CompiledModule, string>();

  private constructor(bounds: ModuleBounds, compiled: ReadonlyMap<string, CompiledModule>) {
    this.#bounds = bounds;
    this.#compiled = compiled;
    for (const [name, module] of compiled) this.#names.set(module, name);
  }

  static async load(folder: string, bounds: ModuleBounds): Promise<CoreModules> {
    const names = Object.keys(bounds.modules);
    const modules = await Promise.all(names.map(async (name) => compile(await readFile(join(folder, name)))));
    return new CoreModules(bounds, new Map(names.flatMap((name, index) => pair(name, modules[index]))));
  }

  get(name: string): CompiledModule {
    const module = this.#compiled.get(name);
    if (module === undefined) throw new Error("the glue asks for a core module that the component does not have");
    return module;
  }

  /** A way to instantiate core modules for one instance of the component, which counts what they bring. */
  createInstantiate(): InstantiateCore {
    let instances = 0;
    let memoryPages = 0;
    let tableElements = 0;
    return async (module, imports = {}) => {
      const brought = this.#bounds.modules[this.#names.get(module) ?? ""];
      instances++;
      memoryPages += brought?.memoryPages ?? 0;
      tableElements += brought?.tableElements ?? 0;
      // ATTACK: one module with a bounded memory, instantiated often (threats 23).
      if (instances > this.#bounds.coreInstancesMax) throw new Error("the component has too many core instances");
      if (memoryPages > this.#bounds.memoryPagesMax)
        throw new Error("the component's core instances have too much memory");
      if (tableElements > this.#bounds.tableElementsMax)
        throw new Error("the component's core instances have too large tables");
      return new Instance(module, imports);
    };
  }
}

function pair(name: string, module: CompiledModule | undefined): [string, CompiledModule][] {
  return module === undefined ? [] : [[name, module]];
}
