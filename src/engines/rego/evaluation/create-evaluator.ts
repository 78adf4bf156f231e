import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { limits as defaults, type Limits } from "../../../calls/limits.ts";
import type { Finding } from "../../../errors/error-details.ts";
import { escapeText } from "../../../errors/escape-text.ts";
import { YoiError } from "../../../errors/yoi-error.ts";
import { packageRoot } from "../../../package-root.ts";
import { type EvaluationClock, systemClock } from "./evaluation-clock.ts";
import type { ThreadAnswer } from "./evaluation-message.ts";
import { EvaluationPool } from "./evaluation-pool.ts";
import type { LentThread } from "./lent-thread.ts";
import { loadModule, type ReadyModule } from "./load-module.ts";
import type { EvaluatedUnit, LoadedUnit, PolicyEvaluator } from "./policy-evaluator.ts";
import { PolicyFault, PolicyRefusal } from "./policy-fault.ts";
import { readAnswer } from "./read-answer.ts";
import { type StartThread, threadStarter } from "./start-thread.ts";

/** What an evaluator can be made with; absent, it is what the installation has. */
export interface EvaluatorOptions {
  readonly limits?: Limits;
  readonly clock?: EvaluationClock;
  readonly startThread?: StartThread;
  /** OPA's built program, which answers the builtins that policies ask their host for. */
  readonly programPath?: string;
}

interface OwnUnit extends ReadyModule {
  readonly unit: number;
  readonly name: string;
  readonly data: string;
  disposed: boolean;
}

/** Runs compiled policies in threads, of which the first starts with the first load. */
export function createEvaluator(options: EvaluatorOptions = {}): PolicyEvaluator {
  return new ThreadEvaluator(options);
}

class ThreadEvaluator implements PolicyEvaluator {
  readonly #limits: Limits;
  readonly #pool: EvaluationPool;
  readonly #programPath: string;
  #program: Promise<WebAssembly.Module> | undefined;
  #units = 0;

  constructor(options: EvaluatorOptions) {
    this.#limits = options.limits ?? defaults;
    this.#programPath = options.programPath ?? join(packageRoot, "dist/opa.wasm");
    const { regoThreadsMax, regoEvaluationsQueuedMax, regoThreadStartMs } = this.#limits;
    this.#pool = new EvaluationPool(
      { threadsMax: regoThreadsMax, waitingMax: regoEvaluationsQueuedMax, startMs: regoThreadStartMs },
      options.startThread ?? threadStarter(this.#limits),
      options.clock ?? systemClock,
    );
  }

  async load(unit: EvaluatedUnit): Promise<LoadedUnit> {
    try {
      const { module, pages } = await loadModule(unit, this.#limits);
      this.#units += 1;
      const own: OwnUnit = { unit: this.#units, name: unit.name, data: unit.data, module, pages, disposed: false };
      const builtins = await this.#pool.lend(own.unit, (thread) => this.#give(thread, own));
      return this.#loaded(own, builtins);
    } catch (error) {
      throw refusalOf(unit.name, error);
    }
  }

  async close(): Promise<void> {
    await this.#pool.close();
  }

  #loaded(own: OwnUnit, builtins: readonly string[]): LoadedUnit {
    return {
      builtins,
      evaluate: async (input) => {
        try {
          return await this.#evaluate(own, input);
        } catch (error) {
          throw failureOf(own.name, error);
        }
      },
      dispose: () => {
        own.disposed = true;
        this.#pool.drop(own.unit);
      },
    };
  }

  async #evaluate(own: OwnUnit, input: string): Promise<unknown> {
    const { regoInputBytesMax, regoEvaluationMs } = this.#limits;
    if (Buffer.byteLength(input) > regoInputBytesMax) {
      throw new PolicyFault("too-large", `was not asked: the input has more than ${regoInputBytesMax} bytes`);
    }
    const answer = await this.#pool.lend(own.unit, async (thread) => {
      if (own.disposed) throw new PolicyFault("closed", "was not asked: it was put away");
      if (!thread.units.has(own.unit)) await this.#give(thread, own);
      return thread.ask({ ask: "evaluate", unit: own.unit, input }, regoEvaluationMs);
    });
    return readAnswer(textOf(answer));
  }

  /** Gives a thread a unit, and OPA where the unit asks for any of its builtins. */
  async #give(thread: LentThread, { unit, module, pages, data }: OwnUnit): Promise<readonly string[]> {
    thread.units.add(unit);
    try {
      const answer = await thread.ask({ ask: "load", unit, module, pages, data }, this.#limits.regoEvaluationMs);
      const builtins = builtinsOf(answer);
      if (builtins.length > 0 && !thread.hasOpa) await this.#giveOpa(thread);
      return builtins;
    } catch (error) {
      thread.drop(unit);
      throw error;
    }
  }

  async #giveOpa(thread: LentThread): Promise<void> {
    const module = await this.#opaModule();
    const answer = await thread.ask({ ask: "start-opa", module }, this.#limits.regoThreadStartMs);
    if (typeof answer !== "object" || !("ready" in answer))
      throw new PolicyFault("trap", "needs OPA, which did not start");
    thread.hasOpa = true;
  }

  #opaModule(): Promise<WebAssembly.Module> {
    this.#program ??= compileProgram(this.#programPath).catch((error: unknown) => {
      // It may be built while a host runs: what was missing is looked for again.
      this.#program = undefined;
      throw error;
    });
    return this.#program;
  }
}

async function compileProgram(path: string): Promise<WebAssembly.Module> {
  try {
    return await WebAssembly.compile(await readFile(path));
  } catch (cause) {
    throw new YoiError("YOI_OPA_MISSING", "opa is not built here", { path }, { cause });
  }
}

function builtinsOf(answer: ThreadAnswer): readonly string[] {
  if (typeof answer === "object" && "loaded" in answer) return answer.builtins;
  throw faultIn(answer);
}

function textOf(answer: ThreadAnswer): string {
  if (typeof answer === "string") return answer;
  if ("text" in answer) return answer.text;
  throw faultIn(answer);
}

function faultIn(answer: ThreadAnswer): Error {
  if (typeof answer === "object" && "failed" in answer) return new PolicyFault(answer.failed, answer.message);
  if (typeof answer === "object" && "refused" in answer) return new PolicyRefusal(answer.refused, answer.remedy);
  return new PolicyFault("trap", "was answered for by a thread that was asked something else");
}

/** Why a unit is not loaded: what a person can do about it is a finding, what the host could not do is a failure. */
function refusalOf(name: string, error: unknown): unknown {
  if (error instanceof PolicyFault && (error.why === "closed" || error.why === "overloaded")) {
    return failureOf(name, error);
  }
  const place = { file: name };
  if (error instanceof PolicyRefusal) {
    const { message, remedy } = error;
    return refused({ message: sentence(name, message), place, ...(remedy !== undefined && { remedy }) });
  }
  if (error instanceof PolicyFault) {
    return refused({ message: sentence(name, `${error.message} while it was loaded`), place });
  }
  if (YoiError.is(error, "YOI_OPA_MISSING")) {
    const message = sentence(name, "asks for builtins that OPA itself answers, and OPA is not built here");
    return refused({ message, place, remedy: "install Go, then run `npm run build`" });
  }
  return error;
}

function refused(finding: Finding): YoiError<"YOI_POLICY_INVALID"> {
  return new YoiError("YOI_POLICY_INVALID", finding.message, { findings: [finding] });
}

function failureOf(name: string, error: unknown): unknown {
  if (error instanceof PolicyFault) {
    return new YoiError("YOI_EVALUATION_FAILED", sentence(name, error.message), { why: error.why });
  }
  if (error instanceof PolicyRefusal || YoiError.is(error, "YOI_OPA_MISSING")) {
    const message = sentence(name, "could not be loaded again");
    return new YoiError("YOI_EVALUATION_FAILED", message, { why: "trap" }, { cause: error });
  }
  return error;
}

function sentence(name: string, rest: string): string {
  return `\`${escapeText(name)}\` ${rest}`;
}
