import type { Finding } from "../errors/error-details.ts";
import { escapeText } from "../errors/escape-text.ts";
import { YoiError } from "../errors/yoi-error.ts";
import { wrap } from "../terminal/layout.ts";
import { choosePaint } from "../terminal/paint.ts";
import { renderFinding } from "../terminal/render-finding.ts";
import { type CommandLine, exit } from "./command.ts";
import { printJson } from "./print-json.ts";

/** Tells a person, or a program under `--json`, what went wrong, where and what to do; answers with the exit code. */
export function renderError(
  error: unknown,
  machine: CommandLine,
  { json, command }: { readonly json: boolean; readonly command: string | undefined },
): number {
  const paint = choosePaint(machine.stderr, machine.environment);
  // A fault of our own has no code. Its stack is for whoever debugs us, and only on request.
  const known = error instanceof YoiError ? error : undefined;
  const message = known?.message ?? "something broke inside of yoi; YOI_DEBUG=1 shows where";
  const findings = known === undefined ? [] : findingsOf(known);
  if (json) {
    const told = { code: known?.code ?? "YOI_INTERNAL", message, findings };
    machine.stdout.write(printJson({ version: 1, command: command ?? null, error: told }));
  } else {
    // Some errors have their first finding for a message: it is told once, with its place.
    const headline = findings[0]?.message === message ? problems(findings.length) : message;
    const [first = "", ...rest] = wrap(escapeText(headline, 1_000), "     ");
    const lines = [`${paint.bad("yoi:")} ${first.trimStart()}`, ...rest];
    lines.push(...findings.flatMap((finding) => renderFinding(finding, paint)));
    machine.stderr.write(`${lines.join("\n")}\n`);
  }
  if (known === undefined && (machine.environment["YOI_DEBUG"] ?? "") !== "")
    machine.stderr.write(`${String(error instanceof Error ? error.stack : error)}\n`);
  return exitCodeOf(known);
}

function problems(count: number): string {
  return count === 1 ? "1 problem" : `${count} problems`;
}

function findingsOf(error: YoiError): readonly Finding[] {
  return "findings" in error.details ? error.details.findings : [];
}

function exitCodeOf(error: YoiError | undefined): number {
  switch (error?.code) {
    case "YOI_USAGE":
      return exit.usage;
    case "YOI_PLUGIN_FAILED":
      return exit.pluginFailed;
    default:
      return exit.broken;
  }
}
