import type { Call } from "../calls/call.ts";
import { canonicalUrl } from "../calls/canonical-url.ts";
import type { PluginRef } from "../calls/identifiers.ts";
import type { Inventory, UrlPattern } from "../calls/inventory.ts";
import type { FsOperation } from "../calls/powers.ts";
import { coversUrl, isBroad } from "../calls/url-pattern.ts";
import type { EntityRef } from "../calls/value.ts";
import type { PluginManifest } from "../plugins/plugin-manifest.ts";
import type { PluginState } from "../workspace/plugin-state.ts";

/** Something that a plugin offers or asks for, as a call to ask the policies about. */
export interface PluginQuestion {
  readonly what: string;
  readonly declared: boolean;
  readonly call: Asked;
  /** Whether a part of what is asked for lies in a resource that a permit names. */
  readonly includes?: (resource: EntityRef) => boolean;
}

/** A call before it has an id. */
type Asked = { [A in Call["action"]]: Omit<Call<A>, "id" | "root"> }[Call["action"]];

/** Every surface and capability of a plugin, in the order of its manifest; nothing is looked up. */
export function questionsAbout(
  { ref, enablement }: PluginState,
  manifest: PluginManifest,
  inventory: Inventory,
): readonly PluginQuestion[] {
  return [
    ...toolQuestions(ref, manifest, enablement?.agents ?? ["cli"]),
    ...requestQuestions(ref, manifest),
    ...fileQuestions(ref, manifest, enablement?.mounts ?? {}),
    ...secretQuestions(ref, manifest, inventory),
  ];
}

function toolQuestions(
  plugin: PluginRef,
  { tools }: PluginManifest,
  agents: readonly string[],
): readonly PluginQuestion[] {
  const byHost = { command: false, depth: 0 };
  const principal = { kind: "plugin", id: plugin } as const;
  return tools.flatMap(({ name: tool }): readonly PluginQuestion[] => [
    {
      what: `register ${tool}`,
      declared: true,
      call: { action: "tool.register", principal, via: byHost, ask: { plugin, tool } },
    },
    ...agents.map((agent): PluginQuestion => {
      const by = { principal: { kind: "agent", id: agent }, via: { agent, ...byHost } } as const;
      const call: Asked = { action: "tool.execute", ...by, ask: { plugin, tool, input: {} } };
      return { what: `execute ${tool} for ${agent}`, declared: true, call };
    }),
  ]);
}

/** From any tool of the plugin. */
function hostCall(plugin: PluginRef) {
  return { principal: { kind: "plugin", id: plugin }, via: { command: false, depth: 1 } } as const;
}

function requestQuestions(plugin: PluginRef, { capabilities }: PluginManifest): readonly PluginQuestion[] {
  return capabilities.https.flatMap(({ url: asked, pattern }) => {
    const url = representativeUrl(pattern);
    const stand = isBroad(pattern) ? `, for example ${url}` : "";
    return pattern.methods.map(
      (method): PluginQuestion => ({
        what: `${method} ${asked}${stand}`,
        declared: true,
        call: {
          ...hostCall(plugin),
          action: "https.request",
          ask: { method, url, headers: [], secrets: [], hop: 0 },
        },
        includes: (resource) => includesUrl(pattern, resource),
      }),
    );
  });
}

/** A URL that a pattern covers: the pattern's own where it is one, and where it is broad that of a host of no one's. */
function representativeUrl({ scheme, host, port, segments }: UrlPattern): string {
  const name = host.kind === "any" ? "any-host.example" : host.kind === "below" ? `any-host.${host.name}` : host.name;
  const written = `${scheme}://${name.includes(":") ? `[${name}]` : name}:${port}/${segments.join("/")}`;
  const url = canonicalUrl(written);
  return typeof url === "string" ? written : url.id;
}

function includesUrl(pattern: UrlPattern, { type, id }: EntityRef): boolean {
  const { host } = pattern;
  if (type === "Domain") return host.kind === "any" || (host.kind === "below" && id.endsWith(`.${host.name}`));
  if (type !== "Url") return type === "Group" && isBroad(pattern);
  const url = canonicalUrl(id);
  return typeof url !== "string" && coversUrl(pattern, undefined, url);
}

const fileWords: { readonly [O in FsOperation]: string } = {
  read: "read files of",
  list: "list folders of",
  stat: "look up names of",
  write: "write files of",
  append: "append to files of",
  "make-directory": "make folders in",
  remove: "remove from",
};

function fileQuestions(
  plugin: PluginRef,
  { capabilities }: PluginManifest,
  bound: { readonly [mount: string]: string },
): readonly PluginQuestion[] {
  const declared = capabilities.fs.flatMap(({ mount, operations }) =>
    operations.map((operation) => ({ mount, operation, declared: true })),
  );
  const asked = new Set(declared.map(({ mount }) => mount));
  const undeclared = Object.keys(bound).filter((mount) => !asked.has(mount));
  const more = undeclared.map((mount) => ({ mount, operation: "read" as const, declared: false }));
  return [...declared, ...more].map(({ mount, operation, declared: isDeclared }) => ({
    what: `${fileWords[operation]} ${mount}/`,
    declared: isDeclared,
    // A name that no file has stands for the whole mount.
    call: { ...hostCall(plugin), ...fileAsk(operation, `${mount}/any-file`) },
    includes: ({ type, id }) => type === "Path" && id.startsWith(`${bound[mount] ?? mount}/`),
  }));
}

function fileAsk(operation: FsOperation, path: string) {
  const bytes = new Uint8Array();
  switch (operation) {
    case "write":
      return { action: "fs.write", ask: { path, mode: "create", bytes } } as const;
    case "append":
      return { action: "fs.append", ask: { path, bytes } } as const;
    default:
      return { action: `fs.${operation}`, ask: { path } } as const;
  }
}

function secretQuestions(
  plugin: PluginRef,
  { capabilities }: PluginManifest,
  inventory: Inventory,
): readonly PluginQuestion[] {
  const [anyRequest = "https://any-host.example"] = capabilities.https.map(({ pattern }) => representativeUrl(pattern));
  return capabilities.secret.map(({ name }) => {
    const url = inventory.secret(name)?.origins[0] ?? anyRequest;
    const call: Asked = { ...hostCall(plugin), action: "secret.use", ask: { secret: name, url } };
    return { what: `use the secret ${name}, for ${url}`, declared: true, call };
  });
}
