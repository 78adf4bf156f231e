import type { ToolOutput } from "../calls/powers.ts";
import { escapeLines } from "../errors/escape-text.ts";
import type { YoiError } from "../errors/yoi-error.ts";
import { type AnswerHeader, splitAnswer } from "./answer-message.ts";
import { readAsk } from "./ask-message.ts";
import type { ChildMessage } from "./child-message.ts";
import { GuestDeadline } from "./guest-deadline.ts";
import type { HostMessage } from "./host-message.ts";
import { pluginFailed } from "./plugin-failed.ts";
import type { GuestAnswer, GuestAsk, SandboxComponent, SandboxRequest } from "./sandbox.ts";
import type { SandboxClock } from "./sandbox-clock.ts";

/** What a call needs of the process that it runs in. */
export interface CallPorts {
  readonly clock: SandboxClock;
  send(message: HostMessage, body?: Uint8Array): void;
  /** Ends the process, and the call with it. */
  endProcess(failure: YoiError<"YOI_PLUGIN_FAILED">): void;
}

/** What a process may say about the call that it runs. */
export type CallMessage = Exclude<ChildMessage, { kind: "loaded" | "ready" | "unusable" }>;

/** The host's side of one call: it counts, answers asks, keeps the deadline, and ends exactly once. */
export class RunningCall {
  readonly id: number;
  readonly output: Promise<ToolOutput>;
  readonly #component: SandboxComponent;
  readonly #request: SandboxRequest;
  readonly #ports: CallPorts;
  readonly #deadline: GuestDeadline;
  readonly #ended = new AbortController();
  readonly #settle: PromiseWithResolvers<ToolOutput>;
  readonly #open = new Set<number>();
  #asks = 0;
  #logLines = 0;

  constructor(id: number, component: SandboxComponent, request: SandboxRequest, ports: CallPorts) {
    this.id = id;
    this.#component = component;
    this.#request = request;
    this.#ports = ports;
    this.#settle = Promise.withResolvers();
    this.output = this.#settle.promise;
    const cpuMs = component.limits.guestCpuMs;
    this.#deadline = new GuestDeadline(ports.clock, cpuMs, () =>
      ports.endProcess(pluginFailed("deadline", `the guest ran for more than ${cpuMs} ms`)),
    );
    ports.send({ kind: "call", call: id, tool: request.tool }, new TextEncoder().encode(request.input));
  }

  /** Takes one message of the process. Answers whether the call goes on, has ended, or was spoken of falsely. */
  receive(message: CallMessage, body: Uint8Array): "going" | "ended" | "broken" {
    // INVARIANT: which call this is, the host knows; a process that names another one is lying.
    if (message.call !== this.id || this.#ended.signal.aborted) return "broken";
    switch (message.kind) {
      case "ask":
        return this.#receiveAsk(message, body) ? "going" : "broken";
      case "log":
        return this.#receiveLog(message.level, body) ? "going" : "broken";
      case "output":
        return this.#receiveOutput(message, body);
      case "guest-error":
        return this.fail(pluginFailed("guest-error", "the plugin answered with an error", toText(body)));
      case "trap":
        return this.#receiveTrap(toText(body));
      case "bad-output":
        return this.fail(pluginFailed("bad-output", "the tool's output is too large or has another shape"));
      default:
        return message satisfies never;
    }
  }

  /** Ends the call with a failure; asks in flight learn it from their signal. */
  fail(error: YoiError<"YOI_PLUGIN_FAILED">): "ended" {
    this.#end();
    this.#settle.reject(error);
    return "ended";
  }

  #end(): void {
    this.#deadline.stop();
    // A reason of our own: the default one costs a stack trace at the end of every call.
    this.#ended.abort("the call has ended");
  }

  #receiveAsk({ ask: id, asked }: Extract<CallMessage, { kind: "ask" }>, body: Uint8Array): boolean {
    const { hostCallsPerCallMax, hostCallsConcurrentMax } = this.#component.limits;
    // ATTACK: a flood of asks, or an id used twice to confuse the count (threats 22). The child's own code keeps to
    // the bounds, so a process that does not has been taken over.
    if (this.#asks >= hostCallsPerCallMax || this.#open.size >= hostCallsConcurrentMax || this.#open.has(id))
      return false;
    const ask = readAsk(asked, body);
    if (ask === undefined) return false;
    this.#asks++;
    this.#open.add(id);
    this.#deadline.pause();
    void this.#answer(id, ask);
    return true;
  }

  async #answer(id: number, ask: GuestAsk): Promise<void> {
    const answer = await this.#askHost(ask);
    if (this.#ended.signal.aborted) return;
    this.#open.delete(id);
    this.#deadline.resume();
    const { header, body } = splitAnswer(answer);
    try {
      this.#sendAnswer(id, header, body);
    } catch {
      // What no frame can hold cannot be answered; but that a request went out must not be kept from the guest.
      const sent = ask.kind === "https.send" && (answer.ok || answer.sent === true);
      this.#sendAnswer(id, { ok: false, error: { tag: "limit", val: "frameBytesMax" }, sent });
    }
  }

  #sendAnswer(ask: number, answer: AnswerHeader, body?: Uint8Array): void {
    this.#ports.send({ kind: "answer", call: this.id, ask, answer }, body);
  }

  async #askHost(ask: GuestAsk): Promise<GuestAnswer> {
    try {
      return await this.#request.host.ask(ask, this.#ended.signal);
    } catch {
      // FAIL-CLOSED: the guest learns that it failed, and nothing of why; of a request, that it may have gone out.
      return { ok: false, error: { tag: "failed", val: "host" }, sent: ask.kind === "https.send" };
    }
  }

  #receiveLog(level: Parameters<SandboxRequest["host"]["log"]>[0], body: Uint8Array): boolean {
    const { logLinesPerCallMax, logLineBytesMax } = this.#component.limits;
    this.#logLines++;
    // One line more than the limit says that the log was cut.
    if (this.#logLines > logLinesPerCallMax + 1 || body.length > logLineBytesMax) return false;
    this.#request.host.log(level, toText(body));
    return true;
  }

  #receiveOutput(message: Extract<CallMessage, { kind: "output" }>, body: Uint8Array): "ended" | "broken" {
    const { summaryBytes, hasContent, isError } = message;
    if (summaryBytes > body.length || (!hasContent && summaryBytes < body.length)) return "broken";
    const summary = toStrictText(body.subarray(0, summaryBytes));
    const content = hasContent ? toStrictText(body.subarray(summaryBytes)) : "";
    if (summary === undefined || content === undefined) return "broken";
    this.#end();
    this.#settle.resolve(hasContent ? { summary, content, isError } : { summary, isError });
    return "ended";
  }

  #receiveTrap(text: string): "ended" {
    const failure = pluginFailed("trap", "the guest trapped", text);
    for (const line of escapeLines(text, this.#component.limits.logLineBytesMax).split("\n"))
      this.#request.host.log("error", line);
    return this.fail(failure);
  }
}

function toText(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

function toStrictText(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
