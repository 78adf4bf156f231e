import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { JsonObject } from "../../src/calls/json.ts";
import { limits } from "../../src/calls/limits.ts";
import type { ToolOutput } from "../../src/calls/powers.ts";
import { YoiError } from "../../src/errors/yoi-error.ts";
import type { GuestAnswer, GuestAsk, SandboxPool } from "../../src/sandbox/sandbox.ts";
import { buildGuest } from "./build-guest.ts";
import { recordingHost } from "./sandboxes.ts";

/** What a guest answered, wrote to its log, and asked of its host. */
export interface Said {
  readonly output: ToolOutput | YoiError<"YOI_PLUGIN_FAILED">;
  readonly log: readonly string[];
  readonly asked: readonly GuestAsk[];
}

export interface GuestSurroundings {
  /** What its host answers to every ask, or to each in turn. */
  readonly answer?: GuestAnswer | readonly GuestAnswer[];
  readonly config?: string;
}

/** Calls a tool of a plugin of `fixtures/plugins`, built and in a sandbox. */
export async function callGuest(
  pool: SandboxPool,
  name: string,
  tool: string,
  input: JsonObject,
  { answer, config = "null" }: GuestSurroundings = {},
): Promise<Said> {
  const { componentPath } = await buildGuest(name);
  const bytes = await readFile(componentPath);
  const digest = `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
  const component = { plugin: `project:example.${name}`, digest, bytes, config, limits } as const;
  const host = recordingHost(...(answer === undefined ? [] : [answer]));
  const { signal } = new AbortController();
  const request = { tool, input: JSON.stringify(input), timeoutMs: limits.toolCallMs, signal, host };
  const output = await pool.call(component, request).catch((error: unknown) => {
    if (YoiError.is(error, "YOI_PLUGIN_FAILED")) return error;
    throw error;
  });
  return { output, log: host.lines, asked: host.asked };
}
