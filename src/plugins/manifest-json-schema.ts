import type { JsonObject } from "../calls/json.ts";
import { jsonSchemaOf } from "../toml/json-schema-of.ts";
import { manifestSchema } from "./manifest-schema.ts";

/** The JSON Schema of `plugin.toml`, made from what reads it. */
export function manifestJsonSchema(): JsonObject {
  return jsonSchemaOf(manifestSchema, "plugin.toml of Yoi: what a plugin is called, offers and asks for");
}
