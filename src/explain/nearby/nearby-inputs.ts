import type { Call } from "../../calls/call.ts";
import type { Json, JsonObject } from "../../calls/json.ts";
import type { Value } from "../../calls/value.ts";
import { type Mention, type NearbyCall, numbersAround, type Origin, withAsk } from "./nearby-call.ts";

const under = "context.input.";

/** The same execution of a tool with another input: of what Rego reads in it one member is another, or is left out. */
export function* nearbyInputs({ call, atMs }: Origin, mentions: readonly Mention[]): Generator<NearbyCall> {
  if (call.action !== "tool.execute") return;
  for (const { path, literals } of mentions) {
    if (path === "context.inputBytes") yield* emptied(call, atMs);
    if (path.startsWith(under)) yield* membersChanged(call, atMs, path.slice(under.length), literals);
  }
}

function* emptied(call: Call<"tool.execute">, atMs: number): Generator<NearbyCall> {
  const bytes = Buffer.byteLength(JSON.stringify(call.ask.input));
  const part = { what: "input", from: `${bytes} bytes`, to: "{}" };
  if (bytes > 2) yield { part, call: withAsk(call, { input: {} }), atMs };
}

function* membersChanged(
  call: Call<"tool.execute">,
  atMs: number,
  path: string,
  literals: readonly Value[],
): Generator<NearbyCall> {
  const names = path.split(".");
  const now = memberOf(call.ask.input, names);
  const seen = new Set([written(now)]);
  for (const to of valuesNear(now, literals)) {
    if (seen.has(written(to))) continue;
    seen.add(written(to));
    const input = withMember(call.ask.input, names, to);
    const part = { what: `input.${path}`, from: written(now), to: written(to) };
    if (input !== undefined) yield { part, call: withAsk(call, { input }), atMs };
  }
}

/** What the member could be instead; `undefined` is to leave it out. */
function* valuesNear(now: Json | undefined, literals: readonly Value[]): Generator<Json | undefined> {
  const named = [...literals.filter((literal) => typeof literal !== "object"), ...numbersAround(literals)];
  if (Array.isArray(now)) {
    for (const one of named) yield* [[one], [...now, one]];
    yield* [now.filter((one) => !named.includes(one as string)), []];
  } else {
    yield* named;
    if (typeof now === "boolean") yield !now;
    if (typeof now === "string") yield "";
  }
  yield undefined;
}

function written(value: Json | undefined): string {
  return value === undefined ? "" : JSON.stringify(value);
}

function memberOf(input: Json, [name, ...below]: readonly string[]): Json | undefined {
  if (name === undefined) return input;
  return isRecord(input) && Object.hasOwn(input, name) ? memberOf(input[name] ?? null, below) : undefined;
}

function withMember(input: Json, [name, ...below]: readonly string[], value: Json | undefined): JsonObject | undefined {
  if (name === undefined || name === "__proto__" || !isRecord(input)) return undefined;
  const { [name]: now = {}, ...others } = input;
  if (below.length === 0) return value === undefined ? others : { ...input, [name]: value };
  const member = withMember(now, below, value);
  return member === undefined ? undefined : { ...input, [name]: member };
}

function isRecord(json: Json): json is JsonObject {
  return typeof json === "object" && json !== null && !Array.isArray(json);
}
