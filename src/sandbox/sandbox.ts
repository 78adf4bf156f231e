// Where guests run. In comes a component that was verified and decided on, and one tool call for it;
// out goes the tool's output, or a plugin failure. What the guest asks for on the way goes to the `GuestHost`
// that came with the call. This folder must never know policies, grants, files of the workspace or the journal:
// a sandbox has no authority, so it has nothing to decide.
import type { PluginRef } from "../calls/identifiers.ts";
import type { LimitName } from "../calls/limits.ts";
import type { FileStatus, FolderEntry, Header, ToolOutput, WriteMode } from "../calls/powers.ts";
import type { PluginFailure } from "../errors/error-details.ts";

/** What a guest asked of the host and waits for. It is bounded and decoded; nothing in it is trusted. */
export type GuestAsk =
  | { readonly kind: "https.send"; readonly request: GuestRequest; readonly body?: Uint8Array }
  | {
      readonly kind: "fs.read";
      readonly path: string;
      readonly range?: { readonly offset: number; readonly length: number };
    }
  | { readonly kind: "fs.write"; readonly path: string; readonly mode: WriteMode; readonly bytes: Uint8Array }
  | { readonly kind: "fs.append"; readonly path: string; readonly bytes: Uint8Array }
  | { readonly kind: "fs.list"; readonly path: string; readonly after?: string }
  | { readonly kind: "fs.stat" | "fs.make-directory" | "fs.remove"; readonly path: string };

/** The record `request` of `yoi:host/https`, but for its body. */
export interface GuestRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: readonly Header[];
  readonly secrets: readonly string[];
  /** Milliseconds for all hops together. */
  readonly timeoutMs?: number;
  readonly responseBytesMax?: number;
  readonly redirectsMax?: number;
}

/** The variant `error` of `yoi:host/types`, as the guest gets it. It never carries a host path or policy text. */
export type HostError =
  | { readonly tag: "denied" | "invalid" | "limit" | "unavailable" | "failed"; readonly val: string }
  | { readonly tag: "not-found" | "timeout" };

/** What the host answers to an ask. */
export type GuestAnswer =
  | { readonly ok: true; readonly value: GuestValue }
  /** `sent` is for requests alone: whether anything may have reached the server. */
  | { readonly ok: false; readonly error: HostError; readonly sent?: boolean };

/** What an ask yields; the bytes of a file or a response go in the body of a frame. */
export type GuestValue =
  | { readonly kind: "nothing" }
  | { readonly kind: "bytes"; readonly bytes: Uint8Array }
  /** `next` is where the following page begins; absent on the last one. */
  | { readonly kind: "page"; readonly entries: readonly FolderEntry[]; readonly next?: string }
  | { readonly kind: "status"; readonly status: FileStatus }
  | {
      readonly kind: "response";
      readonly status: number;
      readonly headers: readonly Header[];
      readonly url: string;
      readonly truncated: boolean;
      readonly bytes: Uint8Array;
    };

export const logLevels = ["debug", "info", "warn", "error"] as const;
export type LogLevel = (typeof logLevels)[number];

/** The host's side of one tool call. Each call has its own, so that a guest cannot speak for another call. */
export interface GuestHost {
  /** Answers one ask; `signal` fires when the call ends before the answer. A rejection becomes `failed`. */
  ask(ask: GuestAsk, signal: AbortSignal): Promise<GuestAnswer>;
  /** One bounded line for the plugin's own log; the text is untrusted and not escaped. */
  log(level: LogLevel, text: string): void;
}

/** The bounds that hold for one component; each may only be lower than the operator's. */
export type SandboxLimits = {
  readonly [Name in Extract<
    LimitName,
    | "guestMemoryBytesMax"
    | "guestTableElementsMax"
    | "guestCoreInstancesMax"
    | "guestCpuMs"
    | "hostCallsConcurrentMax"
    | "hostCallsPerCallMax"
    | "logLinesPerCallMax"
    | "logLineBytesMax"
  >]: number;
};

/** A verified component, ready to be run. */
export interface SandboxComponent {
  readonly plugin: PluginRef;
  /** `sha256:…` of the package that the component came out of. */
  readonly digest: string;
  readonly bytes: Uint8Array;
  /** JSON text that `yoi:host/config` answers with. */
  readonly config: string;
  readonly limits: SandboxLimits;
}

/** One tool call. */
export interface SandboxRequest {
  readonly tool: string;
  /** The tool's input as JSON text. */
  readonly input: string;
  /** The whole call, waiting in the queue and for the host included. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly host: GuestHost;
}

/** One sandbox process, as tests and the bench see it. */
export interface SandboxStatus {
  readonly plugin: PluginRef;
  readonly digest: string;
  readonly pid: number;
  readonly state: "starting" | "idle" | "running";
  /** Whether a fresh instance stands ready for the next call. */
  readonly spare: boolean;
}

/** Runs components in processes of their own that hold nothing, and that are killed when they overstep. */
export interface SandboxPool {
  /**
   * Makes a warm process with a spare instance ready; idempotent. Instantiation runs guest code and has the deadline
   * of a call.
   * @throws {YoiError} YOI_PLUGIN_FAILED, YOI_COMPONENT_INVALID
   */
  prepare(component: SandboxComponent): Promise<void>;
  /**
   * Runs one tool on a fresh instance. A failure carries a bounded, escaped message; a trap's message and stack are in
   * `details.stack` and go to `host.log` at level error.
   * @throws {YoiError} YOI_PLUGIN_FAILED, YOI_COMPONENT_INVALID
   */
  call(component: SandboxComponent, request: SandboxRequest): Promise<ToolOutput>;
  /** Ends the idle processes, and with them the spare instances, of every plugin or of one; busy ones end after their call. */
  dropSpares(plugin?: PluginRef): void;
  status(): { readonly sandboxes: readonly SandboxStatus[]; readonly queued: number };
  /** Fails what waits, ends every process, and resolves when all are gone. */
  close(): Promise<void>;
}

/** Why a process ended that was not asked to end. */
export type OnSandboxDeath = (plugin: PluginRef, why: PluginFailure) => void;
