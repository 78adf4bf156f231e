import type { Explanation } from "../explanation.ts";
import { ownChange } from "../own-change.ts";
import { remedyOf } from "../remedy-of-cause.ts";
import type { Block, Part, Section } from "../report/report.ts";
import { pluginConcerned } from "../request-in-words.ts";

/** Of a denial: who can make a change, how, and what only the user's own configuration can open. */
export function remedySection(explanation: Explanation): Section {
  // What is allowed by now needs nobody to change it.
  if (explanation.cause === undefined || explanation.recorded?.now === "allow") return { title: "", blocks: [] };
  const { who, how } = explanation.remedy ?? remedyOf(explanation);
  const own = ownChange(explanation.request, explanation.verdicts);
  const changes = own === undefined ? (explanation.declaring ?? []) : [own];
  const plugin = pluginConcerned(explanation.request) ?? "<plugin>";
  return {
    title: "Who can change it",
    isPlain: true,
    blocks: [
      {
        kind: "facts",
        rows: [
          { label: "Who can", words: who },
          { label: "How", words: commandApart(how.replaceAll("<plugin>", plugin)) },
        ],
      },
      ...changes.flatMap(({ title, lines }): readonly Block[] => [
        { kind: "gap" },
        { kind: "line", words: title },
        { kind: "code", language: "toml", text: lines.join("\n") },
      ]),
    ],
  };
}

/** A command, and what stands behind it with room between. */
function commandApart(how: string): readonly Part[] {
  const [command = "", ...rest] = how.split(/(?= {3})/);
  return command.startsWith("yoi ") ? [{ code: command }, rest.join("")] : [how];
}
