// The sandbox process. In come, over an inherited pipe, one component to load and then calls of its tools, one at a
// time; out go their outputs, logs and asks. It holds no authority, and whatever runs in it may be hostile, this very
// code included once a guest has taken the process over: every promise about a guest is kept by the host.
import { pathToFileURL } from "node:url";
import { joinAnswer } from "../answer-message.ts";
import { glueFile, toolsExport, wasmPageBytes } from "../guest-world.ts";
import type { HostMessage } from "../host-message.ts";
import type { GuestAnswer, GuestAsk } from "../sandbox.ts";
import { CoreModules } from "./core-modules.ts";
import { type CallEnd, type Glue, GuestInstance, type InstanceParts } from "./guest-instance.ts";
import { openHostLink } from "./host-link.ts";
import { boundLiftedText } from "./lifted-text.ts";
import { lockDown } from "./lock-down.ts";
import { splitAsk } from "./split-ask.ts";

type Load = Extract<HostMessage, { kind: "load" }>;
type Call = Extract<HostMessage, { kind: "call" }>;
type Answer = Extract<HostMessage, { kind: "answer" }>;

const [folder = "", headerBytesMax, frameBytesMax] = process.argv.slice(2);
const bounds = { headerBytesMax: Number(headerBytesMax), frameBytesMax: Number(frameBytesMax) };
// Not `process.exit`, which looks up on `process` what is no longer there.
const endProcess: (code: number) => never = Reflect.get(process, "reallyExit").bind(process);
const encoder = new TextEncoder();
const decoder = new TextDecoder();

let parts: (InstanceParts & Load) | undefined;
let spare: GuestInstance | undefined;
let asks = 0;
const waiting = new Map<number, (answer: GuestAnswer) => void>();

// A process whose host is gone is of no use to anybody.
const link = openHostLink(bounds, hear, () => endProcess(0));

function hear(message: HostMessage, body: Uint8Array): void {
  switch (message.kind) {
    case "load":
      void load(message);
      return;
    case "call":
      void run(message, decoder.decode(body));
      return;
    case "answer":
      settle(message, body);
      return;
    default:
      message satisfies never;
  }
}

async function load(message: Load): Promise<void> {
  try {
    const modules = await CoreModules.load(folder, message.bounds);
    const glueUrl = pathToFileURL(`${folder}/${glueFile}`).href;
    lockDown(glueUrl);
    // No guest can mean more text than fits its memory.
    const text = boundLiftedText(message.bounds.memoryPagesMax * wasmPageBytes);
    const glue: Glue = await import(glueUrl);
    const { logLinesPerCallMax: logLinesMax } = message;
    parts = { ...message, glue, modules, text, toolsExport, logLinesMax };
    link.say({ kind: "loaded" });
    await prepareSpare(parts);
  } catch (error) {
    sayUnusable(error);
  }
}

async function prepareSpare(from: InstanceParts): Promise<void> {
  try {
    spare = await GuestInstance.create(from);
    link.say({ kind: "ready" });
  } catch (error) {
    sayUnusable(error);
  }
}

function sayUnusable(error: unknown): void {
  link.say({ kind: "unusable" }, bounded(error instanceof Error ? error.message : String(error), 4096));
}

async function run({ call, tool }: Call, input: string): Promise<void> {
  const instance = spare;
  if (instance === undefined || parts === undefined) return endProcess(1);
  spare = undefined;
  asks = 0;
  instance.log.attach((level, line) => link.say({ kind: "log", call, level }, line));
  sayEnd(call, await instance.call(tool, input, (asked) => ask(call, asked)), parts);
  waiting.clear();
  await prepareSpare(parts);
}

async function ask(call: number, asked: GuestAsk): Promise<GuestAnswer> {
  const number = asks++;
  if (parts === undefined || number >= parts.hostCallsPerCallMax) return limit("hostCallsPerCallMax");
  const { header, body } = splitAsk(asked);
  const answer = Promise.withResolvers<GuestAnswer>();
  try {
    link.say({ kind: "ask", call, ask: number, asked: header }, body);
  } catch {
    // Within every bound, and yet too long for a frame: full of characters that JSON has to escape.
    return limit("frameHeaderBytesMax");
  }
  waiting.set(number, answer.resolve);
  return answer.promise;
}

function limit(name: string): GuestAnswer {
  return { ok: false, error: { tag: "limit", val: name } };
}

function settle({ ask: number, answer }: Answer, body: Uint8Array): void {
  const resolve = waiting.get(number);
  waiting.delete(number);
  resolve?.(joinAnswer(answer, body));
}

function sayEnd(call: number, end: CallEnd, { stackBytesMax }: Load): void {
  if (end.kind === "output") sayOutput(call, end);
  else if (end.kind === "bad-output") link.say({ kind: "bad-output", call });
  else link.say({ kind: end.kind, call }, bounded(end.text, stackBytesMax));
}

function sayOutput(call: number, end: Extract<CallEnd, { kind: "output" }>): void {
  const summary = encoder.encode(end.summary);
  const content = encoder.encode(end.content ?? "");
  // What no frame can hold is no output; the host would end this process for it.
  if (summary.length + content.length > bounds.frameBytesMax - bounds.headerBytesMax) {
    link.say({ kind: "bad-output", call });
    return;
  }
  const body = new Uint8Array(summary.length + content.length);
  body.set(summary);
  body.set(content, summary.length);
  const { isError } = end;
  const hasContent = end.content !== undefined;
  link.say({ kind: "output", call, isError, summaryBytes: summary.length, hasContent }, body);
}

function bounded(text: string, bytesMax: number): Uint8Array {
  return encoder.encode(text).subarray(0, bytesMax);
}
