import { createHash } from "node:crypto";
import { escapeText } from "../../../errors/escape-text.ts";
import { type CheckFinding, checkRules, isLintRule, pageOf } from "./check-finding.ts";

const schema = "https://json.schemastore.org/sarif-2.1.0.json";
const root = "%SRCROOT%";
const textMax = 1_000;

/** What a report says of the tool, and of the place that it was run in. */
export interface SarifContext {
  readonly version: string;
  /** The workspace, as it is seen from where the tool runs. */
  readonly prefix: string;
  /** The text of a page of the documentation, by its path. */
  readonly readPage: (page: string) => string;
}

/** The findings as SARIF 2.1.0, with the page of each lint rule; files are relative to the context's prefix. */
export function toSarif(findings: readonly CheckFinding[], { version, prefix, readPage }: SarifContext): object {
  const rules = checkRules.map(({ id, severity, summary }) => ({
    id,
    shortDescription: { text: summary },
    help: { text: pageOf(id), ...(isLintRule(id) && { markdown: readPage(pageOf(id)) }) },
    defaultConfiguration: { level: severity },
  }));
  const told = new Map<string, number>();
  const results = findings.map((finding) => {
    const identity = identityOf(finding);
    const nth = (told.get(identity) ?? 0) + 1;
    told.set(identity, nth);
    return {
      ruleId: finding.rule,
      ruleIndex: rules.findIndex(({ id }) => id === finding.rule),
      level: finding.severity,
      message: { text: textOf(finding) },
      locations: locationsOf(finding, prefix),
      partialFingerprints: { "yoiFinding/v1": createHash("sha256").update(`${identity} ${nth}`).digest("hex") },
    };
  });
  const driver = { name: "yoi", semanticVersion: version, rules };
  return { $schema: schema, version: "2.1.0", runs: [{ tool: { driver }, columnKind: "unicodeCodePoints", results }] };
}

/** What stays the same when lines move: the rule, the file, the policy, and the words without the places in them. */
function identityOf({ rule, place, policy, message }: CheckFinding): string {
  return JSON.stringify([rule, place?.file, policy, message.replace(/:\d+(?::\d+)?\b/g, "")]);
}

function textOf({ message, remedy }: CheckFinding): string {
  return escapeText(remedy === undefined ? message : `${message}. ${remedy}`, textMax);
}

function locationsOf({ place }: CheckFinding, prefix: string): readonly object[] {
  if (place === undefined) return [];
  const { file, line, column } = place;
  const isOwn = !file.startsWith("~") && !file.startsWith("/");
  const path = (isOwn ? [...prefix.split("/"), ...file.split("/")] : file.split("/")).filter((part) => part !== "");
  const uri = path.map(encodeURIComponent).join("/");
  const region =
    line === undefined ? {} : { region: { startLine: line, ...(column !== undefined && { startColumn: column }) } };
  return [{ physicalLocation: { artifactLocation: { uri, ...(isOwn && { uriBaseId: root }) }, ...region } }];
}
