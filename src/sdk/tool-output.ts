import { toWellFormed } from "./well-formed.ts";

/** What a tool gives back: one line that stays in the agent's history, and content that pruning may drop. */
export interface ToolOutput {
  readonly summary: string;
  readonly content?: string;
}

/**
 * What a tool may return: text, a `ToolOutput`, or anything that JSON can hold. Not a promise: host calls answer
 * at once, and nothing would wait for it.
 */
export type ToolAnswer = string | number | boolean | null | ToolOutput | (object & { readonly then?: never });

/** The record `tool-output` of `yoi:plugin/tools`. */
export interface WitToolOutput {
  readonly summary: string;
  readonly content: string | null;
  readonly isError: boolean;
}

const summaryCharactersMax = 200;

class ToolFailure {
  readonly summary: string;

  constructor(summary: string) {
    this.summary = summary;
  }
}

/** The answer of a tool that could not do what it was asked, in one line for the agent. Return it; it is no exception. */
export function toolError(summary: string): ToolAnswer {
  return new ToolFailure(summary);
}

/**
 * An answer as the host takes it. The summary of plain text or JSON is its first line, cut short.
 * An answer that JSON cannot hold is a TypeError.
 */
export function toToolOutput(answer: unknown): WitToolOutput {
  const { summary, content, isError } = outputOf(answer);
  return { summary: toWellFormed(summary), content: content === null ? null : toWellFormed(content), isError };
}

function outputOf(answer: unknown): WitToolOutput {
  if (answer instanceof ToolFailure) return { summary: oneLine(answer.summary), content: null, isError: true };
  if (isToolOutput(answer)) {
    return { summary: oneLine(answer.summary), content: answer.content ?? null, isError: false };
  }
  if (typeof answer === "object" && answer !== null && "then" in answer) {
    throw new TypeError("a tool cannot be async: host calls answer at once, and nothing waits for a promise");
  }
  const content = typeof answer === "string" ? answer : JSON.stringify(answer);
  if (content === undefined) throw new TypeError("a tool must return text or something that JSON can hold");
  return { summary: summarize(content), content, isError: false };
}

function isToolOutput(answer: unknown): answer is ToolOutput {
  if (typeof answer !== "object" || answer === null || !("summary" in answer)) return false;
  const { summary, content, ...rest } = { content: undefined, ...answer };
  return (
    typeof summary === "string" &&
    (content === undefined || typeof content === "string") &&
    Object.keys(rest).length === 0
  );
}

function summarize(content: string): string {
  const line = oneLine(content.trimStart().split("\n", 1)[0] ?? "");
  return line.length > summaryCharactersMax ? `${line.slice(0, summaryCharactersMax - 1)}…` : line || "done";
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}
