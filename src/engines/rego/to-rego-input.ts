import { type AuthorizationRequest, type EntityRef, showEntity, type Value } from "../../calls/value.ts";
import { escapeText } from "../../errors/escape-text.ts";

const halfCharacter = /\\\\|\\ud[89a-f][0-9a-f]{2}/g;

/**
 * Writes a request as the JSON text of the input document (`policies/rego/input.schema.json`), field by field: always
 * principal, action, resource, context, and within them attributes in the order of the request.
 * ATTACK: text of guests becomes a JSON string and nothing else, a tool's input one member of the context (threats 37).
 * @throws {Error} for what has no exact form: unsafe numbers, entities that are not passed, attributes that are taken
 */
export function toRegoInput(request: AuthorizationRequest): string {
  const { principal, action, resource, context, toolInput } = request;
  const text = JSON.stringify({
    principal: plainEntity(principal, request),
    action,
    resource: plainEntity(resource, request),
    context: action === "tool.execute" ? withInput(context, toolInput) : plainRecord(context),
  });
  // What is half a character to JavaScript is none to OPA, nor to a guest: all of them are to see the same text.
  return text.includes("\\ud") ? text.replace(halfCharacter, (found) => (found === "\\\\" ? found : "\ufffd")) : text;
}

/** JSON as the tool's caller gave it: it was parsed from text, so it has neither functions nor cycles. */
function withInput(context: AuthorizationRequest["context"], input: unknown): object {
  if (Object.hasOwn(context, "input")) throw new Error("the context has an attribute `input` of its own");
  // FAIL-CLOSED: every forbid that asks about an input that is not there, or that JSON has no form for, would be silent.
  if (["undefined", "function", "symbol"].includes(typeof input)) throw new Error("a tool's input is not JSON");
  return Object.assign(plainRecord(context), { input });
}

function plainEntity({ type, id }: EntityRef, { entities }: AuthorizationRequest): object {
  const entity = entities.find(({ uid }) => uid.type === type && uid.id === id);
  // FAIL-CLOSED: an entity that is not passed lies in nothing, so every forbid that asks what it lies in would be silent.
  if (entity === undefined) {
    throw new Error(`\`${escapeText(showEntity({ type, id }), 160)}\` was not passed with the request`);
  }
  const { attributes, ancestors } = entity;
  const taken = ["type", "id", "within"].find((name) => Object.hasOwn(attributes, name));
  if (taken !== undefined) throw new Error(`an entity cannot have an attribute \`${taken}\``);
  const written = { type, id };
  writeMembers(attributes, written);
  return Object.assign(written, { within: [id, ...ancestors.map((above) => above.id)] });
}

function writeMembers(record: { readonly [attribute: string]: Value }, written: { [member: string]: unknown }): void {
  for (const name of Object.keys(record)) {
    // ATTACK: assigned, it would be lost, and what is above the object another (threats 37).
    if (name === "__proto__") throw new Error("an attribute cannot be called `__proto__`");
    const value = record[name];
    if (value !== undefined) written[name] = plainValue(value);
  }
}

function plainRecord(record: { readonly [attribute: string]: Value }): { [member: string]: unknown } {
  const written: { [member: string]: unknown } = {};
  writeMembers(record, written);
  return written;
}

function plainValue(value: Value): unknown {
  if (typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number") {
    if (!Number.isSafeInteger(value)) throw new Error("a number is not a whole one within ±(2^53 - 1)");
    return value;
  }
  if (isList(value)) return value.map(plainValue);
  if ("entity" in value) return value.entity.id;
  if ("record" in value) return plainRecord(value.record);
  if ("datetime" in value) return value.datetime;
  if ("duration" in value) return value.duration;
  if ("ip" in value) return value.ip;
  return value satisfies never;
}

// Array.isArray does not narrow readonly lists.
function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}
