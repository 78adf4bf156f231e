import { z } from "zod";
import type { JsonObject } from "../calls/json.ts";
import { jsonTable } from "./json-table.ts";

/**
 * What a schema says of a file as JSON Schema, in the draft that editors of TOML understand. What it cannot say, such as
 * how two keys hang together, the reading of the file finds.
 */
export function jsonSchemaOf(schema: z.ZodType, title: string): JsonObject {
  const made = z.toJSONSchema(schema, {
    io: "input",
    target: "draft-4",
    unrepresentable: "any",
    override: ({ zodSchema, jsonSchema }) => {
      // Its own check is code, and would say nothing here.
      if ((zodSchema as unknown) === jsonTable) jsonSchema.type = "object";
    },
  });
  return { title, ...(JSON.parse(JSON.stringify(made)) as JsonObject) };
}
