import { z } from "zod";
import type { JsonObject } from "../calls/json.ts";
import { limits } from "../calls/limits.ts";
import { jsonSchemaOf } from "../toml/json-schema-of.ts";
import { enablementSchema, grantSchema } from "./enablement.ts";
import { fileSchema } from "./read-config.ts";

/** The JSON Schema of `yoi.toml`, made from what reads it. An entry, and a grant, are read each by itself; here they are one. */
export function configJsonSchema(): JsonObject {
  const entry = enablementSchema.extend({ grants: z.array(grantSchema).max(limits.grantsPerEntryMax).optional() });
  const whole = fileSchema.extend({ plugins: z.record(z.string(), entry).optional() });
  return jsonSchemaOf(whole, "yoi.toml: what is enabled, with which folders, secrets and permissions");
}
