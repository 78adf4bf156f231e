type Schema = { readonly [keyword: string]: unknown };

const spoken: readonly string[] = [
  ...["$schema", "title", "default", "type", "enum", "pattern", "properties", "required", "additionalProperties"],
  ...["items", "minItems", "maxItems", "minLength", "maxLength", "minimum", "maximum", "anyOf", "oneOf"],
];

/**
 * How a value departs from a JSON Schema of draft 4, by the keywords that the schemas for editors are written in.
 * @throws {Error} for any other keyword: what is not checked must not pass for right
 */
export function misfitsOf(schema: Schema, value: unknown, at = "$"): readonly string[] {
  const strange = Object.keys(schema).filter((keyword) => !spoken.includes(keyword));
  if (strange.length > 0) throw new Error(`${at}: the keyword ${strange.join(", ")}`);
  const type = typeOf(value);
  const types = schema["type"];
  if (types !== undefined && types !== type && !(types === "number" && type === "integer"))
    return [`${at} is no ${String(types)}`];
  return [
    ...ofAny(schema, value, at),
    ...ofText(schema, value, at),
    ...ofObject(schema, value, at),
    ...ofList(schema, value, at),
  ];
}

function typeOf(value: unknown): string {
  if (Array.isArray(value)) return "array";
  if (value === null) return "null";
  return typeof value === "number" && Number.isInteger(value) ? "integer" : typeof value;
}

function ofAny(schema: Schema, value: unknown, at: string): readonly string[] {
  const { enum: values, minimum, maximum, anyOf, oneOf } = schema;
  const forms = (list: unknown) =>
    (list as readonly Schema[]).filter((form) => misfitsOf(form, value, at).length === 0).length;
  return [
    ...(Array.isArray(values) && !values.includes(value) ? [`${at} is none of ${values.join(", ")}`] : []),
    ...(typeof minimum === "number" && Number(value) < minimum ? [`${at} is less than ${minimum}`] : []),
    ...(typeof maximum === "number" && Number(value) > maximum ? [`${at} is more than ${maximum}`] : []),
    ...(anyOf !== undefined && forms(anyOf) === 0 ? [`${at} has none of the forms`] : []),
    ...(oneOf !== undefined && forms(oneOf) !== 1 ? [`${at} does not have one of the forms`] : []),
  ];
}

function ofText(
  { pattern, minLength = 0, maxLength = Infinity }: Schema,
  value: unknown,
  at: string,
): readonly string[] {
  if (typeof value !== "string") return [];
  const length = [...value].length;
  return [
    ...(typeof pattern === "string" && !new RegExp(pattern, "u").test(value) ? [`${at} is not as it is written`] : []),
    ...(length < Number(minLength) || length > Number(maxLength) ? [`${at} has another length`] : []),
  ];
}

function ofObject(schema: Schema, value: unknown, at: string): readonly string[] {
  if (typeOf(value) !== "object") return [];
  const properties = (schema["properties"] ?? {}) as { readonly [key: string]: Schema };
  const { required = [], additionalProperties: further = true } = schema;
  const missing = (required as readonly string[]).filter((key) => !Object.hasOwn(value as object, key));
  const inner = Object.entries(value as object).flatMap(([key, one]): readonly string[] => {
    const own = Object.hasOwn(properties, key) ? properties[key] : undefined;
    if (own !== undefined) return misfitsOf(own, one, `${at}.${key}`);
    if (further === false) return [`${at} has no key ${key}`];
    return further === true ? [] : misfitsOf(further as Schema, one, `${at}.${key}`);
  });
  return [...missing.map((key) => `${at} lacks ${key}`), ...inner];
}

function ofList({ items, minItems = 0, maxItems = Infinity }: Schema, value: unknown, at: string): readonly string[] {
  if (!Array.isArray(value)) return [];
  const isLong = value.length < Number(minItems) || value.length > Number(maxItems);
  const inner = items === undefined ? [] : value.flatMap((one, n) => misfitsOf(items as Schema, one, `${at}[${n}]`));
  return [...(isLong ? [`${at} has too many or too few`] : []), ...inner];
}
