import type { ErrorDetails } from "./error-details.ts";

/**
 * The one error class: a stable code, typed details, and the original as `cause`.
 * Messages are one line, lower-case, without a full stop, user input in backticks.
 */
export class YoiError<Code extends keyof ErrorDetails = keyof ErrorDetails> extends Error {
  override readonly name = "YoiError";
  readonly code: Code;
  readonly details: ErrorDetails[Code];

  constructor(code: Code, message: string, details: ErrorDetails[Code], options?: { readonly cause?: unknown }) {
    super(message, options);
    this.code = code;
    this.details = details;
  }

  /** Whether `error` is a YoiError, of the given code if one is named; narrows its details. */
  static is<C extends keyof ErrorDetails>(error: unknown, code: C): error is YoiError<C> {
    return error instanceof YoiError && error.code === code;
  }
}
