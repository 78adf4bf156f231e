import type { Finding } from "../errors/error-details.ts";
import { escapeText } from "../errors/escape-text.ts";
import { YoiError } from "../errors/yoi-error.ts";
import { wrap } from "../terminal/layout.ts";
import { choosePaint, type Paint } from "../terminal/paint.ts";
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
    const [first = "", ...rest] = wrap(escapeText(message, 1_000), "     ");
    const lines = [`${paint.bad("yoi:")} ${first.trimStart()}`, ...rest];
    lines.push(...findings.flatMap((finding) => renderFinding(finding, paint)));
    machine.stderr.write(`${lines.join("\n")}\n`);
  }
  if (known === undefined && (machine.environment["YOI_DEBUG"] ?? "") !== "")
    machine.stderr.write(`${String(error instanceof Error ? error.stack : error)}\n`);
  return exitCodeOf(known);
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

/** `file:line:column  message` with the remedy below it, all behind one indent. */
export function renderFinding(finding: Finding, paint: Paint, indent = ""): readonly string[] {
  const { place } = finding;
  const where =
    place === undefined
      ? ""
      : `${[place.file, place.line, place.column].filter((part) => part !== undefined).join(":")}  `;
  const [first = "", ...rest] = wrap(escapeText(where + finding.message, 1_000), `${indent}  `);
  return [
    `${indent}${paint.bad("✗")} ${first.trimStart()}`,
    ...rest,
    ...(finding.remedy === undefined ? [] : wrap(escapeText(finding.remedy, 1_000), `${indent}    `).map(paint.dim)),
  ];
}
