import { readEvidence } from "../broker/evidence.ts";
import type { PolicyRevision } from "../broker/policy-revision.ts";
import { prepareAll } from "../broker/prepare-revision.ts";
import { putQuestion } from "../broker/put-question.ts";
import { limits } from "../calls/limits.ts";
import type { PolicyEngine, PolicySource, PolicySources } from "../engines/policy-engine.ts";
import { applyEdit } from "../explain/apply-edit.ts";
import type { ExplainedPolicies, TrialSets } from "../explain/explained-policies.ts";
import type { PolicyEdit } from "../explain/explanation.ts";
import { readJournal } from "../journal/read-journal.ts";
import type { Survey } from "../workspace/survey-workspace.ts";
import { pluginNow } from "./plugin-now.ts";

/** A revision as explanations want it: with a way to try changes of it. */
export function explainable(
  revision: PolicyRevision,
  sources: PolicySources | undefined,
  engines: readonly PolicyEngine[],
): ExplainedPolicies {
  const policies = sources?.policies ?? [];
  return {
    digest: revision.digest,
    sets: revision.sets,
    versions: revision.versions,
    newFile: untakenFile(policies),
    changed: (edits) =>
      edits.every(({ kind }) => kind === "add")
        ? addedTo(revision, engines, { ...sources, policies: edits.map(addedSource) })
        : changedWhole(engines, { ...sources, policies: editedSources(policies, edits) }),
  };
}

/** What explanations take from a workspace as it is now, whatever policies are explained. */
export function explainedFrom(survey: Survey): Pick<ExplainedPolicies, "know" | "put" | "denials"> {
  return {
    know: (plugin) => pluginNow(survey, plugin),
    put: (call, atMs) => {
      const { description, request } = putQuestion(call, survey.inventory, atMs);
      return { request, ...(description.flaw !== undefined && { flaw: description.flaw }) };
    },
    *denials(action) {
      const filter = { last: limits.recordedDenialsMax, action, answer: "deny" } as const;
      for (const { evidence } of readJournal(survey.places.journal).decisions(filter)) {
        if (evidence !== undefined) yield readEvidence(evidence).request;
      }
    },
  };
}

// The decision is the maximum of all verdicts, whichever set they come from, so what is added can answer by itself.
async function addedTo(
  { sets }: PolicyRevision,
  engines: readonly PolicyEngine[],
  sources: PolicySources,
): Promise<TrialSets> {
  const own = await prepareAll(
    engines.filter(({ name }) => name === "cedar"),
    sources,
  );
  return { sets: [...sets, ...own], dispose: () => own.forEach((set) => void set.dispose()) };
}

async function changedWhole(engines: readonly PolicyEngine[], sources: PolicySources): Promise<TrialSets> {
  const sets = await prepareAll(engines, sources);
  return { sets, dispose: () => sets.forEach((set) => void set.dispose()) };
}

function addedSource(edit: PolicyEdit): PolicySource {
  return { file: edit.file, layer: "workspace", language: "cedar", text: applyEdit("", edit) };
}

function editedSources(policies: readonly PolicySource[], edits: readonly PolicyEdit[]): readonly PolicySource[] {
  const changed = policies.map((source) => {
    const own = edits.filter((edit) => edit.kind === "replace" && edit.file === source.file);
    return own.length === 0 ? source : { ...source, text: own.reduce(applyEdit, source.text) };
  });
  return [...changed, ...edits.filter(({ kind }) => kind === "add").map(addedSource)];
}

function untakenFile(policies: readonly PolicySource[]): string {
  const taken = new Set(policies.map(({ file }) => file));
  for (let number = 1; ; number++) {
    const file = `.yoi/policies/suggested${number === 1 ? "" : `-${number}`}.cedar`;
    if (!taken.has(file)) return file;
  }
}
