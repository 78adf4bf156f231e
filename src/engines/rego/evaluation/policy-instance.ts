import * as opaWasm from "@open-policy-agent/opa-wasm";
import { escapeText } from "../../../errors/escape-text.ts";
import type { ThreadBounds, ThreadUnit } from "./evaluation-message.ts";
import { checkAbi, checkEntrypoint, entrypoint, readBuiltins } from "./policy-abi.ts";
import { faultOf, PolicyFault, type PolicyRefusal } from "./policy-fault.ts";

type PolicyExports = { readonly [name: string]: unknown };
type Call = (...operands: readonly number[]) => unknown;

/** What opa-wasm's default export is at run time: the types that it ships leave it out. */
interface OpaWasm {
  readonly LoadedPolicy: new (
    policy: { readonly exports: PolicyExports },
    memory: WebAssembly.Memory,
    minorVersion: number,
  ) => {
    readonly entrypoints: unknown;
    setData(data: ArrayBuffer): void;
    evaluate(input: ArrayBuffer, entrypoint: string): unknown;
  };
}

const { LoadedPolicy } = (opaWasm as unknown as { readonly default: OpaWasm }).default;

// FAIL-CLOSED: `opa_eval`, which opa-wasm uses from ABI 1.2 on, takes an input that it cannot read for no input at all,
// and then a forbid that asks for something of it does not match. As a module of 1.1, opa-wasm goes step by step, and
// stops at such an input.
const steppedMinor = 1;

/** Answers a builtin: arguments and result as Rego writes values, `undefined` where the builtin has no result. */
export type AnswerBuiltin = (name: string, operands: readonly string[]) => string | undefined;

/** One instance of a compiled policy, with a memory of its own. After a throw it must not be used again. */
export class PolicyInstance {
  readonly builtins: readonly string[];
  readonly #memory: WebAssembly.Memory;
  readonly #policy: InstanceType<OpaWasm["LoadedPolicy"]>;
  readonly #bounds: ThreadBounds;
  readonly #answerBuiltin: AnswerBuiltin;
  #exports: PolicyExports = {};
  #builtinNames: ReadonlyMap<number, string> = new Map();
  #answer = "";
  #fault: PolicyFault | PolicyRefusal | undefined;

  /**
   * Makes the instance, which runs what code of the module there is for it: its start function, `builtins`,
   * `entrypoints`, and the reading of its data.
   * @throws {PolicyRefusal} when it is not of an ABI, or asks for a builtin, that there is
   * @throws {PolicyFault} when it traps or answers with rubbish
   */
  constructor(unit: ThreadUnit, bounds: ThreadBounds, answerBuiltin: AnswerBuiltin) {
    this.#bounds = bounds;
    this.#answerBuiltin = answerBuiltin;
    const { min, max } = unit.pages;
    this.#memory = this.#guard(() => new WebAssembly.Memory({ initial: min, maximum: max }));
    this.#exports = this.#guard(() => new WebAssembly.Instance(unit.module, this.#imports()).exports);
    checkAbi(this.#exports);
    const listed = this.#guard(() => this.#readJson(this.#call("builtins")));
    this.#builtinNames = readBuiltins(listed);
    this.builtins = [...this.#builtinNames.values()];
    this.#policy = this.#guard(() => {
      const policy = new LoadedPolicy({ exports: this.#watched() }, this.#memory, steppedMinor);
      policy.setData(toBuffer(unit.data));
      return policy;
    });
    checkEntrypoint(this.#policy.entrypoints);
  }

  get memoryBytes(): number {
    return this.#memory.buffer.byteLength;
  }

  /**
   * The text of what the module answers: a JSON list of results.
   * @throws {PolicyFault}
   */
  evaluate(input: string): string {
    this.#guard(() => this.#policy.evaluate(toBuffer(input), entrypoint));
    return this.#answer;
  }

  /** Runs code of the module, or code that believes what it says, and tells of any end in one way. */
  #guard<T>(run: () => T): T {
    this.#fault = undefined;
    try {
      const result = run();
      // FAIL-CLOSED: a module can catch what the host throws and go on as if nothing had been.
      if (this.#fault !== undefined) throw this.#fault;
      return result;
    } catch (error) {
      throw this.#fault ?? faultOf(error);
    }
  }

  #imports(): WebAssembly.Imports {
    const callBuiltin = (id: number, _context: number, ...operands: number[]) => this.#callBuiltin(id, operands);
    return {
      env: {
        memory: this.#memory,
        opa_abort: (at: number) => this.#stop(abortFault(this.#readText(at))),
        opa_println: () => undefined,
        opa_builtin0: callBuiltin,
        opa_builtin1: callBuiltin,
        opa_builtin2: callBuiltin,
        opa_builtin3: callBuiltin,
        opa_builtin4: callBuiltin,
      },
    };
  }

  #stop(fault: PolicyFault | PolicyRefusal): never {
    this.#fault = fault;
    throw fault;
  }

  #callBuiltin(id: number, operands: readonly number[]): number {
    const name = this.#builtinNames.get(id);
    if (name === undefined) return this.#stop(new PolicyFault("trap", "called a builtin that it does not list"));
    try {
      const texts = operands.map((operand) => this.#readText(this.#call("opa_value_dump", operand)));
      const result = this.#answerBuiltin(name, texts);
      return result === undefined ? 0 : this.#writeValue(result);
    } catch (error) {
      return this.#stop(faultOf(error));
    }
  }

  #writeValue(text: string): number {
    const bytes = Buffer.from(text);
    const at = toAddress(this.#call("opa_malloc", bytes.byteLength));
    new Uint8Array(this.#memory.buffer).set(bytes, at);
    const value = toAddress(this.#call("opa_value_parse", at, bytes.byteLength));
    if (value === 0) throw new PolicyFault("trap", "did not take the result of a builtin");
    return value;
  }

  #call(name: string, ...operands: readonly number[]): unknown {
    return (this.#exports[name] as Call)(...operands);
  }

  #readJson(value: unknown): unknown {
    return JSON.parse(this.#readText(this.#call("opa_json_dump", toAddress(value))));
  }

  // ATTACK: addresses outside of the memory, text without an end, and answers without bounds (threats 38): opa-wasm
  // would look for their end for ever, or parse all of it.
  #readText(value: unknown): string {
    const at = toAddress(value);
    const bytes = new Uint8Array(this.#memory.buffer);
    if (at >= bytes.byteLength) throw new PolicyFault("trap", "answered with an address outside of its memory");
    const { answerBytesMax } = this.#bounds;
    const end = bytes.subarray(at, at + answerBytesMax + 1).indexOf(0);
    if (end === -1 && bytes.byteLength - at <= answerBytesMax) {
      throw new PolicyFault("trap", "answered with text that has no end");
    }
    if (end === -1) throw new PolicyFault("too-large", `answered with more than ${answerBytesMax} bytes`);
    return utf8.decode(bytes.subarray(at, at + end));
  }

  /** The exports as opa-wasm is given them: each text that it is about to read was read and bounded before. */
  #watched(): PolicyExports {
    return {
      ...this.#exports,
      opa_json_dump: (value: number) => {
        const at = toAddress(this.#call("opa_json_dump", value));
        this.#answer = this.#readText(at);
        return at;
      },
      eval: (context: number) => {
        if (this.#call("eval", context) !== 0) throw new PolicyFault("trap", "said that it failed");
      },
    };
  }
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function toBuffer(text: string): ArrayBuffer {
  const { buffer, byteOffset, byteLength } = new TextEncoder().encode(text);
  return buffer.byteLength === byteLength ? buffer : buffer.slice(byteOffset, byteOffset + byteLength);
}

function toAddress(value: unknown): number {
  if (typeof value !== "number" || !Number.isInteger(value)) {
    throw new PolicyFault("trap", "answered with what is no address");
  }
  return value >>> 0;
}

function abortFault(message: string): PolicyFault {
  const why = message.includes("opa_malloc: failed") ? "memory" : "trap";
  return new PolicyFault(why, `stopped: \`${escapeText(message)}\``);
}
