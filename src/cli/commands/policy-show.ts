import { escapeText } from "../../errors/escape-text.ts";
import { inspectWorkspace } from "../../host/inspect-workspace.ts";
import { spread, wrap } from "../../terminal/layout.ts";
import { type Command, exit } from "../command.ts";

/** `yoi policy show`: every policy in force, by layer, with its place. */
export const policyShow: Command = {
  usage: "",
  summary: "every policy that counts: shipped, the user's own, the workspace's, and compiled grants",
  arity: [0, 0],
  async run(context) {
    const { revision, problem } = await inspectWorkspace(context.places(), context.nowMs);
    if (problem !== undefined) throw problem;
    const policies = revision.sets.flatMap((set) => set.policies);
    const { paint } = context;
    for (const layer of ["invariant", "user", "workspace", "grant"] as const) {
      const own = policies.filter((policy) => policy.layer === layer);
      if (own.length > 0) context.say(paint.bold(titles[layer]));
      for (const { effect, name, place, annotations } of own) {
        const { file, line, column } = place;
        context.say(spread(`  ${effect} ${escapeText(name, 60)}`, paint.dim(`${file}:${line}:${column}`)));
        if (annotations["reason"] !== undefined)
          context.say(wrap(escapeText(annotations["reason"]), "    ").join("\n"));
      }
    }
    context.result({ digest: revision.digest, policies });
    return exit.done;
  },
};

const titles = {
  invariant: "Shipped with Yoi: they hold whatever anybody permits",
  user: "Your own: no workspace can lift a forbid in here",
  workspace: "This workspace's",
  grant: "Grants in yoi.toml",
} as const;
