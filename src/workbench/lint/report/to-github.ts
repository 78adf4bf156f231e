import { escapeText } from "../../../errors/escape-text.ts";
import type { CheckFinding } from "./check-finding.ts";

const commands = { error: "error", warning: "warning", note: "notice" } as const;
const textMax = 1_000;

/** The findings as commands that GitHub Actions reads from a step's output, one a line. */
export function toGithub(findings: readonly CheckFinding[], prefix: string): readonly string[] {
  return findings.map(({ rule, severity, message, remedy, place }) => {
    const file = place === undefined ? undefined : [prefix, place.file].filter((part) => part !== "").join("/");
    const properties = Object.entries({ file, line: place?.line, col: place?.column, title: `yoi: ${rule}` })
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => `${name}=${property(String(value))}`);
    const text = escapeText(remedy === undefined ? message : `${message}. ${remedy}`, textMax);
    return `::${commands[severity]} ${properties.join(",")}::${escaped(text)}`;
  });
}

// ATTACK: a line break in what a file says would end the command and begin another one (threats 34).
function escaped(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function property(text: string): string {
  return escaped(escapeText(text, textMax)).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
