import { write } from "yoi:host/log@2.0.0";
import { HttpError } from "./fetch-response.ts";
import { HostError } from "./host-error.ts";
import { showValue } from "./show-value.ts";
import { type ToolAnswer, toolError, toToolOutput, type WitToolOutput } from "./tool-output.ts";

/** One function per tool, each taking what the tool's `input_schema` describes. `Tools` is generated from it. */
export type ToolHandlers<Tools extends object> = {
  readonly [name in keyof Tools]: (input: Tools[name]) => ToolAnswer;
};

/** The interface `yoi:plugin/tools`, which a plugin exports under the name `tools`. */
export interface Plugin {
  call(name: string, input: string): WitToolOutput;
}

/**
 * A plugin's tools: `export const tools = definePlugin<Tools>({ … })`. The host has checked the input against its
 * schema. A `HostError` or `HttpError` that nobody caught becomes the tool's error answer; any other error ends the call
 * and is written to the plugin's log with its stack.
 */
export function definePlugin<Tools extends object>(handlers: ToolHandlers<Tools>): Plugin {
  return {
    call(name, input) {
      // The toolchain turns a throw into the world's `result` error, here a line for the agent.
      if (!isTool(handlers, name)) throw new Error(`there is no tool \`${name}\``);
      try {
        return toToolOutput(handlers[name](JSON.parse(input)));
      } catch (error) {
        if (error instanceof HostError || error instanceof HttpError) return toToolOutput(toolError(error.message));
        return trap(`uncaught in \`${name}\`: ${showValue(error)}`);
      }
    },
  };
}

function isTool<Tools extends object>(handlers: ToolHandlers<Tools>, name: PropertyKey): name is keyof Tools {
  return Object.hasOwn(handlers, name);
}

/**
 * Ends the instance. A throw would not: it would become an ordinary error answer, and a crash would look like
 * something that the plugin meant to say. An output of the wrong shape cannot be lowered, so the component traps.
 */
function trap(message: string): never {
  write("error", message);
  const unlowerable: unknown = undefined;
  return unlowerable as never;
}
