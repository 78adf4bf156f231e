import { write } from "yoi:host/log@2.0.0";
import { showValue } from "./show-value.ts";
import { toWellFormed } from "./well-formed.ts";

type Say = (...values: readonly unknown[]) => void;

/**
 * The plugin's own log, which `yoi plugin logs` shows. Any value can be logged; long ones are cut, none throws.
 * It need not be imported: the build puts it wherever `console` is used.
 */
export const console: { readonly [method in "log" | "info" | "warn" | "error" | "debug"]: Say } = {
  log: (...values) => write("info", showValues(values)),
  info: (...values) => write("info", showValues(values)),
  warn: (...values) => write("warn", showValues(values)),
  error: (...values) => write("error", showValues(values)),
  debug: (...values) => write("debug", showValues(values)),
};

function showValues(values: readonly unknown[]): string {
  return toWellFormed(values.map((value) => (typeof value === "string" ? value : showValue(value))).join(" "));
}
