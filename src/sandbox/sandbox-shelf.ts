import type { PluginRef } from "../calls/identifiers.ts";
import { limits } from "../calls/limits.ts";
import type { YoiError } from "../errors/yoi-error.ts";
import { pluginFailed } from "./plugin-failed.ts";
import type { OnSandboxDeath, SandboxComponent, SandboxPool } from "./sandbox.ts";
import type { SandboxClock, SandboxTimer } from "./sandbox-clock.ts";
import { SandboxProcess, type SandboxState } from "./sandbox-process.ts";
import { spawnSandbox } from "./spawn-sandbox.ts";
import { componentDigest, type Transpile } from "./transpile-component.ts";

export interface ShelfParts {
  readonly clock: SandboxClock;
  readonly transpile: Transpile;
  readonly onDeath: OnSandboxDeath;
  readonly sandboxesMax: number;
  readonly sandboxesPerPluginMax: number;
}

/** A place for one process: from the moment it is wanted, while its component is still being translated. */
interface Slot {
  readonly key: string;
  readonly component: SandboxComponent;
  sandbox: SandboxProcess | undefined;
  /** Its spare instance is of a time before the policies changed: it serves who waits for it, and then goes. */
  retired: boolean;
  idleSince: number;
  idleTimer: SandboxTimer | undefined;
}

interface Waiter {
  readonly key: string;
  readonly component: SandboxComponent;
  readonly resolve: (sandbox: SandboxProcess) => void;
  readonly reject: (error: unknown) => void;
}

/** Which process serves whom: starts them, lends them out, keeps idle ones for a while, and never has too many. */
export class SandboxShelf {
  readonly #parts: ShelfParts;
  readonly #slots = new Set<Slot>();
  readonly #waiters: Waiter[] = [];
  readonly #leaving = new Set<Promise<void>>();
  #closed = false;

  constructor(parts: ShelfParts) {
    this.#parts = parts;
  }

  /** Whether a process for exactly this component is there and has been ready. */
  has(component: SandboxComponent): boolean {
    const key = sandboxKey(component);
    return [...this.#slots].some((slot) => slot.key === key && !slot.retired && isReady(slot));
  }

  /**
   * A process with a spare instance, claimed for the caller.
   * @throws {YoiError} YOI_PLUGIN_FAILED, YOI_COMPONENT_INVALID, or the reason of `halt`
   */
  async take(component: SandboxComponent, halt: AbortSignal): Promise<SandboxProcess> {
    if (this.#closed) throw pluginFailed("cancelled", "the sandbox pool is closed");
    const key = sandboxKey(component);
    const ahead = this.#waiters.filter((waiter) => waiter.component.plugin === component.plugin).length;
    if (ahead >= limits.sandboxQueueMax) throw pluginFailed("overloaded", "too many calls of this plugin are waiting");
    const { promise, resolve, reject } = Promise.withResolvers<SandboxProcess>();
    const waiter = { key, component, resolve, reject };
    const leave = () => this.#dismiss(waiter, halt.reason);
    halt.addEventListener("abort", leave, { once: true });
    this.#waiters.push(waiter);
    this.#serve();
    try {
      return await promise;
    } finally {
      halt.removeEventListener("abort", leave);
    }
  }

  dropSpares(plugin?: PluginRef): void {
    for (const slot of this.#slots) {
      if (plugin !== undefined && slot.component.plugin !== plugin) continue;
      slot.retired = true;
      if (slot.sandbox?.state === "idle") slot.sandbox.end(pluginFailed("cancelled", "the spare instance was dropped"));
    }
  }

  status(): ReturnType<SandboxPool["status"]> {
    const sandboxes = [...this.#slots].flatMap(({ component: { plugin, digest }, sandbox }) =>
      sandbox === undefined ? [] : [{ plugin, digest, pid: sandbox.pid, ...toStatus(sandbox.state) }],
    );
    return { sandboxes, queued: this.#waiters.length };
  }

  async close(): Promise<void> {
    this.#closed = true;
    const failure = pluginFailed("cancelled", "the sandbox pool is closed");
    for (const waiter of this.#waiters.splice(0)) waiter.reject(failure);
    for (const slot of this.#slots) slot.sandbox?.end(failure);
    await Promise.all(this.#leaving);
  }

  /** Gives every waiter a process, as far as there are any, and starts what is missing, as far as there is room. */
  #serve(): void {
    for (const waiter of [...this.#waiters]) {
      const idle = [...this.#slots].find((slot) => slot.key === waiter.key && slot.sandbox?.state === "idle");
      if (idle?.sandbox === undefined) continue;
      this.#waiters.splice(this.#waiters.indexOf(waiter), 1);
      idle.idleTimer?.cancel();
      idle.sandbox.claim();
      waiter.resolve(idle.sandbox);
    }
    for (const waiter of this.#waiters) {
      const coming = [...this.#slots].filter((slot) => slot.key === waiter.key && isComing(slot)).length;
      const ahead = this.#waiters
        .slice(0, this.#waiters.indexOf(waiter))
        .filter(({ key }) => key === waiter.key).length;
      if (ahead >= coming && this.#makeRoom(waiter)) this.#start(waiter.component, waiter.key);
    }
  }

  /** Whether one more process may start; an idle one that has been so the longest makes way. */
  #makeRoom(waiter: Waiter): boolean {
    const { sandboxesMax, sandboxesPerPluginMax } = this.#parts;
    const ofPlugin = [...this.#slots].filter((slot) => slot.component.plugin === waiter.component.plugin);
    const crowd = ofPlugin.length >= sandboxesPerPluginMax ? ofPlugin : [...this.#slots];
    if (ofPlugin.length < sandboxesPerPluginMax && this.#slots.size < sandboxesMax) return true;
    const oldest = crowd
      .filter((slot) => slot.sandbox?.state === "idle")
      .sort((one, other) => one.idleSince - other.idleSince)[0];
    oldest?.sandbox?.end(pluginFailed("cancelled", "the idle sandbox made way for another"));
    return oldest !== undefined;
  }

  #start(component: SandboxComponent, key: string): void {
    const slot: Slot = { key, component, sandbox: undefined, retired: false, idleSince: 0, idleTimer: undefined };
    this.#slots.add(slot);
    this.#parts.transpile(component).then(
      (transpiled) => {
        if (this.#closed) return void this.#slots.delete(slot);
        const spawned = spawnSandbox(transpiled.folder, component.limits);
        slot.sandbox = new SandboxProcess(component, spawned, transpiled.bounds, {
          clock: this.#parts.clock,
          onReady: () => this.#receiveReady(slot),
          onEnd: (sandbox, during, failure) => this.#receiveEnd(slot, sandbox, during, failure),
        });
      },
      (error: unknown) => {
        this.#slots.delete(slot);
        this.#refuse(key, error);
      },
    );
  }

  #receiveReady(slot: Slot): void {
    const { sandbox } = slot;
    slot.idleSince = this.#parts.clock.now();
    this.#serve();
    if (sandbox?.state !== "idle") return;
    const leave = () => sandbox.end(pluginFailed("cancelled", "the idle sandbox was ended"));
    if (slot.retired) leave();
    else slot.idleTimer = this.#parts.clock.after(limits.sandboxIdleMs, leave, "idle");
  }

  #receiveEnd(slot: Slot, sandbox: SandboxProcess, during: SandboxState, failure: YoiError<"YOI_PLUGIN_FAILED">): void {
    slot.idleTimer?.cancel();
    this.#slots.delete(slot);
    const gone = sandbox.exited.then(() => void this.#leaving.delete(gone));
    this.#leaving.add(gone);
    if (during !== "idle") this.#parts.onDeath(slot.component.plugin, failure.details.why);
    if (this.#closed) return;
    // Who waits for a component that cannot even start would wait for the same failure again.
    if (during === "starting") this.#refuse(slot.key, failure);
    // A warm process takes the place of one that was killed in a call.
    if (during === "running" && !slot.retired && !this.#waiters.some(({ key }) => key === slot.key)) {
      this.#start(slot.component, slot.key);
    }
    this.#serve();
  }

  #refuse(key: string, error: unknown): void {
    for (const waiter of this.#waiters.filter((one) => one.key === key)) this.#dismiss(waiter, error);
  }

  #dismiss(waiter: Waiter, error: unknown): void {
    const at = this.#waiters.indexOf(waiter);
    if (at >= 0) this.#waiters.splice(at, 1);
    waiter.reject(error);
  }
}

// INVARIANT: a process belongs to one plugin, package, component, configuration and set of limits, for life.
function sandboxKey(component: SandboxComponent): string {
  const known = keys.get(component);
  if (known !== undefined) return known;
  const { plugin, digest, bytes, config, limits: own } = component;
  const key = JSON.stringify([plugin, digest, componentDigest(bytes), config, Object.entries(own).sort()]);
  keys.set(component, key);
  return key;
}

const keys = new WeakMap<SandboxComponent, string>();

function isReady({ sandbox }: Slot): boolean {
  return sandbox !== undefined && sandbox.state !== "starting" && sandbox.state !== "ended";
}

function isComing({ sandbox }: Slot): boolean {
  return sandbox === undefined || sandbox.state === "starting" || sandbox.state === "refilling";
}

function toStatus(state: SandboxState): { state: "starting" | "idle" | "running"; spare: boolean } {
  if (state === "idle") return { state, spare: true };
  return { state: state === "starting" ? "starting" : "running", spare: false };
}
