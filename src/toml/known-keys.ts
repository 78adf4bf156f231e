import { z } from "zod";
import type { TomlPath } from "./locate-key.ts";

type Schema = z.core.$ZodType;

/** The keys of each form that a table at a path can have, for did-you-mean; none where it takes any. */
export function formsAt(schema: Schema, path: TomlPath): readonly (readonly string[])[] {
  let reached = unwrap(schema);
  for (const part of path) reached = reached.flatMap((type) => stepInto(type, part));
  return reached.flatMap((type) => (type instanceof z.ZodObject ? [Object.keys(type.shape)] : []));
}

function stepInto(type: Schema, part: string | number): readonly Schema[] {
  if (type instanceof z.ZodArray) return unwrap(type.element);
  if (type instanceof z.ZodTuple) {
    const element = typeof part === "number" ? type.def.items[part] : undefined;
    return element === undefined ? [] : unwrap(element);
  }
  if (type instanceof z.ZodRecord) return unwrap(type.valueType);
  const inner = type instanceof z.ZodObject && Object.hasOwn(type.shape, part) ? type.shape[part] : undefined;
  return inner === undefined ? [] : unwrap(inner);
}

/** What stands behind optional, default and the like; each form of a union. */
function unwrap(type: Schema): readonly Schema[] {
  if (type instanceof z.ZodOptional || type instanceof z.ZodDefault || type instanceof z.ZodReadonly) {
    return unwrap(type.unwrap());
  }
  if (type instanceof z.ZodPipe) return unwrap(type.in);
  if (type instanceof z.ZodUnion) return type.options.flatMap(unwrap);
  return [type];
}
