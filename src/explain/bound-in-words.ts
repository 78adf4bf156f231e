import type { Obligation } from "../decisions/obligation.ts";

/** What an obligation holds a call to, in a few words. */
export function boundInWords(obligation: Obligation): string {
  switch (obligation.kind) {
    case "rate":
      return `${obligation.count} in ${obligation.windowMs / 1_000} s`;
    case "max_response_bytes":
      return `at most ${obligation.bytes} bytes`;
    case "timeout":
      return `at most ${obligation.ms} ms`;
    case "redact":
      return `without the headers ${obligation.headers.join(", ")}`;
    case "unknown":
      return `${obligation.name}, which nothing can discharge`;
  }
}
