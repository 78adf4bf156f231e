import { existsSync } from "node:fs";
import { join, relative } from "node:path";
import ts from "typescript";
import { limits } from "../calls/limits.ts";
import type { Finding } from "../errors/error-details.ts";
import { toolchain } from "./toolchain.ts";

/** Type-checks a plugin with its own `tsconfig.json`, or with the one that new plugins get. Answers what is wrong. */
export function checkGuestTypes(folder: string, entry: string): readonly Finding[] {
  const config = readConfig(folder);
  if ("findings" in config) return config.findings;
  const program = ts.createProgram([entry, toolchain.hostImports], {
    ...config.options,
    noEmit: true,
    skipLibCheck: true,
    // The SDK of the host that builds is the one that is bundled, so it is also the one that is checked against.
    paths: { ...config.options.paths, "yoi/sdk": [toolchain.sdkTypes] },
  });
  return ts
    .getPreEmitDiagnostics(program)
    .slice(0, limits.findingsMax)
    .map((diagnostic) => toFinding(folder, diagnostic));
}

function readConfig(
  folder: string,
): { readonly options: ts.CompilerOptions } | { readonly findings: readonly Finding[] } {
  const own = join(folder, "tsconfig.json");
  const file = existsSync(own) ? own : join(toolchain.template, "tsconfig.json.template");
  const { config, error } = ts.readConfigFile(file, ts.sys.readFile);
  if (error !== undefined) return { findings: [toFinding(folder, error)] };
  const { options, errors } = ts.parseJsonConfigFileContent(config, ts.sys, folder);
  // TS18003, "no inputs were found", is about `include`; what is checked here is the entry.
  const wrong = errors.filter(({ code }) => code !== 18_003);
  return wrong.length > 0 ? { findings: wrong.map((diagnostic) => toFinding(folder, diagnostic)) } : { options };
}

function toFinding(folder: string, { file, start, messageText, code }: ts.Diagnostic): Finding {
  const said = ts.flattenDiagnosticMessageText(messageText, " ").replace(/\s+/g, " ");
  // The compiler would have the types of Node installed, of which a plugin has nothing.
  const [, module] = /'(node:[\w/]+)'/.exec(said) ?? [];
  const message =
    module === undefined ? `${said} (TS${code})` : `cannot import \`${module}\`: a plugin has no module of Node`;
  if (file === undefined) return { message };
  const name = relative(folder, file.fileName);
  if (start === undefined) return { message, place: { file: name } };
  const { line, character } = file.getLineAndCharacterOfPosition(start);
  return { message, place: { file: name, line: line + 1, column: character + 1 } };
}
