import type { Call } from "../../calls/call.ts";
import { isAgentId } from "../../calls/identifiers.ts";
import type { Json, JsonObject } from "../../calls/json.ts";
import { limits } from "../../calls/limits.ts";
import { writeModes } from "../../calls/powers.ts";
import type { Value } from "../../calls/value.ts";
import { type Mention, type NearbyCall, numbersAround, type Origin, textsOf, withAsk } from "./nearby-call.ts";

/** The same call with another method, amount, secret or header, by another agent, or with another input. */
export function* nearbyAsks(origin: Origin, mentions: readonly Mention[]): Generator<NearbyCall> {
  const { call, atMs } = origin;
  for (const mention of mentions) {
    for (const { what, from, to, call: changed } of asksBy(mention, call)) {
      yield { part: { what, from, to }, call: changed, atMs };
    }
  }
}

interface Changed {
  readonly what: string;
  readonly from: string;
  readonly to: string;
  readonly call: Call;
}

const methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"] as const;

function* asksBy({ path, literals }: Mention, call: Call): Generator<Changed> {
  const agents = path === "principal" || path === "principal.id" || path.startsWith("context.via.agent");
  if (agents) yield* otherAgents(call, literals);
  else if (path.startsWith("context.input.")) yield* otherInputs(call, path.slice("context.input.".length), literals);
  else if (call.action === "https.request") yield* otherRequests(call, path, literals);
  else if (call.action === "fs.write" || call.action === "fs.append") yield* otherWrites(call, path, literals);
}

function* otherRequests(call: Call<"https.request">, path: string, literals: readonly Value[]): Generator<Changed> {
  const { method, secrets, headers, body, hop } = call.ask;
  if (path === "context.method") {
    for (const to of new Set([...textsOf(literals), ...methods])) {
      if (to !== method) yield { what: "method", from: method, to, call: withAsk(call, { method: to }) };
    }
  } else if (path === "context.secrets" && secrets.length > 0) {
    yield { what: "secrets", from: secrets.join(", "), to: "none", call: withAsk(call, { secrets: [] }) };
  } else if (path === "context.headerNames" && headers.length > 0) {
    const names = headers.map(({ name }) => name.toLowerCase());
    const kept = headers.filter(({ name }) => !textsOf(literals).includes(name.toLowerCase()));
    const to = kept.map(({ name }) => name.toLowerCase()).join(", ");
    yield { what: "headers", from: names.join(", "), to: to || "none", call: withAsk(call, { headers: kept }) };
  } else if (path === "context.queryKeys" && call.ask.url.includes("?")) {
    const url = call.ask.url.replace(/\?.*$/s, "");
    yield { what: "query", from: "as asked", to: "none", call: withAsk(call, { url }) };
  } else if (path === "context.bodyBytes") {
    const length = body?.length ?? 0;
    for (const { to, bytes } of lengths(literals, length, limits.httpsBodyBytesMax)) {
      yield { what: "body", from: `${length} bytes`, to, call: withAsk(call, { body: bytes }) };
    }
  } else if (path === "context.hop" && hop > 0) {
    yield { what: "hop", from: `redirect ${hop}`, to: "asked for directly", call: withAsk(call, { hop: 0 }) };
  }
}

function* otherWrites(
  call: Call<"fs.write"> | Call<"fs.append">,
  path: string,
  literals: readonly Value[],
): Generator<Changed> {
  if (path === "context.bytes") {
    const { length } = call.ask.bytes;
    for (const { to, bytes } of lengths(literals, length, limits.fileWriteBytesMax)) {
      yield { what: "bytes", from: `${length} bytes`, to, call: withAsk(call, { bytes }) };
    }
  } else if (path === "context.mode" && call.action === "fs.write") {
    for (const mode of writeModes) {
      if (mode !== call.ask.mode) yield { what: "mode", from: call.ask.mode, to: mode, call: withAsk(call, { mode }) };
    }
  }
}

function* lengths(literals: readonly Value[], from: number, max: number) {
  for (const length of numbersAround(literals)) {
    if (length === from || length < 0 || length > max) continue;
    yield { to: `${length} bytes`, bytes: new Uint8Array(length) };
  }
}

function* otherAgents(call: Call, literals: readonly Value[]): Generator<Changed> {
  for (const id of textsOf(literals, "Agent")) {
    if (!isAgentId(id)) continue;
    const via = call.via.agent === undefined ? call.via : { ...call.via, agent: id };
    const isAsker = call.principal.kind === "agent";
    const from = isAsker ? call.principal.id : call.via.agent;
    if (from === undefined || from === id) continue;
    const principal = isAsker ? { kind: "agent", id } : call.principal;
    yield { what: "agent", from, to: id, call: { ...call, via, principal } as Call };
  }
}

/** Of a tool's input, what Rego reads at the top of it or one below. */
function* otherInputs(call: Call, path: string, literals: readonly Value[]): Generator<Changed> {
  if (call.action !== "tool.execute") return;
  const names = path.split(".");
  for (const literal of literals) {
    if (typeof literal === "object") continue;
    const input = withMember(call.ask.input, names, literal);
    const from = JSON.stringify(memberOf(call.ask.input, names) ?? null);
    const to = JSON.stringify(literal);
    if (input !== undefined && from !== to) yield { what: `input.${path}`, from, to, call: withAsk(call, { input }) };
  }
}

function memberOf(input: Json, [name, ...below]: readonly string[]): Json | undefined {
  if (name === undefined) return input;
  return isRecord(input) && Object.hasOwn(input, name) ? memberOf(input[name] ?? null, below) : undefined;
}

function withMember(input: Json, [name, ...below]: readonly string[], value: Json): JsonObject | undefined {
  if (name === undefined || name === "__proto__" || !isRecord(input)) return undefined;
  if (below.length === 0) return { ...input, [name]: value };
  const member = withMember(input[name] ?? {}, below, value);
  return member === undefined ? undefined : { ...input, [name]: member };
}

function isRecord(json: Json): json is JsonObject {
  return typeof json === "object" && json !== null && !Array.isArray(json);
}
