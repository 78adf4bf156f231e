import { parseArgs } from "node:util";
import { placesOf } from "../config/places.ts";
import { suggestName } from "../errors/suggest-name.ts";
import { YoiError } from "../errors/yoi-error.ts";
import { table, wrap } from "../terminal/layout.ts";
import { choosePaint } from "../terminal/paint.ts";
import { type Command, type CommandContext, type CommandLine, exit } from "./command.ts";
import { type CommandRow, commandTable } from "./command-table.ts";
import { findWorkspace } from "./find-workspace.ts";
import { printJson } from "./print-json.ts";
import { renderError } from "./render-error.ts";

/** Runs one command and answers with its exit code. Whatever goes wrong is told on stderr, never as a stack trace. */
export async function runCommandLine(words: readonly string[], machine: CommandLine): Promise<number> {
  const json = words.includes("--json");
  let command: string | undefined;
  try {
    const isHelp = words.some((word) => word === "--help" || word === "-h") || words[0] === "help";
    const asked = words[0] === "help" ? words.slice(1) : words;
    const first = asked.find((word) => !word.startsWith("-"));
    if ((words.includes("--version") && first === undefined) || (first === "version" && asked.length === 1)) {
      machine.stdout.write(
        json ? printJson({ version: 1, command: null, yoi: machine.version }) : `yoi ${machine.version}\n`,
      );
      return exit.done;
    }
    const group = isHelp ? commandTable.filter((one) => one.words.startsWith(`${first} `)) : [];
    if (first === undefined || (group.length > 0 && asked.filter((word) => !word.startsWith("-")).length === 1)) {
      machine.stdout.write(overview(machine.version, first === undefined ? commandTable : group));
      return isHelp ? exit.done : exit.usage;
    }
    const { row, rest } = findCommand(asked);
    command = row.words;
    const loaded = await row.load();
    if (isHelp) {
      machine.stdout.write(usageOf(row, loaded));
      return exit.done;
    }
    return await loaded.run(contextOf(row, loaded, rest, machine));
  } catch (error) {
    return renderError(error, machine, { json, command });
  }
}

function findCommand(words: readonly string[]): { readonly row: CommandRow; readonly rest: readonly string[] } {
  // Options may stand before the command: `yoi --workspace here plugin list`.
  const valued = new Set(["--workspace"]);
  const at = words.findIndex((word, index) => !word.startsWith("-") && !valued.has(words[index - 1] ?? ""));
  const before = at < 0 ? words : words.slice(0, at);
  const after = at < 0 ? [] : words.slice(at);
  for (const length of [2, 1]) {
    const row = commandTable.find((one) => one.words === after.slice(0, length).join(" "));
    if (row !== undefined) return { row, rest: [...before, ...after.slice(length)] };
  }
  const group = commandTable.filter((one) => one.words.startsWith(`${after[0]} `));
  const tried = (group.length > 0 ? after.slice(0, 2) : after.slice(0, 1)).join(" ");
  const groups = new Set(commandTable.map((one) => one.words.split(" ")[0] ?? ""));
  const near = group.length > 0 ? group : commandTable;
  const meant = suggestName(tried, [...near.map((one) => one.words), ...(group.length > 0 ? [] : groups)]);
  const hint =
    meant !== undefined
      ? `did you mean \`yoi ${meant}\`?`
      : group.length > 0
        ? `known: ${group.map((one) => one.words).join(", ")}`
        : "`yoi help` lists the commands";
  throw new YoiError("YOI_USAGE", `no command \`yoi ${tried}\`; ${hint}`, {});
}

function contextOf(row: CommandRow, command: Command, rest: readonly string[], machine: CommandLine): CommandContext {
  const { values, positionals } = parseWords(row, command, rest);
  const json = values["json"] === true;
  return {
    positionals,
    options: values,
    json,
    paint: choosePaint(machine.stdout, machine.environment),
    environment: machine.environment,
    folder: machine.folder,
    nowMs: machine.nowMs,
    isTerminal: machine.stdout.isTTY === true,
    places: () => placesOf(findWorkspace(machine.folder, textOption(values["workspace"])), machine.environment),
    say: (text) => void (json || machine.stdout.write(`${text}\n`)),
    result: (value) => void (json && machine.stdout.write(printJson({ version: 1, command: row.words, ...value }))),
    write: (text) => void machine.stdout.write(text),
    warn: (text) => void machine.stderr.write(`${text}\n`),
  };
}

function textOption(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function parseWords(row: CommandRow, command: Command, rest: readonly string[]) {
  const options = { workspace: { type: "string" }, json: { type: "boolean" }, ...command.options } as const;
  try {
    const parsed = parseArgs({ args: [...rest], options, allowPositionals: true, strict: true });
    const [min, max] = command.arity;
    if (parsed.positionals.length >= min && parsed.positionals.length <= max) return parsed;
  } catch {
    const known = Object.keys(options).map((name) => `--${name}`);
    const unknown = rest.find(
      (word) => word.startsWith("-") && word !== "--" && !known.includes(word.split("=")[0] ?? ""),
    );
    const meant = unknown === undefined ? undefined : suggestName(unknown, known);
    const what = unknown === undefined ? "an option lacks its value" : `no option \`${unknown}\``;
    throw new YoiError(
      "YOI_USAGE",
      `${what}${meant === undefined ? "" : `; did you mean \`${meant}\`?`}; usage: yoi ${row.words} ${command.usage}`.trimEnd(),
      {},
    );
  }
  throw new YoiError("YOI_USAGE", `usage: yoi ${row.words} ${command.usage}`.trimEnd(), {});
}

function overview(version: string, shown: readonly CommandRow[]): string {
  const rows = shown.map((row) => [`yoi ${row.words}`, row.summary]);
  return `yoi ${version}: nothing happens that policy did not allow

${table(rows, "  ").join("\n")}

Every command takes --workspace DIR, --json and --help.
Exit codes: 0 done or allowed · 1 broken · 2 usage · 3 denied · 4 plugin failed
`;
}

function usageOf(row: CommandRow, command: Command): string {
  const options = Object.entries(command.options ?? {}).map(
    ([name, option]) => `--${name}${option.type === "string" ? " VALUE" : ""}`,
  );
  const summary = command.summary.split("\n").flatMap((line) => wrap(line, "  "));
  return `${wrap(`yoi ${row.words} ${command.usage}`.trimEnd(), "    ").join("\n").trimStart()}
${summary.join("\n")}

${wrap(`Options: ${[...options, "--workspace DIR", "--json"].join(", ")}`, "  ")
  .join("\n")
  .trimStart()}
`;
}
