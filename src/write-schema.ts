// What `npm run schema` runs after `policies/yoi.cedarschema` was changed. Cedar's schema is kept twice: as people read
// it, and as the library reads it in a tenth of the time, which everybody waits for at every start.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { schemaToJson } from "@cedar-policy/cedar-wasm/nodejs";
import { packageRoot } from "./package-root.ts";

/**
 * The same schema as JSON, ready to be written to a file.
 * @throws {Error} when it does not parse
 */
export function schemaAsJson(text: string): string {
  const answer = schemaToJson(text);
  if (answer.type === "failure") throw new Error(`the policy schema does not parse: ${answer.errors[0]?.message}`);
  return `${JSON.stringify(answer.json)}\n`;
}

if (import.meta.main) {
  const readable = join(packageRoot, "policies/yoi.cedarschema");
  writeFileSync(`${readable}.json`, schemaAsJson(readFileSync(readable, "utf8")));
}
