import type { Cause } from "../decisions/cause.ts";
import type { Obligation } from "../decisions/obligation.ts";
import type { VerdictEffect } from "../decisions/verdict.ts";

/** A policy as an entry names it. */
export interface JournaledPolicy {
  readonly id: string;
  readonly place: string;
}

/** One engine's answer as an entry keeps it. */
export interface JournaledVerdict {
  readonly engine: string;
  readonly version: string;
  readonly effect: VerdictEffect;
  readonly determining: readonly JournaledPolicy[];
  readonly errors: readonly { readonly policy?: string; readonly message: string }[];
  readonly considered: number;
  readonly total: number;
}

interface EntryOfCall {
  /** RFC 3339, UTC, milliseconds. */
  readonly at: string;
  readonly call: string;
  readonly root: string;
  readonly parent?: string;
  readonly decision: string;
  readonly action: string;
}

/** What was decided, committed before anything happens. */
export interface DecidedEntry extends EntryOfCall {
  readonly stage: "decided" | "rehearsed";
  /** As Cedar writes it: `Yoi::Plugin::"project:x"`. */
  readonly principal: string;
  readonly resource: string;
  /** The plugin concerned, for filters. */
  readonly plugin?: string;
  readonly answer: "allow" | "deny";
  /** Of a connection: the address that was to be dialled, and the worst class of all that the name resolved to. */
  readonly address?: string;
  readonly addressClass?: string;
  readonly cause?: Cause;
  readonly causes: readonly Cause[];
  readonly because?: string;
  readonly verdicts: readonly JournaledVerdict[];
  readonly obligations: readonly Obligation[];
  /** Digest of the whole policy set. */
  readonly policies: string;
  /** SHA-256 of the evidence that is kept beside the chain; absent when there is none to keep. */
  readonly evidence?: string;
  /** Microseconds by stage. */
  readonly spent: { readonly [stage: string]: number };
}

/** What became of an allowed call. */
export interface EndedEntry extends EntryOfCall {
  readonly stage: "performed" | "failed";
  /** For `failed`: the closed word of the failure. */
  readonly failure?: string;
  /** One line, escaped and bounded; never the system's own text. */
  readonly message?: string;
  /** Bytes of the result, where it has any. */
  readonly bytes?: number;
  /** Of a response: its status, whether a bound cut it short, and how often a secret was taken out of it. */
  readonly status?: number;
  readonly truncated?: boolean;
  readonly redactions?: number;
  readonly spent: { readonly [stage: string]: number };
}

/** What happened to the host itself: opened, closed, policies switched or refused, a sandbox that died. */
export interface LifecycleEntry {
  readonly stage: "lifecycle";
  readonly at: string;
  readonly what: "opened" | "closed" | "policies-loaded" | "policies-refused" | "sandbox-died";
  readonly message: string;
  readonly plugin?: string;
  readonly policies?: string;
}

export type JournalEntry = DecidedEntry | EndedEntry | LifecycleEntry;

/** Whether an entry is a decision, made for real or in a rehearsal. */
export function isDecided(entry: JournalEntry): entry is DecidedEntry {
  return entry.stage === "decided" || entry.stage === "rehearsed";
}

/** An entry in its place in the chain. `hash` covers `seq`, `previous` and the entry's canonical JSON. */
export interface ChainedEntry {
  readonly seq: number;
  readonly previous: string;
  readonly hash: string;
  readonly entry: JournalEntry;
}
