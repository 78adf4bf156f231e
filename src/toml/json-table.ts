import { z } from "zod";
import type { Json, JsonObject } from "../calls/json.ts";

/**
 * Takes a TOML table as a JSON object, of null prototype all through.
 * Refuses what JSON has no word for: dates, infinities and not-a-number.
 */
export const jsonTable: z.ZodType<JsonObject> = z.unknown().transform((value, context): JsonObject => {
  const refuse = (path: readonly (string | number)[], message: string): void => {
    context.addIssue({ code: "custom", message, path: [...path] });
  };
  if (isTable(value)) return toJsonObject(value, [], refuse);
  context.addIssue({ code: "invalid_type", expected: "object" });
  return z.NEVER;
});

type Refuse = (path: readonly (string | number)[], message: string) => void;

function toJsonObject(table: object, path: readonly (string | number)[], refuse: Refuse): JsonObject {
  const entries = Object.entries(table).map(([key, inner]) => [key, toJson(inner, [...path, key], refuse)] as const);
  // INVARIANT: assigned as own properties of nothing: `constructor` and its like are keys as any other.
  return Object.assign(Object.create(null), Object.fromEntries(entries));
}

function toJson(value: unknown, path: readonly (string | number)[], refuse: Refuse): Json {
  if (typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number") {
    if (!Number.isFinite(value)) refuse(path, "must be a finite number");
    return value;
  }
  if (Array.isArray(value)) return value.map((inner, element) => toJson(inner, [...path, element], refuse));
  if (isTable(value)) return toJsonObject(value, path, refuse);
  refuse(path, "must be a string, as JSON has no dates");
  return null;
}

function isTable(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date);
}
