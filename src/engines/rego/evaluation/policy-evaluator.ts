/** A policy module that is ready to be loaded: compiled here, or out of a bundle. */
export interface EvaluatedUnit {
  /** What messages call it. */
  readonly name: string;
  readonly wasm: Uint8Array;
  /** One JSON document, as text. */
  readonly data: string;
}

/** A module that was loaded, and answers. */
export interface LoadedUnit {
  /** The builtins that it asks the host for. */
  readonly builtins: readonly string[];
  /**
   * Evaluates `yoi/decision` on an input, which is JSON text. The answer is what the module said and is not looked
   * at, with integers that no double holds as bigint; `undefined` where it had none.
   * @throws {YoiError} YOI_EVALUATION_FAILED when it traps, throws, misses its deadline or outgrows a bound
   */
  evaluate(input: string): Promise<unknown>;
  dispose(): void;
}

/**
 * Runs compiled policies in threads of their own, each evaluation within a deadline and each instance within a bound
 * of memory. A thread that misses the deadline is ended, and another takes its place.
 */
export interface PolicyEvaluator {
  /**
   * Loads a module: compares its imports and builtins with what there is, its ABI and its entrypoint with ours.
   * @throws {YoiError} YOI_POLICY_INVALID with a finding that says why; YOI_EVALUATION_FAILED when it is closed
   */
  load(unit: EvaluatedUnit): Promise<LoadedUnit>;
  close(): Promise<void>;
}
