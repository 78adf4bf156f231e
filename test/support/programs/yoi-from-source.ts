// Loaded ahead of an example: what it imports as "yoi" is this repository's source, as an installed package would be.
import { registerHooks } from "node:module";

const source = new URL("../../../src/index.ts", import.meta.url).href;

registerHooks({
  resolve: (specifier, context, next) =>
    specifier === "yoi" ? { url: source, shortCircuit: true } : next(specifier, context),
});
