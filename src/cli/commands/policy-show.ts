import { actions, isAction } from "../../calls/powers.ts";
import { suggestName } from "../../errors/suggest-name.ts";
import { YoiError } from "../../errors/yoi-error.ts";
import { qualifyPlugin } from "../../explain/parse-call-words.ts";
import { type Inspection, inspectWorkspace } from "../../host/inspect-workspace.ts";
import { listPolicies, type PolicyFilter } from "../../workbench/show/list-policies.ts";
import { renderPolicies } from "../../workbench/show/render-policies.ts";
import { type Command, type CommandContext, exit } from "../command.ts";
import { warnUntrusted } from "../warn-untrusted.ts";

/** `yoi policy show`: every policy in force, by layer, with its place; with `--full`, its text. */
export const policyShow: Command = {
  usage: "[--plugin ID] [--action NAME] [--full]",
  summary:
    "every policy that counts: shipped, the user's own, the workspace's, and compiled grants; --full shows what each says",
  options: { plugin: { type: "string" }, action: { type: "string" }, full: { type: "boolean" } },
  arity: [0, 0],
  async run(context) {
    await using inspection = await inspectWorkspace(context.places(), context.nowMs);
    const { revision, problem, sources, survey } = inspection;
    if (problem !== undefined) throw problem;
    const filter = filterOf(context, inspection);
    const full = context.options["full"] === true;
    const { policies, bundles } = listPolicies(revision.sets, sources ?? { policies: [] }, filter);
    const list = renderPolicies({ policies, bundles }, context.paint, full);
    context.say(list === "" ? "No policy can apply to that: it is denied." : list);
    const engines = [...revision.versions].map(([name, version]) => `${name} ${version}`);
    const total = `${policies.length} ${policies.length === 1 ? "policy" : "policies"}`;
    context.say(`\n${total} · ${engines.join(" + ")} · ${revision.digest.replace("sha256:", "").slice(0, 7)}`);
    warnUntrusted(context, inspection);
    context.result({
      digest: revision.digest,
      engines,
      trusted: survey.trust.trusted,
      policies: policies.map(({ text, ...policy }) => (full ? { ...policy, text } : policy)),
      bundles,
    });
    return exit.done;
  },
};

function filterOf({ options }: CommandContext, { survey }: Inspection): PolicyFilter {
  const { plugin, action } = options;
  if (typeof action === "string" && !isAction(action)) {
    const meant = suggestName(action, actions);
    const hint = meant === undefined ? `known: ${actions.join(", ")}` : `did you mean \`${meant}\`?`;
    throw new YoiError("YOI_USAGE", `there is no action \`${action}\`; ${hint}`, {});
  }
  return {
    ...(typeof plugin === "string" && { plugin: qualifyPlugin(plugin, [...survey.plugins.keys()]) }),
    ...(typeof action === "string" && isAction(action) && { action }),
  };
}
