import type { Finding } from "../../../errors/error-details.ts";
import type { Paint } from "../../../terminal/paint.ts";
import { renderFinding } from "../../../terminal/render-finding.ts";
import type { PluginState } from "../../../workspace/plugin-state.ts";
import type { Survey } from "../../../workspace/survey-workspace.ts";
import type { CheckFinding } from "./check-finding.ts";

type PackageDiagnostic = PluginState["diagnostics"][number];

/** What is to be said of one plugin's entry. */
export interface EntryFindings {
  readonly plugin: string;
  /** What counts for nothing as it is written. */
  readonly wrong: readonly PackageDiagnostic[];
  /** What a plugin asks for and nobody has given it: that may well be meant. */
  readonly lacking: readonly PackageDiagnostic[];
}

/** The findings of every entry, after those that belong to none. */
export function entriesOf({ diagnostics, plugins }: Survey): readonly EntryFindings[] {
  const ofNone = diagnostics.filter(isOfEntry);
  const states = [...plugins.values()].map((state) => {
    const own = state.diagnostics.filter(isOfEntry);
    const isLacking = ({ kind }: PackageDiagnostic) => kind === "missing-grant" && state.pinned;
    return { plugin: titleOf(state), wrong: own.filter((one) => !isLacking(one)), lacking: own.filter(isLacking) };
  });
  return [{ plugin: "", wrong: ofNone, lacking: [] }, ...states];
}

function isOfEntry({ phase }: PackageDiagnostic): boolean {
  return phase === "resolution";
}

function titleOf({ ref, status }: PluginState): string {
  return `${ref}  ${status}`;
}

/** The findings of entries below their plugins, without what was said `before`, once for all plugins that want it. */
export function renderEntries(
  entries: readonly EntryFindings[],
  before: readonly Finding[],
  paint: Paint,
): readonly string[] {
  const isOwn = (one: Finding) => !before.some(({ message }) => message === one.message);
  return entries.flatMap(({ plugin, ...all }) => {
    const [wrong, lacking] = [all.wrong.filter(isOwn), all.lacking.filter(isOwn)];
    if (wrong.length + lacking.length === 0) return [];
    const indent = plugin === "" ? "" : "  ";
    return [
      ...(plugin === "" ? [] : [plugin]),
      ...wrong.flatMap((one) => renderFinding(one, paint, indent)),
      ...lacking.flatMap((one) => renderFinding(one, paint, indent, "!")),
    ];
  });
}

/** The same as findings of a check. */
export function ofEntries(entries: readonly EntryFindings[]): readonly CheckFinding[] {
  return entries.flatMap(({ wrong, lacking }) => [
    ...wrong.map((one) => ({ ...findingOf(one), severity: "error" as const })),
    ...lacking.map((one) => ({ ...findingOf(one), severity: "note" as const })),
  ]);
}

function findingOf({ message, remedy, place, plugin }: PackageDiagnostic) {
  const whose = plugin === undefined ? message : `${plugin}: ${message}`;
  return { rule: "plugin-entry", message: whose, remedy, ...(place !== undefined && { place }) };
}
