import { resolve } from "node:path";
import { limits } from "../../calls/limits.ts";
import { showPath } from "../../config/places.ts";
import { createRegoFormatter } from "../../engines/rego/format-rego.ts";
import { escapeText } from "../../errors/escape-text.ts";
import { renderFinding } from "../../terminal/render-finding.ts";
import { findPolicyFiles, type PolicyFile } from "../../workbench/formatting/find-policy-files.ts";
import { type FormattedFile, formatFile } from "../../workbench/formatting/format-file.ts";
import { lineChanges } from "../../workbench/formatting/line-changes.ts";
import { type Command, type CommandContext, exit } from "../command.ts";

/** `yoi policy fmt`: lays policies out, and nothing but their white space changes. */
export const policyFmt: Command = {
  usage: "[FILE|FOLDER]… [--check]",
  summary:
    "lay policies out: the workspace's own, or those that are named\n--check writes nothing, and is 1 where something would change",
  options: { check: { type: "boolean" } },
  arity: [0, limits.policyFilesMax],
  async run(context) {
    const check = context.options["check"] === true;
    const files = await findPolicyFiles(namedFiles(context));
    const rego = createRegoFormatter();
    try {
      const done: FormattedFile[] = [];
      for (const file of files) done.push(await formatFile(file, rego, { check }));
      return told(context, done, check);
    } finally {
      await rego.close();
    }
  },
};

function namedFiles(context: CommandContext): readonly PolicyFile[] {
  if (context.positionals.length > 0) {
    return context.positionals.map((file) => ({ path: resolve(context.folder, file), file }));
  }
  const places = context.places();
  return [{ path: places.workspacePolicies, file: showPath(places.workspacePolicies, places) }];
}

function told(context: CommandContext, files: readonly FormattedFile[], check: boolean): number {
  const { paint } = context;
  for (const { file, change, findings, before, after } of files) {
    const shown = escapeText(file, limits.terminalTextMax);
    if (change === "formatted") context.say(`${paint.good("✓")} ${shown}`);
    if (change === "unformatted") context.say(`${paint.bad("✗")} ${shown}`);
    if (change === "unformatted" && before !== undefined && after !== undefined) sayChanges(context, before, after);
    for (const finding of findings) context.say(renderFinding(finding, paint).join("\n"));
  }
  const count = (change: FormattedFile["change"]) => files.filter((one) => one.change === change).length;
  const [unformatted, refused] = [count("unformatted"), count("refused")];
  const all = `${files.length} ${files.length === 1 ? "file" : "files"}`;
  const parts = [
    check ? `${all}, ${unformatted} would change` : `${all}, ${count("formatted")} changed`,
    ...(refused === 0 ? [] : [`${refused} left as ${refused === 1 ? "it is" : "they are"}, for what stands above`]),
  ];
  context.say(parts.join("; "));
  context.result({ check, files: files.map(({ file, change, findings }) => ({ file, change, findings })) });
  return unformatted + refused === 0 ? exit.done : exit.broken;
}

const linesShownMax = 12;
const lineTextMax = 70;

function sayChanges({ say, paint }: CommandContext, before: string, after: string): void {
  const changes = lineChanges(before, after);
  for (const { kind, line, text } of changes.slice(0, linesShownMax)) {
    const shown = `${String(line).padStart(5)} ${kind} ${escapeText(text, lineTextMax)}`;
    say(kind === "-" ? paint.bad(shown) : paint.good(shown));
  }
  if (changes.length > linesShownMax) say(paint.dim(`      and ${changes.length - linesShownMax} more lines`));
}
