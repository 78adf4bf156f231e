import type { AskBounds } from "../ask-bounds.ts";
import type { GuestAnswer } from "../sandbox.ts";
import type { AskHost } from "./ask-host.ts";
import type { CompiledModule, CoreModules, InstantiateCore } from "./core-modules.ts";
import { GuestLog } from "./guest-log.ts";
import { createHostImports } from "./host-imports.ts";
import type { LiftedText } from "./lifted-text.ts";
import { createWasi, type Interfaces } from "./wasi-imports.ts";

/** What the translator's module exports. */
export interface Glue {
  instantiate(
    getCoreModule: (name: string) => CompiledModule,
    imports: Interfaces,
    instantiateCore: InstantiateCore,
  ): Promise<Record<string, Record<string, unknown>>>;
}

/** How one call ended, as the guest's own side sees it. */
export type CallEnd =
  | {
      readonly kind: "output";
      readonly summary: string;
      readonly content: string | undefined;
      readonly isError: boolean;
    }
  | { readonly kind: "guest-error" | "trap"; readonly text: string }
  | { readonly kind: "bad-output" };

/** What an instance is made of: the transpiled component, its configuration and its bounds. */
export interface InstanceParts {
  readonly glue: Glue;
  readonly modules: CoreModules;
  readonly text: LiftedText;
  readonly toolsExport: string;
  readonly config: string;
  readonly askBounds: AskBounds;
  readonly logLinesMax: number;
  readonly logLineBytesMax: number;
}

/** One instance of the component. It serves one call and is then thrown away, whatever became of it. */
export class GuestInstance {
  readonly log: GuestLog;
  readonly #tools: Record<string, unknown>;
  readonly #link: { ask: AskHost };
  readonly #text: LiftedText;
  readonly #endStreams: () => void;

  private constructor(
    log: GuestLog,
    tools: Record<string, unknown>,
    link: { ask: AskHost },
    text: LiftedText,
    endStreams: () => void,
  ) {
    this.log = log;
    this.#text = text;
    this.#tools = tools;
    this.#link = link;
    this.#endStreams = endStreams;
  }

  /** Instantiates the component, which runs its start functions: what they ask of the host is `unavailable`. */
  static async create(parts: InstanceParts): Promise<GuestInstance> {
    const log = new GuestLog(parts.logLinesMax, parts.logLineBytesMax);
    const link: { ask: AskHost } = { ask: unavailable };
    const wasi = createWasi(log);
    const imports = { ...wasi.interfaces, ...createHostImports(parts, log, (ask) => link.ask(ask)) };
    try {
      const exports = await parts.glue.instantiate(
        (name) => parts.modules.get(name),
        imports,
        parts.modules.createInstantiate(),
      );
      return new GuestInstance(log, exports[parts.toolsExport] ?? {}, link, parts.text, wasi.end);
    } catch (error) {
      wasi.end();
      // How the engine says that a start function called an import that waits: there is nothing that could be suspended.
      const waits = error instanceof Error && error.message.startsWith("cannot block a synchronous task");
      throw new Error(
        waits ? "the host is unavailable during instantiation" : `${describeTrap(error)}\n${log.errorTail()}`.trimEnd(),
      );
    }
  }

  async call(tool: string, input: string, ask: AskHost): Promise<CallEnd> {
    this.#link.ask = ask;
    try {
      const { call } = this.#tools;
      if (typeof call !== "function") throw new Error("the component exports no `call`");
      return toOutput(await call(tool, input));
    } catch (error) {
      const payload = guestPayload(error);
      if (payload !== undefined) return { kind: "guest-error", text: payload };
      this.#endStreams();
      return { kind: "trap", text: describeTrap(error) };
    } finally {
      this.#endStreams();
      this.#text.delivered();
      this.#link.ask = unavailable;
    }
  }
}

async function unavailable(): Promise<GuestAnswer> {
  return { ok: false, error: { tag: "unavailable", val: "no call is running" } };
}

function toOutput(output: unknown): CallEnd {
  if (typeof output !== "object" || output === null) return { kind: "bad-output" };
  const { summary, content, isError } = output as Record<string, unknown>;
  if (typeof summary !== "string" || typeof isError !== "boolean") return { kind: "bad-output" };
  if (content !== undefined && typeof content !== "string") return { kind: "bad-output" };
  return { kind: "output", summary, content, isError };
}

/** The glue throws a result's error with the string as `payload`; everything else that is thrown is a trap. */
function guestPayload(error: unknown): string | undefined {
  if (!(error instanceof Error) || !Object.hasOwn(error, "payload")) return undefined;
  const { payload } = error as { payload?: unknown };
  return typeof payload === "string" ? payload : undefined;
}

/**
 * The first line is the message; then the frames that are the guest's own, for its author. The glue's frames name
 * folders of the host. What a running guest wrote to stderr is in its log already.
 */
function describeTrap(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const frames = error instanceof Error ? (error.stack ?? "").split("\n").slice(1) : [];
  return [
    message.replaceAll("\n", " "),
    ...frames.filter((frame) => frame.includes("(wasm:") || frame.includes("at wasm:")),
  ].join("\n");
}
