import { buildCoreModule } from "./wat-component.ts";

/** Parts of a hand-made policy module, in the text format of WebAssembly; what is left out is as in an honest one. */
export interface PolicyParts {
  /** Of OPA's ABI: major and minor version. */
  readonly abi?: readonly [number, number];
  /** How the memory is declared; absent, as OPA's compiler does. */
  readonly memory?: string;
  /** Further imports, before all else. */
  readonly imports?: string;
  /** JSON that the module lists. */
  readonly builtins?: string;
  readonly entrypoints?: string;
  /** JSON that every evaluation answers with; absent, the input. */
  readonly answer?: string;
  /** Bodies of functions, instead of what they say otherwise. */
  readonly code?: {
    readonly builtins?: string;
    readonly entrypoints?: string;
    readonly eval?: string;
    readonly result?: string;
    readonly malloc?: string;
    readonly parse?: string;
    readonly dump?: string;
    readonly start?: string;
  };
  /** Further fields of the module. */
  readonly more?: string;
  /** Names of exports that are left out. */
  readonly without?: readonly string[];
}

const places = { builtins: 1_024, entrypoints: 2_048, answer: 4_096 } as const;

/**
 * A module of OPA's ABI whose values are the addresses of their own JSON text, so that it takes and answers JSON
 * without a parser.
 */
export function buildPolicy(parts: PolicyParts = {}): Promise<Uint8Array> {
  const { abi = [1, 3], memory = '(import "env" "memory" (memory 2))', imports = "", code = {}, more = "" } = parts;
  const texts = {
    builtins: parts.builtins ?? "{}",
    entrypoints: parts.entrypoints ?? '{"yoi/decision":0}',
    answer: parts.answer ?? "",
  };
  const result = parts.answer === undefined ? "(global.get $input)" : `(i32.const ${places.answer})`;
  const exported = (name: string) => (parts.without?.includes(name) ? "" : `(export "${name}")`);
  return buildCoreModule(`(module
    ${imports}
    ${memory}
    (import "env" "opa_abort" (func $abort (param i32)))
    (import "env" "opa_println" (func $println (param i32)))
    (import "env" "opa_builtin0" (func $builtin0 (param i32 i32) (result i32)))
    (import "env" "opa_builtin1" (func $builtin1 (param i32 i32 i32) (result i32)))
    (global $heap (mut i32) (i32.const 65536))
    (global $input (mut i32) (i32.const 0))
    (global ${exported("opa_wasm_abi_version")} i32 (i32.const ${abi[0]}))
    (global ${exported("opa_wasm_abi_minor_version")} i32 (i32.const ${abi[1]}))
    (data (i32.const ${places.builtins}) ${quote(texts.builtins)})
    (data (i32.const ${places.entrypoints}) ${quote(texts.entrypoints)})
    (data (i32.const ${places.answer}) ${quote(texts.answer)})
    (func ${exported("builtins")} (result i32) ${code.builtins ?? `(i32.const ${places.builtins})`})
    (func ${exported("entrypoints")} (result i32) ${code.entrypoints ?? `(i32.const ${places.entrypoints})`})
    (func $malloc ${exported("opa_malloc")} (param $size i32) (result i32) (local $at i32)
      ${code.malloc ?? "(local.set $at (global.get $heap)) (global.set $heap (i32.add (global.get $heap) (i32.add (local.get $size) (i32.const 8)))) (local.get $at)"})
    (func ${exported("opa_heap_ptr_get")} (result i32) (global.get $heap))
    (func ${exported("opa_heap_ptr_set")} (param i32) (global.set $heap (local.get 0)))
    (func $parse ${exported("opa_json_parse")} (param $at i32) (param $size i32) (result i32)
      ${code.parse ?? "(i32.store8 (i32.add (local.get $at) (local.get $size)) (i32.const 0)) (local.get $at)"})
    (func ${exported("opa_value_parse")} (param i32 i32) (result i32) (call $parse (local.get 0) (local.get 1)))
    (func $dump ${exported("opa_json_dump")} (param $value i32) (result i32) ${code.dump ?? "(local.get $value)"})
    (func ${exported("opa_value_dump")} (param i32) (result i32) (call $dump (local.get 0)))
    (func ${exported("opa_eval_ctx_new")} (result i32) (i32.const 512))
    (func ${exported("opa_eval_ctx_set_input")} (param i32 i32) (global.set $input (local.get 1)))
    (func ${exported("opa_eval_ctx_set_data")} (param i32 i32))
    (func ${exported("opa_eval_ctx_set_entrypoint")} (param i32 i32))
    (func $eval ${exported("eval")} (param $context i32) (result i32) ${code.eval ?? "(i32.const 0)"})
    (func ${exported("opa_eval_ctx_get_result")} (param i32) (result i32) ${code.result ?? result})
    ${code.start === undefined ? "" : `(func $start ${code.start}) (start $start)`}
    ${more})`);
}

/** A module whose answer is how often this instance of it was evaluated, up to nine times; an input `1` traps. */
export function buildCounter(): Promise<Uint8Array> {
  return buildPolicy({
    answer: '[{"result":0}]',
    code: {
      eval: `(i32.store8 (i32.const ${places.answer + 11}) (i32.add (i32.load8_u (i32.const ${places.answer + 11})) (i32.const 1)))
        (if (i32.eq (i32.load8_u (global.get $input)) (i32.const 49)) (then unreachable))
        (i32.const 0)`,
    },
  });
}

function quote(text: string): string {
  return `"${[...Buffer.from(text)].map((byte) => `\\${byte.toString(16).padStart(2, "0")}`).join("")}\\00"`;
}
