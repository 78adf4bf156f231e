import type { Call } from "../../calls/call.ts";
import { isAgentId, parseToolId, type ToolId } from "../../calls/identifiers.ts";
import { limits } from "../../calls/limits.ts";
import { writeModes } from "../../calls/powers.ts";
import type { Value } from "../../calls/value.ts";
import { type Mention, type NearbyCall, numbersAround, type Origin, textsOf, withAsk } from "./nearby-call.ts";

/** The same call with another method, amount, secret, header or query, by another agent, or for another tool. */
export function* nearbyAsks(origin: Origin, mentions: readonly Mention[]): Generator<NearbyCall> {
  const { call, atMs } = origin;
  for (const { what, from, to, call: changed } of asksNear(call, mentions)) {
    yield { part: { what, from, to }, call: changed, atMs };
  }
}

function* asksNear(call: Call, mentions: readonly Mention[]): Generator<Changed> {
  if (call.action === "https.request") yield* inCapitals(call);
  for (const mention of mentions) yield* asksBy(mention, call);
}

/** A method in small letters is malformed, whatever policies say. */
function* inCapitals(call: Call<"https.request">): Generator<Changed> {
  const { method } = call.ask;
  const to = method.toUpperCase();
  if (to !== method) yield { what: "method", from: method, to, call: withAsk(call, { method: to }) };
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
  else if (path.startsWith("context.via.tool")) yield* otherTools(call, literals);
  else if (call.action === "https.request") yield* otherRequests(call, path, literals);
  else if (call.action === "fs.write" || call.action === "fs.append") yield* otherWrites(call, path, literals);
}

function* otherRequests(call: Call<"https.request">, path: string, literals: readonly Value[]): Generator<Changed> {
  const { method, secrets, body, hop } = call.ask;
  if (path === "context.method") {
    for (const to of new Set([...textsOf(literals), ...methods])) {
      if (to !== method) yield { what: "method", from: method, to, call: withAsk(call, { method: to }) };
    }
  } else if (path === "context.secrets" && secrets.length > 0) {
    yield { what: "secrets", from: secrets.join(", "), to: "none", call: withAsk(call, { secrets: [] }) };
  } else if (path === "context.headerNames") yield* otherHeaders(call, textsOf(literals));
  else if (path === "context.queryKeys") yield* otherQueries(call, textsOf(literals));
  else if (path === "context.bodyBytes") {
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

/** Another tool of the same plugin, on whose behalf it asks. */
function* otherTools(call: Call, literals: readonly Value[]): Generator<Changed> {
  for (const id of textsOf(literals, "Tool")) {
    const tool = parseToolId(id);
    if (tool === undefined || tool.plugin !== call.principal.id || id === call.via.tool) continue;
    yield {
      what: "tool",
      from: call.via.tool ?? "",
      to: id,
      call: { ...call, via: { ...call.via, tool: id as ToolId } },
    };
  }
}

/** Without the keys of a query that are named, or with one that is not there yet. */
function* otherQueries(call: Call<"https.request">, keys: readonly string[]): Generator<Changed> {
  const [place = "", query = ""] = call.ask.url.split("?", 2);
  const parts = query.split("&").filter((part) => part !== "");
  const keyOf = (part: string) => part.split("=", 1)[0] ?? "";
  const named = keys.map(encodeURIComponent);
  const kept = parts.filter((part) => !named.includes(keyOf(part)));
  const others = [
    ...(kept.length < parts.length ? [kept] : []),
    ...named.filter((key) => !parts.some((part) => keyOf(part) === key)).map((key) => [...parts, `${key}=`]),
    ...(parts.length > 0 ? [[]] : []),
  ];
  for (const changed of others) {
    const url = changed.length === 0 ? place : `${place}?${changed.join("&")}`;
    const [from, to] = [parts, changed].map((all) => all.map(keyOf).join(", ") || "none");
    yield { what: "query", from: from ?? "", to: to ?? "", call: withAsk(call, { url }) };
  }
}

/** Without the headers that are named, or with one that is not there yet. */
function* otherHeaders(call: Call<"https.request">, named: readonly string[]): Generator<Changed> {
  const { headers } = call.ask;
  const nameOf = ({ name }: { readonly name: string }) => name.toLowerCase();
  const kept = headers.filter((header) => !named.includes(nameOf(header)));
  const others = [
    ...(kept.length < headers.length ? [kept] : []),
    ...named
      .filter((name) => !headers.some((header) => nameOf(header) === name))
      .map((name) => [...headers, { name, value: "" }]),
  ];
  for (const changed of others) {
    const [from, to] = [headers, changed].map((all) => all.map(nameOf).join(", ") || "none");
    yield { what: "headers", from: from ?? "", to: to ?? "", call: withAsk(call, { headers: changed }) };
  }
}
