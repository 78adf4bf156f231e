import { limits } from "../../src/calls/limits.ts";
import { createEvaluator, type EvaluatorOptions } from "../../src/engines/rego/evaluation/create-evaluator.ts";
import type { ThreadQuestion } from "../../src/engines/rego/evaluation/evaluation-message.ts";
import type { PolicyEvaluator } from "../../src/engines/rego/evaluation/policy-evaluator.ts";
import { type StartThread, threadStarter } from "../../src/engines/rego/evaluation/start-thread.ts";
import { fakeClock } from "./fake-clock.ts";

/** Real threads, and what they were asked. */
export interface WatchedThreads {
  readonly start: StartThread;
  readonly questions: readonly ThreadQuestion["ask"][];
  /** How many were started, and how many of them are there still. */
  readonly started: () => number;
  readonly living: () => number;
  /** Resolves when a thread is asked this, for the given time in all. */
  asked(ask: ThreadQuestion["ask"], times?: number): Promise<void>;
}

export function watchThreads(start: StartThread = threadStarter(limits)): WatchedThreads {
  const questions: ThreadQuestion["ask"][] = [];
  const waiting: { readonly met: () => boolean; readonly resolve: () => void }[] = [];
  let [started, ended] = [0, 0];
  const tell = () => {
    for (const { met, resolve } of waiting) if (met()) resolve();
  };
  return {
    questions,
    started: () => started,
    living: () => started - ended,
    asked: (ask, times = 1) => {
      const met = () => questions.filter((one) => one === ask).length >= times;
      return met() ? Promise.resolve() : new Promise((resolve) => void waiting.push({ met, resolve }));
    },
    start: (listener) => {
      started += 1;
      const port = start({
        ...listener,
        ended: (why) => {
          ended += 1;
          listener.ended(why);
        },
      });
      return {
        ...port,
        post: (question) => {
          questions.push(question.ask);
          port.post(question);
          tell();
        },
      };
    },
  };
}

/** An evaluator with real threads and a clock that only the test moves. */
export function stoppedEvaluator(options: EvaluatorOptions = {}): {
  readonly evaluator: PolicyEvaluator;
  readonly threads: WatchedThreads;
  readonly advance: (ms: number) => void;
} {
  const threads = watchThreads(options.startThread ?? threadStarter(options.limits ?? limits));
  const clock = fakeClock();
  const evaluator = createEvaluator({ ...options, clock, startThread: threads.start });
  return { evaluator, threads, advance: clock.advance };
}
