import type { TestWorkspace } from "../support/workspaces.ts";

/** The moment at which the page is told: a Sunday evening. */
export const toldAtMs = Date.UTC(2026, 10, 22, 18, 30);

/** One broken policy of the page: its text, what is asked, what is answered, and its text once it is mended. */
export interface Stop {
  readonly title: string;
  readonly language: "cedar" | "rego";
  readonly broken: string;
  readonly command: string;
  readonly answer: string;
  /** Absent where no policy mends it. */
  readonly mended?: string;
}

const block = /^```(\w+)\n([\s\S]*?)^```$/gm;

/** Every stop of the page, in order. */
export function stopsOf(page: string): readonly Stop[] {
  return page
    .split(/^## /m)
    .slice(1)
    .map((section) => {
      const [broken, told, mended] = [...section.matchAll(block)];
      const [command = "", ...answer] = (told?.[2] ?? "").trimEnd().split("\n");
      return {
        title: section.slice(0, section.indexOf("\n")),
        language: broken?.[1] === "rego" ? "rego" : "cedar",
        broken: broken?.[2] ?? "",
        command: command.replace("$ yoi ", ""),
        answer: answer.join("\n"),
        ...(mended?.[2] !== undefined && { mended: mended[2] }),
      };
    });
}

/** The words of a command line, as a shell parts them where only single quotes are used. */
export function wordsOf(command: string): readonly string[] {
  return [...command.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? "");
}

/** What the command answers while this is the policy. */
export async function answerTo(workspace: TestWorkspace, { language, command }: Stop, policy: string): Promise<string> {
  const file = `.yoi/policies/tour.${language}`;
  workspace.write(file, policy);
  const { stdout, stderr } = await workspace.yoiAt(toldAtMs, ...wordsOf(command));
  workspace.remove(file);
  return (stdout + stderr).trimEnd();
}

/** The page with every answer as it is now. */
export async function retold(page: string, workspace: TestWorkspace): Promise<string> {
  let told = page;
  for (const stop of stopsOf(page)) {
    const answer = await answerTo(workspace, stop, stop.broken);
    const from = `$ yoi ${stop.command}\n${stop.answer}${stop.answer === "" ? "" : "\n"}\`\`\``;
    told = told.replace(from, () => `$ yoi ${stop.command}\n${answer}\n\`\`\``);
  }
  return told;
}

/** The digest of a set is another with every version of what ships. */
export function normal(page: string): string {
  return page.replace(/policies [0-9a-f]{7}\b/g, "policies DIGEST");
}
