import { escapeText } from "../../../errors/escape-text.ts";
import { hostBuiltins, refusedBuiltins } from "./host-builtins.ts";
import { PolicyFault, PolicyRefusal } from "./policy-fault.ts";

/** Before the names of builtins that a module leaves to the host although it could have them of its own. */
const hostPrefix = "host.";

/** What every evaluation asks for. */
export const entrypoint = "yoi/decision";

// ABI 1.2 is older than the keywords that `main.rego` is written in, so no module of it is of an older one; what comes
// after 1.3 nobody has tried.
const minorMin = 2;
const minorMax = 3;

/**
 * Compares the version of OPA's ABI that a module is of with those that there are.
 * @throws {PolicyRefusal}
 */
export function checkAbi(exports: { readonly [name: string]: unknown }): void {
  const major = versionOf(exports["opa_wasm_abi_version"]);
  const minor = versionOf(exports["opa_wasm_abi_minor_version"]);
  if (major === 1 && minor !== undefined && minor >= minorMin && minor <= minorMax) return;
  throw new PolicyRefusal(
    `is of OPA's ABI ${major ?? "?"}.${minor ?? "?"}, and this version of Yoi runs 1.${minorMin} to 1.${minorMax}`,
    "build it with another version of OPA",
  );
}

function versionOf(exported: unknown): number | undefined {
  if (!(exported instanceof WebAssembly.Global)) return undefined;
  const value: unknown = exported.value;
  return typeof value === "number" && Number.isInteger(value) ? value : undefined;
}

/**
 * The builtins that a module asks the host for, by the number that it calls them by.
 * @throws {PolicyRefusal} when one is not deterministic, or none of OPA's
 */
export function readBuiltins(listed: unknown): ReadonlyMap<number, string> {
  const names = new Map<number, string>();
  for (const [name, id] of Object.entries(toRecord(listed, "builtins"))) {
    if (typeof id !== "number" || !Number.isInteger(id) || names.has(id)) {
      throw new PolicyFault("trap", "gave a malformed list of builtins");
    }
    const asked = name.startsWith(hostPrefix) ? name.slice(hostPrefix.length) : name;
    checkBuiltin(asked);
    names.set(id, asked);
  }
  return names;
}

function checkBuiltin(name: string): void {
  if (hostBuiltins.has(name)) return;
  // `print` is called so in a compiled module.
  const written = name === "internal.print" ? "print" : name;
  const reason = Object.hasOwn(refusedBuiltins, written) ? refusedBuiltins[written] : undefined;
  throw reason === undefined
    ? new PolicyRefusal(`asks for \`${escapeText(name)}\`, which is no builtin of OPA`)
    : new PolicyRefusal(`asks for \`${written}\`, which no policy may use: ${reason}`, "take it out of the policy");
}

/**
 * Looks for `yoi/decision` in what a module lists.
 * @throws {PolicyRefusal} when it is not there
 */
export function checkEntrypoint(entrypoints: unknown): void {
  const id: unknown = new Map(Object.entries(toRecord(entrypoints, "entrypoints"))).get(entrypoint);
  if (typeof id === "number" && Number.isInteger(id)) return;
  throw new PolicyRefusal(
    `has no entrypoint \`${entrypoint}\``,
    `build it together with \`main.rego\`, with \`-e ${entrypoint}\``,
  );
}

function toRecord(value: unknown, what: string): object {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  throw new PolicyFault("trap", `gave a malformed list of ${what}`);
}
