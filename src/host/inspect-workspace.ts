import { type Broker, createBroker } from "../broker/broker.ts";
import { createRevisionHolder, type PolicyRevision } from "../broker/policy-revision.ts";
import { actions } from "../calls/powers.ts";
import type { Places } from "../config/places.ts";
import type { Effectors } from "../effectors/effector.ts";
import type { PolicyEngine, PolicySources } from "../engines/policy-engine.ts";
import { YoiError } from "../errors/yoi-error.ts";
import type { ExplainedPolicies } from "../explain/explained-policies.ts";
import { type Survey, surveyWorkspace } from "../workspace/survey-workspace.ts";
import type { BuiltinTools } from "./builtin-tools.ts";
import { explainable, explainedFrom } from "./explain-in-host.ts";
import { createEngines, loadRevision, refusedRevision } from "./load-revision.ts";
import { readOnlyJournal } from "./read-only-journal.ts";

/**
 * A workspace under inspection: everything can be asked, and nothing is written, run or registered. Once it is put away,
 * what its engines prepared answers no more.
 */
export interface Inspection extends AsyncDisposable {
  readonly survey: Survey;
  readonly engines: readonly PolicyEngine[];
  readonly revision: PolicyRevision;
  readonly sources?: PolicySources;
  /** Why there is no valid policy set: then every answer is a denial. */
  readonly problem?: YoiError;
  readonly judge: Broker["judge"];
  readonly policies: ExplainedPolicies;
}

/** Opens a workspace to look at it. Works in a read-only folder and on a full disk. */
export async function inspectWorkspace(
  places: Places,
  nowMs: () => number,
  builtin?: BuiltinTools,
): Promise<Inspection> {
  const engines = createEngines(places);
  const survey = await surveyWorkspace(places, builtin === undefined ? [] : [builtin.plugin]);
  const loaded = await loadRevision(engines, survey);
  const revision = "problem" in loaded ? refusedRevision() : loaded.revision;
  const sources = "problem" in loaded ? undefined : loaded.sources;
  const broker = createBroker({
    revisions: createRevisionHolder(revision),
    inventory: () => survey.inventory,
    effectors: neverPerformed,
    journal: readOnlyJournal,
    nowMs,
  });
  return {
    survey,
    engines,
    revision,
    ...(sources !== undefined && { sources }),
    ...("problem" in loaded && { problem: loaded.problem }),
    judge: broker.judge,
    policies: {
      ...explainable(revision, sources, engines),
      ...explainedFrom(survey),
      ...("problem" in loaded && { refused: loaded.problem.details.findings }),
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(engines.map((engine) => engine.close()));
    },
  };
}

const never = async (): Promise<never> => {
  throw new YoiError("YOI_EFFECT_FAILED", "an inspection performs nothing", { why: "unavailable" });
};
/** Effectors of whoever only judges: they stand for "somebody could do it", and refuse to. */
export const neverPerformed: Effectors = Object.fromEntries(actions.map((action) => [action, never]));
