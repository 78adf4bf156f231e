import type { EvaluationFailure } from "../../../errors/error-details.ts";

// What passes between the host and an evaluation thread: one question at a time, one answer to each.

/** A module as a thread is given it. The parent has compiled it and looked at what it imports and exports. */
export interface ThreadUnit {
  readonly unit: number;
  readonly module: WebAssembly.Module;
  /** What the module asks its memory to begin with, in pages, and the most that it may grow to. */
  readonly pages: { readonly min: number; readonly max: number };
  /** One JSON document, as text. */
  readonly data: string;
}

export type ThreadQuestion =
  | ({ readonly ask: "load" } & ThreadUnit)
  | { readonly ask: "start-opa"; readonly module: WebAssembly.Module }
  | { readonly ask: "evaluate"; readonly unit: number; readonly input: string }
  /** Has no answer. */
  | { readonly ask: "drop"; readonly unit: number };

/** A text is what an evaluation came to. `spent`: the thread must not be asked again. */
export type ThreadAnswer =
  | string
  | { readonly text: string; readonly spent: true }
  | { readonly ready: true }
  | { readonly loaded: true; readonly builtins: readonly string[] }
  | { readonly refused: string; readonly remedy: string | undefined }
  | { readonly failed: EvaluationFailure; readonly message: string; readonly spent: boolean };

/** The bounds that a thread holds its modules to. */
export interface ThreadBounds {
  readonly answerBytesMax: number;
  readonly memoryBytesMax: number;
  readonly opaMemoryBytesMax: number;
}
