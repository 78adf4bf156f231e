import { z } from "zod";
import { toolEffects } from "../../calls/inventory.ts";
import { limits } from "../../calls/limits.ts";
import { jsonTable } from "../../toml/json-table.ts";
import { moment } from "../../toml/moment.ts";

const line = z.string().min(1).max(limits.suiteTextMax);
const lineOrLines = z.union([line, z.array(line).min(1)]);
const moments = z.union([moment, z.array(moment).min(1)]);
const taken = z.literal(false).optional();

const given = z.strictObject({
  trusted: taken,
  installed: taken,
  enabled: taken,
  pinned: taken,
  declared: taken,
  covered: taken,
  mounted: taken,
  defined: taken,
  origin_allowed: taken,
  broad: z.literal(true).optional(),
  effects: z.array(z.enum(toolEffects)).optional(),
  version: z.string().min(1).max(limits.manifestLineMax).optional(),
});

const expectedLimits = z.strictObject({
  rate: lineOrLines.optional(),
  timeout: line.optional(),
  max_response_bytes: z.int().min(1).optional(),
  redact: z.array(line).min(1).optional(),
});

const oneCase = z.strictObject({
  title: line.optional(),
  call: z.union([line, jsonTable]),
  expect: z.enum(["allow", "deny"]),
  because: lineOrLines.optional(),
  limits: expectedLimits.optional(),
  at: moment.optional(),
  address: lineOrLines.optional(),
  given: given.optional(),
});

const matrix = z.strictObject({
  title: line.optional(),
  who: lineOrLines,
  action: lineOrLines,
  what: lineOrLines,
  at: moments.optional(),
  address: lineOrLines.optional(),
  given: given.optional(),
  expect: z.string().min(1),
});

/** A `*.test.toml`. */
export const suiteSchema = z.strictObject({
  case: z.array(oneCase).optional(),
  matrix: z.array(matrix).optional(),
});

/** A `[[case]]` as it is written. */
export type WrittenCase = z.infer<typeof oneCase>;
/** A `[[matrix]]` as it is written. */
export type WrittenMatrix = z.infer<typeof matrix>;
