import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { parentPort, workerData } from "node:worker_threads";
import type { EvaluationFailure } from "../../../errors/error-details.ts";
import { YoiError } from "../../../errors/yoi-error.ts";
import { type OpaInstance, startOpa } from "./opa-instance.ts";

// The other side of `start-opa-program.ts`: OPA blocks the thread that asks it, so it has one to itself.

/** Which program the thread is to run; the digest is the one that was recorded when it was built. */
export interface OpaOrder {
  readonly path: string;
  readonly digest: string;
}

export interface OpaQuestion {
  readonly operation: string;
  readonly question: string;
}

/** `missing`: the program is not there, or is not the one that was built. */
export type OpaReport =
  | { readonly answer: string }
  | { readonly why: EvaluationFailure | "missing"; readonly message: string };

const order: OpaOrder = workerData;
let instance: Promise<OpaInstance | undefined> | undefined;

parentPort?.on("message", async (question: OpaQuestion) => parentPort?.postMessage(await reportOn(question)));

async function reportOn({ operation, question }: OpaQuestion): Promise<OpaReport> {
  try {
    instance ??= startProgram();
    const opa = await instance;
    if (opa === undefined) return { why: "missing", message: "the program is not the one that was built" };
    return { answer: opa.ask(operation, question) };
  } catch (error) {
    if (YoiError.is(error, "YOI_EVALUATION_FAILED")) return { why: error.details.why, message: error.message };
    return { why: "trap", message: "opa could not be started" };
  }
}

async function startProgram(): Promise<OpaInstance | undefined> {
  const bytes = readProgram();
  // INVARIANT: what runs is what the cache keys name.
  if (bytes === undefined || createHash("sha256").update(bytes).digest("hex") !== order.digest) return undefined;
  return startOpa(await WebAssembly.compile(bytes));
}

function readProgram(): Uint8Array<ArrayBuffer> | undefined {
  try {
    return readFileSync(order.path);
  } catch {
    return undefined;
  }
}
