import { resolve } from "node:path";
import type { Call } from "../../calls/call.ts";
import { limits } from "../../calls/limits.ts";
import { isAction } from "../../calls/powers.ts";
import { readBoundedFile } from "../../config/read-bounded-file.ts";
import { escapeText } from "../../errors/escape-text.ts";
import { YoiError } from "../../errors/yoi-error.ts";
import { callFromJson, callToJson } from "../../explain/call-in-json.ts";
import { explainCall } from "../../explain/explain-call.ts";
import type { Explanation } from "../../explain/explanation.ts";
import { addressOf, callForms, callWordsMax, parseCallWords, qualifyPlugin } from "../../explain/parse-call-words.ts";
import { renderExplanation, renderMarkdown, renderPage } from "../../explain/render-explanation.ts";
import { withChain } from "../../host/explain-chain.ts";
import { explainRecorded } from "../../host/explain-recorded.ts";
import { type Inspection, inspectWorkspace } from "../../host/inspect-workspace.ts";
import { readJournal } from "../../journal/read-journal.ts";
import { writeWholeFile } from "../../packages/write-whole-file.ts";
import { type Command, type CommandContext, exit } from "../command.ts";
import { findRecord } from "../find-record.ts";
import { jsonOfText } from "../json-of-text.ts";

/** `yoi plugin explain`: a recorded id, a call in words, or a call in a JSON file. */
export const pluginExplain: Command = {
  usage: "ID | WHO ACTION WHAT | FILE.json [--address IP]… [--full] [--markdown | --html] [--out FILE] [--exit-code]",
  summary: `why a call is allowed or denied, and what would change that; --address answers for a name server; --markdown is for a ticket, --html for a browser, and --out writes either to a file. In words:\n  ${Object.values(callForms).join("\n  ")}`,
  options: {
    address: { type: "string", multiple: true },
    full: { type: "boolean" },
    markdown: { type: "boolean" },
    html: { type: "boolean" },
    out: { type: "string" },
    "exit-code": { type: "boolean" },
  },
  arity: [1, callWordsMax],
  async run(context) {
    const form = formOf(context);
    await using inspection = await inspectWorkspace(context.places(), context.nowMs);
    const explanation = await withChain(await explain(context, inspection), inspection, context.nowMs());
    await tell(explanation, form, context);
    const { call } = explanation;
    context.result({ explanation: call === undefined ? explanation : { ...explanation, call: callToJson(call) } });
    return context.options["exit-code"] === true && isDenied(explanation) ? exit.denied : exit.done;
  },
};

type Form = "text" | "markdown" | "html";

/** In which form it is wanted. What cannot be meant is refused before anything is evaluated. */
function formOf({ options, json, isTerminal }: CommandContext): Form {
  const { markdown, html, out } = options;
  const forms = [json && "`--json`", markdown === true && "`--markdown`", html === true && "`--html`"];
  const given = forms.filter((form) => form !== false);
  if (given.length > 1) throw new YoiError("YOI_USAGE", `${given.join(" and ")} are two forms: choose one`, {});
  const form = markdown === true ? "markdown" : html === true ? "html" : "text";
  if (out !== undefined && form === "text")
    throw new YoiError("YOI_USAGE", "`--out` is for `--markdown` and `--html`: add one of them", {});
  if (form === "html" && out === undefined && isTerminal)
    throw new YoiError("YOI_USAGE", "a page is no use on a terminal: add `--out explanation.html`, or pipe it", {});
  return form;
}

async function tell(explanation: Explanation, form: Form, context: CommandContext): Promise<void> {
  const full = context.options["full"] === true;
  if (form === "text") return context.say(renderExplanation(explanation, context.paint, { full }).trimEnd());
  const text = form === "html" ? renderPage(explanation) : renderMarkdown(explanation, { full });
  const { out } = context.options;
  if (typeof out !== "string") return context.write(text);
  try {
    await writeWholeFile(resolve(context.folder, out), Buffer.from(text));
  } catch (cause) {
    const message = `\`${escapeText(out)}\` cannot be written: name a file that you may write`;
    throw new YoiError("YOI_USAGE", message, {}, { cause });
  }
  context.say(`Written: ${escapeText(out)}`);
}

async function explain(context: CommandContext, inspection: Inspection): Promise<Explanation> {
  const words = context.positionals;
  const [first = ""] = words;
  const given = context.options["address"];
  const answer = Array.isArray(given) ? given.map(addressOf) : [];
  if (words.length === 1 && !first.endsWith(".json")) {
    if (answer.length > 0) throw needsRequest();
    const reader = readJournal(inspection.survey.places.journal);
    return explainRecorded(findRecord(reader, first), reader, inspection);
  }
  const call =
    words.length === 1 ? await callOfFile(resolve(context.folder, first), first) : callOfWords(context, inspection);
  if (call.action !== "https.request" && answer.length > 0) throw needsRequest();
  const { judge, policies, survey } = inspection;
  return explainCall(call, { judge, policies, openings: survey.inventory.openings, answer });
}

function needsRequest(): YoiError {
  return new YoiError("YOI_USAGE", `\`--address\` is for a request: ${callForms["https.request"]}`, {});
}

/** Whether the request, or the connection to an address that is known, would be denied. */
function isDenied({ answer, addresses }: Explanation): boolean {
  return answer === "deny" || (addresses?.known === true && addresses.rows.some((row) => row.answer === "deny"));
}

const example = "example.notes fs.read notes/today.md";

function callOfWords(context: CommandContext, inspection: Inspection): Call {
  const known = [...inspection.survey.plugins.keys()];
  const [, action = ""] = context.positionals;
  if (!isAction(action) && context.positionals.length < 3) {
    const message = `a call in words is WHO ACTION WHAT, as in \`${example}\`; \`yoi plugin explain --help\` has each form`;
    throw new YoiError("YOI_USAGE", message, {});
  }
  return parseCallWords({
    words: context.positionals,
    nowMs: context.nowMs(),
    qualify: (id) => qualifyPlugin(id, known),
    parseInput: (text) => jsonOfText(text, "the input", limits.configFileBytesMax),
  });
}

async function callOfFile(path: string, named: string): Promise<Call> {
  const read = await readBoundedFile(path, limits.configFileBytesMax);
  if ("absent" in read) throw new YoiError("YOI_USAGE", `there is no file \`${named}\``, {});
  if ("problem" in read) throw new YoiError("YOI_USAGE", `\`${named}\` cannot be read: ${read.problem}`, {});
  return callFromJson(jsonOfText(read.text, `\`${named}\``, limits.configFileBytesMax));
}
