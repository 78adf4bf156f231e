import type { ParseArgsOptionsConfig } from "node:util";
import type { Places } from "../config/places.ts";
import type { Paint } from "../terminal/paint.ts";

// A command is thin: it parses its arguments, calls one function, and renders what came back.

/** What the command line needs of the machine. */
export interface CommandLine {
  readonly stdout: { write(text: string): unknown; readonly isTTY?: boolean };
  readonly stderr: { write(text: string): unknown; readonly isTTY?: boolean };
  readonly environment: { readonly [name: string]: string | undefined };
  readonly folder: string;
  readonly nowMs: () => number;
  readonly version: string;
}

/** What a command tells a program, beside the two keys that every result begins with. */
export interface CommandResult {
  readonly version?: never;
  readonly command?: never;
  readonly [key: string]: unknown;
}

/** What a command got from its caller. Everything that it touches comes through here, so that tests bring their own. */
export interface CommandContext {
  /** Positional arguments after the command's own words. */
  readonly positionals: readonly string[];
  /** Options by name; the ones that were not given are absent. */
  readonly options: { readonly [name: string]: string | boolean | readonly string[] | undefined };
  /** Whether `--json` was given: then `print` takes the one JSON document, and nothing else goes to stdout. */
  readonly json: boolean;
  readonly paint: Paint;
  readonly environment: { readonly [name: string]: string | undefined };
  readonly folder: string;
  readonly nowMs: () => number;
  readonly isTerminal: boolean;
  /** The workspace: `--workspace`, or the nearest parent with a `.yoi`. @throws {YoiError} YOI_WORKSPACE_INVALID */
  places(): Places;
  /** Text for a person on stdout; silent under `--json`. */
  say(text: string): void;
  /** The command's result for a program, under `--json` only: `{ version: 1, command, … }`. */
  result(value: CommandResult): void;
  /** Raw text on stdout whatever the options: for exports. */
  write(text: string): void;
  /** A line for a person on stderr. */
  warn(text: string): void;
}

/** One command of the command line. */
export interface Command {
  /** Arguments behind the command's name, as the usage line shows them. */
  readonly usage: string;
  readonly summary: string;
  readonly options?: ParseArgsOptionsConfig;
  /** How many positional arguments it takes. */
  readonly arity: readonly [min: number, max: number];
  /** Answers with the exit code. */
  run(context: CommandContext): Promise<number>;
}

/** Exit codes: what a script can tell apart. */
export const exit = { done: 0, broken: 1, usage: 2, denied: 3, pluginFailed: 4 } as const;
