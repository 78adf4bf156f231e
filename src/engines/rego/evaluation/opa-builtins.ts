import { YoiError } from "../../../errors/yoi-error.ts";
import { type OpaInstance, startOpa } from "../opa/opa-instance.ts";
import { PolicyFault } from "./policy-fault.ts";

/** What OPA's program says of one call. */
interface BuiltinAnswer {
  readonly term?: string;
  readonly undefined?: true;
}

/** OPA's own builtins, in this thread. There is nothing of it before `start`. */
export class OpaBuiltins {
  readonly #memoryBytesMax: number;
  #opa: OpaInstance | undefined;
  #dead = false;

  constructor(memoryBytesMax: number) {
    this.#memoryBytesMax = memoryBytesMax;
  }

  /** Whether it has ended, or has taken more memory than it should keep: then the thread is to be replaced. */
  get spent(): boolean {
    return this.#dead || (this.#opa?.memoryBytes ?? 0) > this.#memoryBytesMax / 2;
  }

  async start(module: WebAssembly.Module): Promise<void> {
    this.#opa ??= await startOpa(module);
  }

  /**
   * A builtin's result as Rego writes values; `undefined` where it has none, which is also how builtins fail in Rego.
   * @throws {PolicyFault} when OPA itself gives no answer
   */
  answer(name: string, terms: readonly string[]): string | undefined {
    if (this.#opa === undefined) throw new PolicyFault("trap", `called \`${name}\` before it was loaded`);
    const { term, undefined: none }: BuiltinAnswer = JSON.parse(this.#ask(this.#opa, name, terms));
    if (term !== undefined || none === true) return term;
    throw new PolicyFault("trap", `called \`${name}\`, which OPA does not have`);
  }

  #ask(opa: OpaInstance, name: string, terms: readonly string[]): string {
    try {
      return opa.ask("builtin", JSON.stringify({ name, terms }));
    } catch (error) {
      this.#dead = !answers(opa);
      const why = YoiError.is(error, "YOI_EVALUATION_FAILED") ? error.details.why : "trap";
      throw new PolicyFault(why, `called \`${name}\`, and OPA gave no answer`);
    }
  }
}

/** After a trap it answers no question at all; one that it only refused to answer leaves it as it was. */
function answers(opa: OpaInstance): boolean {
  try {
    opa.ask("identity", "{}");
    return true;
  } catch {
    return false;
  }
}
