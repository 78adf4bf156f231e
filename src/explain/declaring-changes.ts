import { canonicalUrl } from "../calls/canonical-url.ts";
import { isSafeMethod } from "../calls/http-method.ts";
import { parseToolId } from "../calls/identifiers.ts";
import { type ToolEffect, toolEffects } from "../calls/inventory.ts";
import { fsOperations } from "../calls/powers.ts";
import { coversUrl, parseUrlPattern } from "../calls/url-pattern.ts";
import type { AuthorizationRequest } from "../calls/value.ts";
import type { Verdict } from "../decisions/verdict.ts";
import type { OwnChange } from "./own-change.ts";
import { entityIn, pluginConcerned, secretsIn } from "./request-in-words.ts";

/** What a plugin's manifest asks for and what its entry gives it, as far as declarations go. */
export interface DeclaredNow {
  readonly tools: readonly { readonly name: string; readonly effects: readonly ToolEffect[] }[];
  readonly mounts: readonly { readonly mount: string; readonly operations: readonly string[] }[];
  readonly urls: readonly { readonly url: string; readonly methods: readonly string[] }[];
  readonly secrets: readonly string[];
  /** The effects that its entry grants. */
  readonly granted: readonly ToolEffect[];
  /** The manifest's name of a mount → the workspace's, as its entry binds them. */
  readonly bound: { readonly [mount: string]: string };
  /** The workspace's mounts, by name. */
  readonly workspaceMounts: readonly string[];
}

/** Lines that would declare, bind, grant or define what was asked for; who writes them is who keeps the file. */
export interface DeclaringChange extends OwnChange {
  readonly file: "plugin.toml" | ".yoi/yoi.toml" | "~/.config/yoi/yoi.toml";
  /** Of one key that is set in a table: a line by which the table is known. Absent where whole tables are added. */
  readonly beside?: string;
}

/**
 * What the manifest, the entry or the user's own file would have to say, so that a call is no longer undeclared: for
 * each of the shipped forbids that hold it back for that. Whether it is then permitted is another question.
 */
export function declaringChanges(
  request: AuthorizationRequest,
  verdicts: readonly Verdict[],
  now: DeclaredNow,
): readonly DeclaringChange[] {
  const by = new Set(verdicts.flatMap(({ determining }) => determining).map(({ layer, name }) => `${layer} ${name}`));
  const changes: readonly (readonly [forbid: string, change: (asked: Asked) => readonly DeclaringChange[]])[] = [
    ["ask-is-declared", declaration],
    ["mount-is-bound", binding],
    ["effects-cover-the-host-call", coverage],
    ["effects-are-granted", grantOfEffects],
    ["secret-is-defined", definition],
  ];
  return changes.flatMap(([forbid, change]) => (by.has(`invariant ${forbid}`) ? change({ request, now }) : []));
}

interface Asked {
  readonly request: AuthorizationRequest;
  readonly now: DeclaredNow;
}

const reason = 'reason = "say here what for"';

function declaration({ request, now }: Asked): readonly DeclaringChange[] {
  const { action, resource, context } = request;
  if (action === "https.request")
    return [...urlDeclaration(request, now), ...secretDeclarations(secretsIn(context), now)];
  if (action === "secret.use") return secretDeclarations([resource.id], now);
  if (resource.type !== "Path") return [];
  const mount = manifestMount(request, now);
  const operation = action.slice("fs.".length);
  const known = now.mounts.find((one) => one.mount === mount);
  if (known === undefined) {
    return [
      added("The plugin's author", [
        "[[capabilities.fs]]",
        `mount = ${quote(mount)}`,
        `operations = ${list([operation])}`,
        reason,
      ]),
    ];
  }
  const operations = fsOperations.filter((one) => one === operation || known.operations.includes(one));
  return [set("plugin.toml", "The plugin's author", `mount = ${quote(mount)}`, `operations = ${list(operations)}`)];
}

function urlDeclaration({ resource, context }: AuthorizationRequest, now: DeclaredNow): readonly DeclaringChange[] {
  const { method } = context;
  const url = canonicalUrl(resource.id);
  if (typeof method !== "string" || typeof url === "string") return [];
  const covering = now.urls.filter((one) => {
    const pattern = parseUrlPattern(one.url, one.methods);
    return typeof pattern !== "string" && coversUrl(pattern, undefined, url);
  });
  if (covering.some(({ methods }) => methods.includes(method))) return [];
  // A wider one that has the URL already would cover more with one method more: the very URL is added beside it.
  const same = covering.find((one) => one.url === resource.id);
  if (same !== undefined) {
    const methods = [...same.methods, method];
    return [set("plugin.toml", "The plugin's author", `url = ${quote(same.url)}`, `methods = ${list(methods)}`)];
  }
  // ATTACK: a guest chooses the URL; what a manifest cannot declare is not written into one.
  if (typeof parseUrlPattern(resource.id, [method]) === "string") return [];
  const lines = ["[[capabilities.https]]", `url = ${quote(resource.id)}`, `methods = ${list([method])}`, reason];
  return [added("The plugin's author", lines)];
}

function secretDeclarations(names: readonly string[], now: DeclaredNow): readonly DeclaringChange[] {
  return names
    .filter((name) => !now.secrets.includes(name))
    .map((name) => added("The plugin's author", ["[[capabilities.secret]]", `name = ${quote(name)}`, reason]));
}

function binding({ request, now }: Asked): readonly DeclaringChange[] {
  const mount = manifestMount(request, now);
  // What is bound and has no folder is told of with the entry's own troubles.
  if (now.bound[mount] !== undefined) return [];
  const mounts = Object.entries({ ...now.bound, [mount]: mount }).map(([name, target]) => `${name} = ${quote(target)}`);
  const bind = set(".yoi/yoi.toml", "An operator", headerOf(request), `mounts = { ${mounts.join(", ")} }`);
  if (now.workspaceMounts.includes(mount)) return [bind];
  const lines = [`[mounts.${mount}]`, `path = ${quote(mount)}`];
  return [
    bind,
    { ...added("An operator", lines), title: titleOf("An operator", ".yoi/yoi.toml"), file: ".yoi/yoi.toml" },
  ];
}

function coverage({ request, now }: Asked): readonly DeclaringChange[] {
  const name = runningTool(request);
  const tool = now.tools.find((one) => one.name === name);
  if (tool === undefined) return [];
  const needed = effectsOf(request);
  const lacking = needed.some((effect) => !tool.effects.includes(effect));
  const withNeeded = (has: readonly ToolEffect[]) =>
    toolEffects.filter((effect) => has.includes(effect) || needed.includes(effect));
  const author = lacking
    ? [
        set(
          "plugin.toml",
          "The plugin's author",
          `name = ${quote(tool.name)}`,
          `effects = ${list(withNeeded(tool.effects))}`,
        ),
      ]
    : [];
  const isGranted = needed.every((effect) => now.granted.includes(effect));
  const effects = `effects = ${list(withNeeded(now.granted))}`;
  return isGranted ? author : [...author, set(".yoi/yoi.toml", "An operator", headerOf(request), effects)];
}

function grantOfEffects({ request, now }: Asked): readonly DeclaringChange[] {
  const name = parseToolId(request.resource.id)?.tool;
  const needed = now.tools.find((one) => one.name === name)?.effects ?? [];
  const effects = toolEffects.filter((effect) => needed.includes(effect) || now.granted.includes(effect));
  return [set(".yoi/yoi.toml", "An operator", headerOf(request), `effects = ${list(effects)}`)];
}

function definition({ request: { resource, context } }: Asked): readonly DeclaringChange[] {
  const url = entityIn(context["url"]);
  const canonical = url === undefined ? "" : canonicalUrl(url);
  if (typeof canonical === "string") return [];
  const variable = resource.id.toUpperCase().replaceAll("-", "_");
  const file = "~/.config/yoi/yoi.toml";
  return [
    {
      title: `Whoever has the secret defines it with such lines of ${file}, with the place where the server wants it`,
      lines: [
        `[secrets.${resource.id}]`,
        `from = { env = ${quote(variable)} }`,
        'place = { header = "authorization", prefix = "Bearer " }',
        `origins = ${list([canonical.origin])}`,
      ],
      file,
    },
  ];
}

function effectsOf({ action, context }: AuthorizationRequest): readonly ToolEffect[] {
  if (action === "https.request") {
    return isSafeMethod(String(context["method"])) ? ["network"] : ["network", "external-write"];
  }
  if (!action.startsWith("fs.")) return ["network"];
  return ["fs.read", "fs.list", "fs.stat"].includes(action) ? ["read"] : ["external-write"];
}

function manifestMount({ context, resource }: AuthorizationRequest, { bound }: DeclaredNow): string {
  const { mount } = context;
  const workspaceMount = typeof mount === "string" ? mount : resource.id.slice(0, `${resource.id}/`.indexOf("/"));
  return Object.entries(bound).find(([, target]) => target === workspaceMount)?.[0] ?? workspaceMount;
}

function runningTool({ context }: AuthorizationRequest): string | undefined {
  const { via } = context;
  const tool = typeof via === "object" && "record" in via ? entityIn(via.record["tool"]) : undefined;
  return tool === undefined ? undefined : parseToolId(tool)?.tool;
}

function headerOf(request: AuthorizationRequest): string {
  return `[plugins.${quote(pluginConcerned(request) ?? "")}]`;
}

function added(who: string, lines: readonly string[]): DeclaringChange {
  return { title: titleOf(who, "plugin.toml"), lines, file: "plugin.toml" };
}

function titleOf(who: string, file: string): string {
  return `${who} declares it with these lines more in ${file}`;
}

function set(file: DeclaringChange["file"], who: string, beside: string, line: string): DeclaringChange {
  const table = beside.startsWith("[") ? `under \`${beside}\`` : `in the table that has \`${beside}\``;
  return { title: `${who} sets this ${table} of ${file}`, lines: [line], file, beside };
}

function quote(text: string): string {
  return JSON.stringify(text);
}

function list(values: readonly string[]): string {
  return `[${values.map(quote).join(", ")}]`;
}
