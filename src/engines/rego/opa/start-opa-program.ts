import { open, readFile } from "node:fs/promises";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { limits } from "../../../calls/limits.ts";
import type { EvaluationFailure } from "../../../errors/error-details.ts";
import { YoiError } from "../../../errors/yoi-error.ts";
import { moduleFile, packageRoot } from "../../../package-root.ts";
import type { CompiledUnit, RegoText } from "../rego-unit.ts";
import type { OpaModules, OpaProgram, OrFindings, RegoTestReport, TracedDecision } from "./opa-program.ts";
import type { OpaOrder, OpaQuestion, OpaReport } from "./opa-thread.ts";

interface ProgramOptions {
  /** The built program; its record lies beside it. */
  readonly path?: string;
  readonly questionMs?: number;
}

/** What the build writes down of the program that it built: `dist/opa.json`. */
interface ProgramRecord {
  readonly format: typeof programFormat;
  readonly version: string;
  readonly digest: string;
  readonly bytes: number;
}

type CompileAnswer = OrFindings<Omit<CompiledUnit, "wasm"> & { readonly wasm: string }>;

/** What is asked and answered: a program that was built before a change of it is not the one that is meant. */
export const programFormat = 8;

const builtProgram = join(packageRoot, "dist/opa.wasm");

/** The client of OPA's program. Nothing is read and no thread is started before the first question. */
export function createOpaProgram(options: ProgramOptions = {}): OpaProgram {
  const { path = builtProgram, questionMs = limits.opaQuestionMs } = options;
  const thread = new OpaThread(path, questionMs);
  let record: Promise<ProgramRecord> | undefined;
  // The program may be built while a host runs: what was missing, or was another one, is looked for again.
  const forgetMissing = (error: unknown): never => {
    if (YoiError.is(error, "YOI_OPA_MISSING")) record = undefined;
    throw error;
  };
  const known = () => {
    record ??= readRecord(path);
    return record.catch(forgetMissing);
  };
  const ask = async <Answer>(operation: string, question: object): Promise<Answer> => {
    const { digest } = await known();
    const asked = { operation, question: JSON.stringify(question) };
    return JSON.parse(await thread.ask(digest, asked).catch(forgetMissing)) as Answer;
  };
  return {
    identity: async () => {
      const { version, digest } = await known();
      return `opa ${version} ${digest}`;
    },
    compile: async (modules) => {
      const answer = await ask<CompileAnswer>("compile", unitOf(modules));
      return "findings" in answer ? answer : { ...answer, wasm: new Uint8Array(Buffer.from(answer.wasm, "base64")) };
    },
    format: (module) => ask<OrFindings<{ text: string }>>("format", textOf(module)),
    test: (modules, tests, run = "") =>
      ask<OrFindings<RegoTestReport>>("test", { unit: unitOf(modules), tests: tests.map(textOf), run }),
    trace: (modules, input) => ask<OrFindings<TracedDecision>>("trace", { unit: unitOf(modules), input }),
    close: () => thread.close(),
  };
}

/** What the program reads, which refuses members that it does not know. */
function unitOf({ modules, shipped, data, schema }: OpaModules): OpaModules {
  return { modules: modules.map(textOf), shipped: shipped.map(textOf), data: data.map(textOf), schema };
}

function textOf({ file, text }: RegoText): RegoText {
  return { file, text };
}

/** The record of the built program, which must be of the size that was built. */
async function readRecord(path: string): Promise<ProgramRecord> {
  try {
    const record: unknown = JSON.parse(await readFile(path.replace(/\.wasm$/, ".json"), "utf8"));
    await using file = await open(path);
    const { size } = await file.stat();
    if (isRecord(record) && record.bytes === size) return record;
  } catch (cause) {
    throw missing(path, cause);
  }
  throw missing(path);
}

function isRecord(value: unknown): value is ProgramRecord {
  if (typeof value !== "object" || value === null) return false;
  const { format, version, digest, bytes } = value as Partial<ProgramRecord>;
  return (
    format === programFormat && typeof version === "string" && typeof digest === "string" && typeof bytes === "number"
  );
}

function missing(path: string, cause?: unknown): YoiError<"YOI_OPA_MISSING"> {
  const message =
    "rego cannot be compiled: opa's program is not built here, or not from these sources; install go, then run `npm run build`";
  return new YoiError("YOI_OPA_MISSING", message, { path }, { cause });
}

/** One thread at a time, one question at a time, in the order in which they came. */
class OpaThread {
  readonly #path: string;
  readonly #questionMs: number;
  #worker: Worker | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  #waiting = 0;
  #closed = false;

  constructor(path: string, questionMs: number) {
    this.#path = path;
    this.#questionMs = questionMs;
  }

  /** @throws {YoiError} YOI_EVALUATION_FAILED YOI_OPA_MISSING */
  ask(digest: string, question: OpaQuestion): Promise<string> {
    if (this.#waiting >= limits.opaQuestionsQueuedMax) throw failure("overloaded", "too many questions wait for opa");
    this.#waiting++;
    const answer = this.#turn.then(() => this.#askNow(digest, question)).finally(() => this.#waiting--);
    this.#turn = answer.catch(() => undefined);
    return answer;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#worker?.terminate();
    await this.#turn;
  }

  async #askNow(digest: string, question: OpaQuestion): Promise<string> {
    if (this.#closed) throw failure("closed", "opa has been closed");
    const worker = this.#worker ?? this.#start({ path: this.#path, digest });
    const report = await reportOf(worker, question, this.#questionMs);
    if ("answer" in report) return report.answer;
    // FAIL-CLOSED: after any failure the thread and its memory go; the next question starts anew.
    this.#worker = undefined;
    await worker.terminate();
    if (report.why === "missing") throw missing(this.#path);
    throw this.#closed ? failure("closed", "opa has been closed") : failure(report.why, report.message);
  }

  #start(order: OpaOrder): Worker {
    const worker = new Worker(moduleFile("engines/rego/opa/opa-thread"), {
      workerData: order,
      env: {},
      execArgv: [],
      // OPA's parser and compiler recurse with the nesting of what they read.
      resourceLimits: { stackSizeMb: limits.opaStackMiB },
    });
    // The deadline of an open question keeps the host alive; the thread, which may be idle, never does.
    worker.unref();
    // Without a listener, an error between two questions would end the host.
    worker.on("error", () => undefined);
    worker.once("exit", () => {
      if (this.#worker === worker) this.#worker = undefined;
    });
    this.#worker = worker;
    return worker;
  }
}

function reportOf(worker: Worker, question: OpaQuestion, questionMs: number): Promise<OpaReport> {
  return new Promise((resolve) => {
    const settle = (report: OpaReport) => {
      clearTimeout(deadline);
      worker.off("message", settle).off("error", onError).off("exit", onExit);
      resolve(report);
    };
    const onError = (error: unknown) => settle(crashed(error));
    const onExit = () => settle({ why: "trap", message: "opa ended while it was asked" });
    const deadline = setTimeout(
      () => settle({ why: "deadline", message: `opa did not answer within ${questionMs} ms` }),
      questionMs,
    );
    worker.on("message", settle).on("error", onError).on("exit", onExit);
    worker.postMessage(question);
  });
}

function crashed(error: unknown): OpaReport {
  const outOfMemory = error instanceof Error && "code" in error && error.code === "ERR_WORKER_OUT_OF_MEMORY";
  return { why: outOfMemory ? "memory" : "trap", message: "opa ended while it was asked" };
}

function failure(why: EvaluationFailure, message: string): YoiError<"YOI_EVALUATION_FAILED"> {
  return new YoiError("YOI_EVALUATION_FAILED", message, { why });
}
