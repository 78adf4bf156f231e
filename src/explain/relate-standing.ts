import type { Action } from "../calls/powers.ts";
import type { AuthorizationRequest } from "../calls/value.ts";
import type { DenyDecision } from "../decisions/decision.ts";
import type { Finding } from "../errors/error-details.ts";
import { type DeclaredNow, type DeclaringChange, declaringChanges } from "./declaring-changes.ts";
import { pluginConcerned, secretsIn } from "./request-in-words.ts";

/** One trouble with a plugin, as `plugin list` has it. */
export interface Trouble extends Finding {
  readonly kind: string;
}

/** What is known of a plugin as things are now. */
export interface PluginNow {
  readonly troubles: readonly Trouble[];
  /** What its manifest asks for, in words, by what it is about. */
  readonly asks: readonly { readonly about: "tool" | "file" | "url" | "secret"; readonly words: string }[];
  /** What is declared, bound and granted; absent where there is no package. */
  readonly declared?: DeclaredNow;
}

/** What a denial has to do with how the plugin stands. */
export interface Standing {
  /** What is wrong with the plugin, where that is why. */
  readonly troubles?: readonly Trouble[];
  /** What was wanted and is not asked for in the manifest, beside what is. */
  readonly undeclared?: { readonly wanted: string; readonly asks: readonly string[] };
  /** Of what is undeclared: the lines with which it no longer would be. */
  readonly declaring?: readonly DeclaringChange[];
}

/** Picks from what is known of a plugin what a denial comes from. A permit or a forbid of an operator's is no matter of it. */
export function relateStanding(
  request: AuthorizationRequest,
  decision: DenyDecision,
  know: (plugin: string) => PluginNow | undefined,
): Standing {
  const now = know(pluginConcerned(request) ?? "");
  if (now === undefined) return {};
  const by = decision.verdicts.flatMap(({ determining }) => determining.map(({ name }) => name));
  const troubles = troublesBehind(request, decision, now.troubles);
  const isUndeclared = decision.cause === "undeclared" && by.includes("ask-is-declared");
  const isOfManifest = decision.cause === "undeclared" && now.declared !== undefined;
  const declaring = isOfManifest ? declaringChanges(request, decision.verdicts, now.declared) : [];
  return {
    ...(troubles.length > 0 && { troubles }),
    ...(declaring.length > 0 && { declaring }),
    ...(isUndeclared && { undeclared: { wanted: wantedBy(request), asks: asksAbout(request, now.asks) } }),
  };
}

function troublesBehind(
  { resource }: AuthorizationRequest,
  { cause }: DenyDecision,
  troubles: readonly Trouble[],
): readonly Trouble[] {
  if (cause === "not-enabled" || cause === "not-pinned") return troubles;
  if (cause !== "undeclared") return [];
  // Of what an entry does not provide for, what it says of the very mount, tool or secret.
  const name = resource.type === "Path" ? mountOf(resource.id) : resource.id.split("/").at(-1);
  return troubles.filter(({ message }) =>
    message.includes(`${resource.type === "Path" ? "mount" : resource.type.toLowerCase()} \`${name}\``),
  );
}

function wantedBy({ action, resource, context }: AuthorizationRequest): string {
  const { method } = context;
  switch (action) {
    case "https.request":
      return `${String(method)} ${resource.id}${withSecrets(secretsIn(context))}`;
    case "network.connect":
      return `a connection for ${resource.id}`;
    case "secret.use":
      return `the secret ${resource.id}`;
    default:
      return resource.type === "Path" ? `${action.replace("fs.", "")} in ${mountOf(resource.id)}/` : resource.id;
  }
}

function mountOf(path: string): string {
  return path.slice(0, `${path}/`.indexOf("/"));
}

function withSecrets(names: readonly string[]): string {
  return names.length === 0 ? "" : ` with the secret ${names.join(", ")}`;
}

function asksAbout({ action, context }: AuthorizationRequest, asks: PluginNow["asks"]): readonly string[] {
  const hasSecret = secretsIn(context).length > 0;
  return asks
    .filter(({ about }) => about === subjectOf(action) || (hasSecret && about === "secret"))
    .map(({ words }) => words);
}

function subjectOf(action: Action): PluginNow["asks"][number]["about"] {
  if (action.startsWith("fs.")) return "file";
  if (action === "secret.use") return "secret";
  return action === "https.request" || action === "network.connect" ? "url" : "tool";
}
