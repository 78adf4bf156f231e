import { MessageChannel, receiveMessageOnPort, Worker } from "node:worker_threads";
import type { Limits } from "../../../calls/limits.ts";
import { moduleFile } from "../../../package-root.ts";
import type { ThreadAnswer, ThreadBounds, ThreadQuestion } from "./evaluation-message.ts";

/** A thread as the pool sees it: what goes in, what comes out, and its end. */
export interface ThreadPort {
  post(question: ThreadQuestion): void;
  /** An answer that has come in and was not told of yet: time may have run out only because nobody looked. */
  take(): ThreadAnswer | undefined;
  /** Whether somebody waits for it: a thread for which nobody does keeps no process alive. */
  keepAwake(awake: boolean): void;
  /** Resolves when the thread is gone. */
  end(): Promise<void>;
}

/** Who is told what a thread says. `ended` comes once, also where the thread came to its end by itself. */
export interface ThreadListener {
  readonly answered: (answer: ThreadAnswer) => void;
  readonly ended: (why: "memory" | "trap") => void;
}

export type StartThread = (listener: ThreadListener) => ThreadPort;

/** Starts threads that hold nothing: no environment, a bounded heap, one port. */
export function threadStarter(limits: Limits): StartThread {
  const bounds: ThreadBounds = {
    answerBytesMax: limits.regoAnswerBytesMax,
    memoryBytesMax: limits.regoMemoryBytesMax,
    opaMemoryBytesMax: limits.opaMemoryBytesMax,
  };
  return (listener) => {
    const { port1: own, port2: port } = new MessageChannel();
    const worker = new Worker(moduleFile("engines/rego/evaluation/evaluation-thread"), {
      workerData: { port, bounds },
      transferList: [port],
      env: {},
      execArgv: ["--disable-warning=ExperimentalWarning"],
      resourceLimits: { maxOldGenerationSizeMb: limits.regoThreadHeapMiB, stackSizeMb: limits.opaStackMiB },
    });
    own.on("message", listener.answered);
    let why: "memory" | "trap" = "trap";
    worker.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "ERR_WORKER_OUT_OF_MEMORY") why = "memory";
    });
    worker.once("exit", () => {
      own.close();
      listener.ended(why);
    });
    return {
      post: (question) => own.postMessage(question),
      take: () => receiveMessageOnPort(own)?.message,
      keepAwake: (awake) => {
        for (const held of [worker, own]) {
          if (awake) held.ref();
          else held.unref();
        }
      },
      end: async () => void (await worker.terminate()),
    };
  };
}
