import type { Limits } from "../../../calls/limits.ts";
import { escapeText } from "../../../errors/escape-text.ts";
import type { EvaluatedUnit } from "./policy-evaluator.ts";
import { PolicyRefusal } from "./policy-fault.ts";
import { ModuleFault, type ModuleImport, type ModuleShape, readModule } from "./read-module.ts";

/** A module that may be given to a thread, and the memory that it begins with and may grow to. */
export interface ReadyModule {
  readonly module: WebAssembly.Module;
  readonly pages: { readonly min: number; readonly max: number };
}

const pageBytes = 65_536;

/** All that OPA's ABI has a module ask of its host. */
const importKinds: { readonly [name: string]: ModuleImport["kind"] } = {
  "env.memory": "memory",
  "env.opa_abort": "function",
  "env.opa_println": "function",
  "env.opa_builtin0": "function",
  "env.opa_builtin1": "function",
  "env.opa_builtin2": "function",
  "env.opa_builtin3": "function",
  "env.opa_builtin4": "function",
};

const exportKinds: { readonly [name: string]: WebAssembly.ImportExportKind } = {
  opa_wasm_abi_version: "global",
  opa_wasm_abi_minor_version: "global",
  builtins: "function",
  entrypoints: "function",
  eval: "function",
  opa_eval_ctx_new: "function",
  opa_eval_ctx_set_input: "function",
  opa_eval_ctx_set_data: "function",
  opa_eval_ctx_set_entrypoint: "function",
  opa_eval_ctx_get_result: "function",
  opa_malloc: "function",
  opa_heap_ptr_get: "function",
  opa_heap_ptr_set: "function",
  opa_json_parse: "function",
  opa_json_dump: "function",
  opa_value_parse: "function",
  opa_value_dump: "function",
};

/**
 * Compiles a policy's module, off this thread, when what it asks for and has to offer is what OPA's ABI says and what
 * the bounds allow. None of it is run.
 * @throws {PolicyRefusal}
 */
export async function loadModule({ wasm, data }: EvaluatedUnit, limits: Limits): Promise<ReadyModule> {
  if (wasm.byteLength > limits.regoModuleBytesMax) {
    throw new PolicyRefusal(`is a module of more than ${limits.regoModuleBytesMax} bytes`);
  }
  if (Buffer.byteLength(data) > limits.regoDataBytesMax) {
    throw new PolicyRefusal(`has data of more than ${limits.regoDataBytesMax} bytes`);
  }
  const shape = shapeOf(wasm);
  checkImports(shape);
  checkTables(shape, limits);
  const pages = memoryPages(shape, limits);
  const module = await compile(wasm);
  checkExports(module);
  return { module, pages };
}

function shapeOf(wasm: Uint8Array): ModuleShape {
  try {
    return readModule(wasm);
  } catch (error) {
    if (error instanceof ModuleFault) throw new PolicyRefusal(error.message);
    throw error;
  }
}

// ATTACK: a module that asks for what no policy needs, and a policy that would find out only when a rule first needs
// what nobody gives it (threats 15).
function checkImports({ imports }: ModuleShape): void {
  const seen = new Set<string>();
  for (const { name, kind } of imports) {
    if (importKinds[name] !== kind || seen.has(name)) {
      throw new PolicyRefusal(
        `imports the ${kind} \`${escapeText(name)}\`, which no policy is given`,
        "build it with `opa build -t wasm`",
      );
    }
    seen.add(name);
  }
}

function checkTables({ ownTables }: ModuleShape, { regoTableElementsMax }: Limits): void {
  const elements = ownTables.reduce((sum, { max }) => sum + (max ?? Number.POSITIVE_INFINITY), 0);
  if (elements > regoTableElementsMax) {
    throw new PolicyRefusal(`has tables that may grow to more than ${regoTableElementsMax} elements`);
  }
}

// A memory of the module's own could grow to what it likes: ours has a maximum.
function memoryPages({ imports, ownMemories }: ModuleShape, limits: Limits): ReadyModule["pages"] {
  const extent = imports.find(({ kind }) => kind === "memory")?.extent;
  if (extent === undefined || ownMemories > 0) {
    throw new PolicyRefusal("has a memory of its own instead of the host's", "build it with `opa build -t wasm`");
  }
  const most = Math.floor(limits.regoMemoryBytesMax / pageBytes);
  if (extent.min > most) throw new PolicyRefusal(`needs more memory than ${limits.regoMemoryBytesMax} bytes`);
  return { min: extent.min, max: Math.min(most, extent.max ?? most) };
}

async function compile(wasm: Uint8Array): Promise<WebAssembly.Module> {
  try {
    return await WebAssembly.compile(new Uint8Array(wasm));
  } catch {
    throw new PolicyRefusal("is not a valid WebAssembly module");
  }
}

function checkExports(module: WebAssembly.Module): void {
  const kinds = new Map(WebAssembly.Module.exports(module).map(({ name, kind }) => [name, kind]));
  const missing = Object.keys(exportKinds).find((name) => kinds.get(name) !== exportKinds[name]);
  if (missing === undefined) return;
  throw new PolicyRefusal(
    `does not export the ${exportKinds[missing]} \`${missing}\` of OPA's ABI`,
    "build it with `opa build -t wasm`",
  );
}
