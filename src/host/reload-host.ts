import { limits } from "../calls/limits.ts";
import type { PolicySources } from "../engines/policy-engine.ts";
import type { YoiError } from "../errors/yoi-error.ts";
import { type Survey, surveyWorkspace } from "../workspace/survey-workspace.ts";
import { offersOf } from "../workspace/tool-offers.ts";
import type { HostParts } from "./host-parts.ts";
import { loadRevision } from "./load-revision.ts";
import { preparePlugin, registerTools, type UnregisteredTool } from "./register-tools.ts";

/** What is in force now. */
export interface HostState {
  readonly survey: Survey;
  /** Why the present policies were refused: then the last good set decides, or nothing is allowed. */
  readonly problem?: YoiError;
  /** What the set in force was made from. */
  readonly sources?: PolicySources;
  readonly unregistered: readonly UnregisteredTool[];
}

/**
 * Reads the workspace again. Enablement, pins and trust count at once; policies only when the whole new set is good.
 * What runs is asked about again, and every tool is decided again.
 */
export async function reloadHost(parts: HostParts, before?: HostState): Promise<HostState> {
  const { options, runner } = parts;
  const survey = await surveyWorkspace(options.places, [options.builtin.plugin]);
  parts.latest.survey = survey;
  for (const { message, place } of survey.ownFiles) parts.log.warn({ file: place?.file }, message);
  runner.forget();
  // What is no longer enabled ends now, and does not wait for policies to be read.
  await dropOldPermissions(parts);
  try {
    const policies = await reloadPolicies(parts, survey, before?.sources);
    await dropOldPermissions(parts);
    return { survey, unregistered: await registerAll(parts, survey), ...policies };
  } catch (error) {
    // FAIL-CLOSED: enablement counts already, so whatever else goes wrong, what it no longer allows must end.
    await dropOldPermissions(parts);
    throw error;
  }
}

/**
 * Ends the spares and the connections, which were made under the old state of things, and the calls that are no longer
 * allowed.
 */
async function dropOldPermissions({ pool, broker, network, latest }: HostParts): Promise<void> {
  pool.dropSpares();
  await broker.revoke();
  await network.renew(latest.survey.config.network);
}

async function reloadPolicies(
  parts: HostParts,
  survey: Survey,
  inForce: PolicySources | undefined,
): Promise<Pick<HostState, "problem" | "sources">> {
  const { engines, journal, log, record, revisions } = parts;
  const loaded = await loadRevision(engines, survey);
  if ("problem" in loaded) {
    const { problem } = loaded;
    log.error(
      { code: problem.code, findings: problem.details.findings },
      "policies refused; the last good set decides",
    );
    await record({ what: "policies-refused", message: problem.message });
    return { problem, ...(inForce !== undefined && { sources: inForce }) };
  }
  const { revision, sources } = loaded;
  if (revision.digest === revisions.current().digest) {
    for (const set of revision.sets) set.dispose();
    return { sources };
  }
  await journal.keepPolicySet(revision.digest, JSON.stringify(sources));
  revisions.switchTo(revision);
  await record({ what: "policies-loaded", message: "a policy set is in force", policies: revision.digest });
  return { sources };
}

async function registerAll(parts: HostParts, survey: Survey): Promise<readonly UnregisteredTool[]> {
  const { options, broker, registry, offers } = parts;
  const offer = options.offer ?? ((state) => (state.enablement === undefined ? [] : offersOf(state)));
  const offered = [...options.builtin.offers, ...[...survey.plugins.values()].flatMap(offer)];
  offers.replace(offered);
  const left = await registerTools(broker, registry, offered, options.nowMs);
  for (const { offer, why, decision } of left) parts.log.warn({ tool: offer.id, why, decision }, "tool not registered");
  const registered = registry.list().filter((offer) => offer.origin.kind === "plugin");
  // As many as may stand ready at once: one more would only push another out.
  const ready = [...new Set(registered.map((offer) => offer.plugin))].slice(0, limits.sandboxesMax);
  await Promise.all(ready.map((plugin) => preparePlugin(broker, plugin, options.nowMs)));
  return left;
}
