import type { FormattedText } from "../formatted-text.ts";
import { createOpaProgram } from "./opa/start-opa-program.ts";
import type { RegoText } from "./rego-unit.ts";

/** Lays out files of Rego as `opa fmt` does; what it runs in ends with `close`. */
export interface RegoFormatter {
  /** @throws {YoiError} YOI_OPA_MISSING, YOI_EVALUATION_FAILED */
  format(module: RegoText): Promise<FormattedText>;
  close(): Promise<void>;
}

/** OPA's own formatter. Nothing of it is started before the first file. */
export function createRegoFormatter(): RegoFormatter {
  const opa = createOpaProgram();
  return { format: (module) => opa.format(module), close: () => opa.close() };
}
