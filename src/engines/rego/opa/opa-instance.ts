import { limits } from "../../../calls/limits.ts";
import { YoiError } from "../../../errors/yoi-error.ts";
import { OpaExit, opaSystem } from "./opa-system.ts";

/**
 * OPA itself, started in this thread. Operations and their questions and answers are JSON text, so that numbers keep
 * every digit; what each takes is told by the program in `opa/`.
 *
 * `builtin` takes `{"name", "args": [JSON…]}` and answers `{"result": JSON}`; or it takes `{"name", "terms": [text…]}`,
 * with arguments as `opa_value_dump` of a compiled policy writes them, and answers `{"term": text}` for
 * `opa_value_parse`: so a set stays a set. Either answers `{"undefined": true, "error"?: …}` as OPA does where a builtin
 * fails, and `{"unknown": true}` where a policy may not use it. `builtins` takes `{}` and answers `{"names": […],
 * "refused": {name: reason}}`.
 */
export interface OpaInstance {
  /**
   * Asks and waits for the answer. After a trap the instance is of no more use, and says so to every question.
   * @throws {YoiError} YOI_EVALUATION_FAILED
   */
  ask(operation: string, question: string): string;
  readonly memoryBytes: number;
}

interface OpaExports {
  readonly memory: WebAssembly.Memory;
  readonly _initialize: () => void;
  readonly allocate: (size: number) => number;
  readonly ask: () => bigint;
  readonly release: () => void;
}

const failureStart = '{"failure":';

/**
 * Starts an instance of the built program, which takes some 200 ms and 30 MiB.
 * @throws {YoiError} YOI_EVALUATION_FAILED
 */
export async function startOpa(module: WebAssembly.Module): Promise<OpaInstance> {
  const system = opaSystem();
  const started = await WebAssembly.instantiate(module, { wasi_snapshot_preview1: system.imports });
  const opa = exportsOf(started);
  system.memory = opa.memory;
  let alive = true;
  const guarded = <Answer>(run: () => Answer): Answer => {
    if (!alive) throw failure("trap", "opa has ended");
    try {
      return run();
    } catch (error) {
      if (error instanceof YoiError) throw error;
      // FAIL-CLOSED: what was left half done in its memory is not to be asked again.
      alive = false;
      throw failure(system.ranOutOfMemory() ? "memory" : "trap", "opa ended while it was asked", error);
    }
  };
  guarded(() => opa._initialize());
  return {
    ask: (operation, question) => guarded(() => exchange(opa, `${operation}\n${question}`)),
    get memoryBytes() {
      return opa.memory.buffer.byteLength;
    },
  };
}

function exchange(opa: OpaExports, text: string): string {
  const question = new TextEncoder().encode(text);
  if (question.length > limits.opaQuestionBytesMax) throw failure("too-large", "the question to opa is too long");
  const at = opa.allocate(question.length) >>> 0;
  new Uint8Array(opa.memory.buffer).set(question, at);
  const packed = opa.ask();
  const start = Number(BigInt.asUintN(32, packed >> 32n));
  const length = Number(BigInt.asUintN(32, packed));
  const answer = new TextDecoder().decode(new Uint8Array(opa.memory.buffer, start, length));
  opa.release();
  if (answer.startsWith(failureStart)) throw failure("trap", "opa failed to answer", new OpaExit(answer));
  return answer;
}

function exportsOf(instance: WebAssembly.Instance): OpaExports {
  const { memory, _initialize, allocate, ask, release } = instance.exports as Record<string, unknown>;
  const functions = [_initialize, allocate, ask, release];
  if (!(memory instanceof WebAssembly.Memory) || functions.some((found) => typeof found !== "function")) {
    throw failure("trap", "the program at `dist/opa.wasm` is not ours");
  }
  return instance.exports as unknown as OpaExports;
}

function failure(why: "trap" | "memory" | "too-large", message: string, cause?: unknown): YoiError {
  return new YoiError("YOI_EVALUATION_FAILED", message, { why }, { cause });
}
