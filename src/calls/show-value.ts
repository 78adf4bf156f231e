import { showEntity, type Value } from "./value.ts";

/** A value of the policy vocabulary as Cedar writes it, so that it can be held against a condition. */
export function showValue(value: Value): string {
  if (typeof value !== "object") return JSON.stringify(value);
  if (isList(value)) return `[${value.map(showValue).join(", ")}]`;
  if ("entity" in value) return showEntity(value.entity);
  if ("record" in value) {
    const attributes = Object.entries(value.record).map(([name, inner]) => `${showName(name)}: ${showValue(inner)}`);
    return attributes.length === 0 ? "{}" : `{ ${attributes.join(", ")} }`;
  }
  if ("ip" in value) return `ip(${JSON.stringify(value.ip)})`;
  return "datetime" in value
    ? `datetime(${JSON.stringify(value.datetime)})`
    : `duration(${JSON.stringify(value.duration)})`;
}

function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

function showName(name: string): string {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) ? name : JSON.stringify(name);
}
