import { strayFiles } from "../../engines/load-policies.ts";
import type { Finding } from "../../errors/error-details.ts";
import { inspectWorkspace } from "../../host/inspect-workspace.ts";
import type { PackageDiagnostic } from "../../packages/package-diagnostic.ts";
import { wrap } from "../../terminal/layout.ts";
import type { Paint } from "../../terminal/paint.ts";
import { renderFinding } from "../../terminal/render-finding.ts";
import type { PluginState } from "../../workspace/plugin-state.ts";
import { ownPolicyFolders } from "../../workspace/policy-sources.ts";
import type { Survey } from "../../workspace/survey-workspace.ts";
import { type Command, exit } from "../command.ts";

/** `yoi policy check`: reads the whole set as a host would; 1 when it would be refused or something in it counts for nothing. */
export const policyCheck: Command = {
  usage: "",
  summary: "read every policy and the configuration, and say what is wrong",
  arity: [0, 0],
  async run(context) {
    const { survey, revision, problem } = await inspectWorkspace(context.places(), context.nowMs);
    const findings = problem !== undefined && "findings" in problem.details ? problem.details.findings : [];
    const mounts = [...survey.mounts.findings.values(), ...survey.ownFiles];
    const ofEntries = entriesOf(survey);
    const notes = (await Promise.all(ownPolicyFolders(survey).map(strayFiles))).flat();
    const count = revision.sets.reduce((sum, set) => sum + set.policies.length, 0);
    const { paint } = context;
    for (const finding of [...findings, ...mounts]) context.say(renderFinding(finding, paint).join("\n"));
    for (const { plugin, wrong, lacking } of ofEntries) {
      // What is wrong with a mount was said above, once for all plugins that want it.
      const own = (one: Finding) => !mounts.some(({ message }) => message === one.message);
      sayOf(context.say, plugin, { wrong: wrong.filter(own), lacking: lacking.filter(own) }, paint);
    }
    for (const note of notes) context.say(renderFinding(note, paint, "", "!").join("\n"));
    const digest = revision.digest.replace("sha256:", "").slice(0, 7);
    if (problem === undefined) context.say(`${paint.good("✓")} ${count} policies, each valid · ${digest}`);
    else
      context.say(
        `${findings.length} ${findings.length === 1 ? "problem" : "problems"}: the set is refused, and a host keeps the last good one`,
      );
    if (!survey.trust.trusted)
      context.say(wrap(`! its own policies were not read: ${survey.trust.because}`, "").join("\n"));
    context.result({
      valid: problem === undefined,
      policies: count,
      digest: revision.digest,
      trusted: survey.trust.trusted,
      findings: [...findings, ...mounts],
      diagnostics: ofEntries.flatMap(({ wrong, lacking }) => [...wrong, ...lacking]),
      notes,
    });
    const isWrong = mounts.length > 0 || ofEntries.some(({ wrong }) => wrong.length > 0);
    return problem === undefined && !isWrong ? exit.done : exit.broken;
  },
};

interface EntryFindings {
  readonly plugin: string;
  /** What counts for nothing as it is written. */
  readonly wrong: readonly PackageDiagnostic[];
  /** What a plugin asks for and nobody has given it: that may well be meant. */
  readonly lacking: readonly PackageDiagnostic[];
}

function entriesOf({ diagnostics, plugins }: Survey): readonly EntryFindings[] {
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

function sayOf(
  say: (text: string) => void,
  plugin: string,
  { wrong, lacking }: Omit<EntryFindings, "plugin">,
  paint: Paint,
): void {
  if (wrong.length + lacking.length === 0) return;
  const indent = plugin === "" ? "" : "  ";
  if (plugin !== "") say(plugin);
  for (const one of wrong) say(renderFinding(one, paint, indent).join("\n"));
  for (const one of lacking) say(renderFinding(one, paint, indent, "!").join("\n"));
}
