import { limits } from "../calls/limits.ts";
import type { ToolOutput } from "../calls/powers.ts";
import type { YoiError } from "../errors/yoi-error.ts";
import { type ChildMessage, parseChildMessage } from "./child-message.ts";
import { encodeFrame, FrameReader } from "./frame-codec.ts";
import { GuestDeadline } from "./guest-deadline.ts";
import type { HostMessage, ModuleBounds } from "./host-message.ts";
import { pluginFailed } from "./plugin-failed.ts";
import { residentBytes } from "./resident-bytes.ts";
import { RunningCall } from "./running-call.ts";
import type { SandboxComponent, SandboxRequest } from "./sandbox.ts";
import type { SandboxClock, SandboxTimer } from "./sandbox-clock.ts";
import type { SpawnedSandbox } from "./spawn-sandbox.ts";

type Failure = YoiError<"YOI_PLUGIN_FAILED">;

/**
 * `starting`: from the spawn to the first spare instance. `refilling`: from the end of a call to the next spare.
 * `claimed`: idle, and promised to one call.
 */
export type SandboxState = "starting" | "idle" | "claimed" | "running" | "refilling" | "ended";

/** Who is told what becomes of a process. */
export interface SandboxOwner {
  readonly clock: SandboxClock;
  /** A spare instance stands ready. */
  onReady(sandbox: SandboxProcess): void;
  /** The process is being ended; `during` is the state that it was in. */
  onEnd(sandbox: SandboxProcess, during: SandboxState, failure: Failure): void;
}

const frameBounds = { headerBytesMax: limits.frameHeaderBytesMax, frameBytesMax: limits.frameBytesMax };

/** The host's handle on one sandbox process, which belongs to one component for life. */
export class SandboxProcess {
  readonly component: SandboxComponent;
  readonly pid: number;
  /** Resolves when the system has taken the process back. */
  readonly exited: Promise<void>;
  state: SandboxState = "starting";
  readonly #owner: SandboxOwner;
  readonly #spawned: SpawnedSandbox;
  readonly #reader = new FrameReader(frameBounds);
  #instantiation: GuestDeadline | undefined;
  #startTimer: SandboxTimer | undefined;
  #call: RunningCall | undefined;
  #calls = 0;
  #ranMs = 0;

  constructor(component: SandboxComponent, spawned: SpawnedSandbox, bounds: ModuleBounds, owner: SandboxOwner) {
    this.component = component;
    this.#owner = owner;
    this.#spawned = spawned;
    const { child, to, from } = this.#spawned;
    this.pid = child.pid ?? 0;
    this.exited = new Promise((resolve) => {
      child.once("exit", () => resolve());
      child.once("error", () => resolve());
    });
    const lost = () => this.end(pluginFailed("crashed", "the sandbox process ended by itself"));
    child.once("exit", lost).once("error", lost);
    for (const pipe of [to, from]) pipe.on("error", lost);
    from.on("end", lost).on("data", (chunk: Uint8Array) => this.#hear(chunk));
    this.#startTimer = owner.clock.after(limits.sandboxStartMs, () =>
      this.end(pluginFailed("instantiation", `the sandbox process was not ready within ${limits.sandboxStartMs} ms`)),
    );
    this.#load(bounds);
  }

  /** Takes the spare instance for one call that will follow. */
  claim(): void {
    this.state = "claimed";
    this.#keepHostAlive(true);
  }

  /** Gives the spare instance back unused. */
  release(): void {
    this.state = "idle";
    this.#keepHostAlive(false);
    this.#owner.onReady(this);
  }

  /** Runs one call on the spare instance; `halt` carries the failure to end it with. */
  async run(request: SandboxRequest, halt: AbortSignal): Promise<ToolOutput> {
    this.state = "running";
    this.#calls++;
    const startedAt = this.#owner.clock.now();
    const call = new RunningCall(this.#calls, this.component, request, {
      clock: this.#owner.clock,
      send: (message, body) => this.#send(message, body),
      endProcess: (failure) => this.end(failure),
    });
    this.#call = call;
    const stop = () => this.end(halt.reason);
    halt.addEventListener("abort", stop, { once: true });
    try {
      return await call.output;
    } finally {
      halt.removeEventListener("abort", stop);
      this.#ranMs += this.#owner.clock.now() - startedAt;
      if (this.#isSpent()) this.end(pluginFailed("cancelled", "the sandbox process was worn out"));
    }
  }

  /** Kills the process; the call that it runs, if any, fails with `failure`. Later ends change nothing. */
  end(failure: Failure): void {
    if (this.state === "ended") return;
    const during = this.state;
    this.state = "ended";
    this.#startTimer?.cancel();
    this.#instantiation?.stop();
    this.#keepHostAlive(true);
    this.#spawned.child.kill("SIGKILL");
    this.#spawned.to.destroy();
    this.#spawned.from.destroy();
    this.#call?.fail(failure);
    this.#call = undefined;
    this.#owner.onEnd(this, during, failure);
  }

  /**
   * Whether the process must not serve another call: it has run for so long that the system would soon end it, or
   * holds on to what its instances left behind.
   */
  // ATTACK: every call fills its bound of memory; V8 does not hurry to collect instances that are gone (threats 23).
  #isSpent(): boolean {
    return this.#ranMs > limits.sandboxRunMs || (residentBytes(this.pid) ?? 0) > limits.sandboxKeptBytesMax;
  }

  #load(bounds: ModuleBounds): void {
    const { config, limits: own } = this.component;
    const { hostCallsPerCallMax, logLinesPerCallMax, logLineBytesMax } = own;
    const { guestStackTextBytesMax: stackBytesMax } = limits;
    const counts = { hostCallsPerCallMax, logLinesPerCallMax, logLineBytesMax, stackBytesMax };
    this.#send({ kind: "load", config, bounds, askBounds: limits, ...counts });
  }

  #send(message: HostMessage, body: Uint8Array = new Uint8Array(0)): void {
    if (this.state === "ended") return;
    this.#spawned.to.write(encodeFrame(message, body, frameBounds));
    // ATTACK: a process that asks and never reads would have its answers pile up in the host (threats 22).
    if (this.#spawned.to.writableLength > limits.unreadAnswersBytesMax) this.#endBroken();
  }

  #hear(chunk: Uint8Array): void {
    try {
      for (const { header, body } of this.#reader.push(chunk)) {
        if (this.state === "ended") return;
        const message = parseChildMessage(header);
        if (message === undefined || !this.#receive(message, body)) this.#endBroken();
      }
    } catch {
      // FAIL-CLOSED: whatever cannot be read or acted on comes from a process that cannot be trusted to go on.
      this.#endBroken();
    }
  }

  /** Acts on one message; answers whether this process may say that now. */
  #receive(message: ChildMessage, body: Uint8Array): boolean {
    switch (message.kind) {
      case "loaded":
        return this.#receiveLoaded();
      case "ready":
        return this.#receiveReady();
      case "unusable":
        this.end(
          pluginFailed("instantiation", "the component could not be instantiated", new TextDecoder().decode(body)),
        );
        return true;
      default: {
        const went = this.#call?.receive(message, body) ?? "broken";
        if (went === "ended") this.#refill();
        return went !== "broken";
      }
    }
  }

  #receiveLoaded(): boolean {
    if (this.state !== "starting" || this.#startTimer === undefined) return false;
    this.#startTimer.cancel();
    this.#startTimer = undefined;
    this.#awaitInstance();
    return true;
  }

  #receiveReady(): boolean {
    if (this.#instantiation === undefined) return false;
    this.#instantiation.stop();
    this.#instantiation = undefined;
    this.release();
    return true;
  }

  #refill(): void {
    this.#call = undefined;
    this.state = "refilling";
    this.#keepHostAlive(false);
    this.#awaitInstance();
  }

  /** Instantiation runs guest code (start functions), so it has the deadline of a call. */
  #awaitInstance(): void {
    const { guestCpuMs } = this.component.limits;
    this.#instantiation = new GuestDeadline(this.#owner.clock, guestCpuMs, () =>
      this.end(pluginFailed("deadline", `the component's instantiation ran for more than ${guestCpuMs} ms`)),
    );
  }

  #endBroken(): void {
    this.end(pluginFailed("crashed", "the sandbox process broke the protocol"));
  }

  /** An idle process must not keep the host running: it sees the end of its pipe and goes. */
  #keepHostAlive(alive: boolean): void {
    const { child, to, from } = this.#spawned;
    for (const part of [child, to, from]) {
      if (alive) (part as { ref?: () => void }).ref?.();
      else (part as { unref?: () => void }).unref?.();
    }
  }
}
