import { inspectWorkspace } from "../../host/inspect-workspace.ts";
import { wrap } from "../../terminal/layout.ts";
import { type Command, exit } from "../command.ts";
import { renderFinding } from "../render-error.ts";

/** `yoi policy check`: reads the whole set as a host would; 1 when it would be refused. */
export const policyCheck: Command = {
  usage: "",
  summary: "read every policy and the configuration, and say what is wrong",
  arity: [0, 0],
  async run(context) {
    const { survey, revision, problem } = await inspectWorkspace(context.places(), context.nowMs);
    const findings = problem !== undefined && "findings" in problem.details ? problem.details.findings : [];
    const entries = [...survey.diagnostics, ...[...survey.plugins.values()].flatMap((state) => state.diagnostics)];
    const grants = entries.filter((one) => one.phase === "resolution");
    const mounts = [...survey.mounts.findings.values()];
    const count = revision.sets.reduce((sum, set) => sum + set.policies.length, 0);
    for (const line of [...findings, ...mounts, ...grants].flatMap((finding) => renderFinding(finding, context.paint)))
      context.say(line);
    if (problem === undefined)
      context.say(
        `${context.paint.good("✓")} ${count} policies, each valid · ${revision.digest.replace("sha256:", "").slice(0, 7)}`,
      );
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
      diagnostics: grants,
    });
    return problem === undefined && mounts.length + grants.length === 0 ? exit.done : exit.broken;
  },
};
