import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { OpaModules } from "../../src/engines/rego/opa/opa-program.ts";
import type { RegoText } from "../../src/engines/rego/rego-unit.ts";
import { packageRoot } from "../../src/package-root.ts";

const shippedFolder = join(packageRoot, "policies/rego");

const shippedFiles = readdirSync(shippedFolder)
  .filter((name) => name.endsWith(".rego"))
  .map((name): RegoText => ({ file: `yoi/${name}`, text: readFileSync(join(shippedFolder, name), "utf8") }));
const isTest = ({ file }: RegoText) => file.endsWith("_test.rego");

/** What ships with Yoi, what tests it, and the schema of the input document. */
export const shippedRego: {
  readonly modules: readonly RegoText[];
  readonly tests: readonly RegoText[];
  readonly schema: string;
} = {
  modules: shippedFiles.filter((file) => !isTest(file)),
  tests: shippedFiles.filter(isTest),
  schema: readFileSync(join(shippedFolder, "input.schema.json"), "utf8"),
};

/** A unit of the given files, by their names: `.rego` is a module, everything else is data. */
export function regoUnit(files: { readonly [file: string]: string }): OpaModules {
  const texts = Object.entries(files).map(([file, text]) => ({ file, text }));
  const isModule = ({ file }: RegoText) => file.endsWith(".rego");
  return {
    modules: texts.filter(isModule),
    data: texts.filter((text) => !isModule(text)),
    shipped: shippedRego.modules,
    schema: shippedRego.schema,
  };
}
