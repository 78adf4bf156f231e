import fc from "fast-check";
import { type Action, actions } from "../../src/calls/powers.ts";
import type { Value } from "../../src/calls/value.ts";
import { requestOf } from "./cedar-sets.ts";

/** What an operator adds, for the policies below to hang on. */
export const entities = JSON.stringify([
  { uid: { type: "Yoi::Agent", id: "cli" }, parents: [{ type: "Yoi::Group", id: "ops" }] },
  { uid: { type: "Yoi::Group", id: "ops" }, parents: [{ type: "Yoi::Group", id: "all" }] },
  { uid: { type: "Yoi::Domain", id: "example.com" }, parents: [{ type: "Yoi::Group", id: "vendors" }] },
  { uid: { type: "Yoi::Group", id: "vendors" }, parents: [{ type: "Yoi::Group", id: "all" }] },
  { uid: { type: "Yoi::Domain", id: "cdn.example.net" }, parents: [{ type: "Yoi::Domain", id: "edge.example.com" }] },
]);

const anyOf = (...texts: readonly string[]) => fc.constantFrom(...texts);
const plugins = ["project:example.notes", "project:example.other", "user:example.notes"] as const;
const agents = ["cli", "ci", "host"] as const;
const urls = [
  "https://api.example.com/v1/forecast",
  "https://api.example.com",
  "https://cdn.example.net:8443/v1",
  "https://evil-example.com/v1",
  "http://192.0.2.7/v1",
] as const;
const secrets = ["key", "other"] as const;
const paths = ["notes/a.md", "notes/2026/plan.md", "notes-old/a.md", "keys/a"] as const;

const pluginScopes = anyOf(
  "principal",
  "principal is Yoi::Plugin",
  'principal in Yoi::Source::"project"',
  'principal is Yoi::Plugin in Yoi::Source::"user"',
  ...plugins.map((id) => `principal == Yoi::Plugin::"${id}"`),
  'principal in Yoi::Plugin::"project:example.notes"',
);
const agentScopes = anyOf(
  "principal",
  "principal is Yoi::Agent",
  'principal in Yoi::Group::"ops"',
  'principal is Yoi::Agent in Yoi::Group::"all"',
  ...agents.map((id) => `principal == Yoi::Agent::"${id}"`),
  'principal in Yoi::Agent::"cli"',
);
const pathScopes = anyOf(
  "resource",
  "resource is Yoi::Path",
  'resource in Yoi::Path::"notes"',
  'resource is Yoi::Path in Yoi::Path::"notes/2026"',
  'resource in Yoi::Path::"keys"',
  ...paths.map((id) => `resource == Yoi::Path::"${id}"`),
  'resource in Yoi::Path::"notes/a.md"',
);
const urlScopes = anyOf(
  "resource",
  "resource is Yoi::Url",
  'resource in Yoi::Url::"https://api.example.com"',
  'resource in Yoi::Url::"https://api.example.com/v1"',
  'resource is Yoi::Url in Yoi::Domain::"example.com"',
  'resource in Yoi::Domain::"com"',
  'resource in Yoi::Domain::"edge.example.com"',
  'resource in Yoi::Group::"vendors"',
  'resource is Yoi::Url in Yoi::Group::"all"',
  ...urls.map((id) => `resource == Yoi::Url::"${id}"`),
);
const secretScopes = anyOf(
  "resource",
  "resource is Yoi::Secret",
  ...secrets.map((id) => `resource == Yoi::Secret::"${id}"`),
  'resource in Yoi::Secret::"key"',
);
const toolScopes = anyOf(
  "resource",
  "resource is Yoi::Tool",
  'resource in Yoi::Source::"project"',
  'resource in Yoi::Plugin::"project:example.notes"',
  'resource is Yoi::Tool in Yoi::Plugin::"user:example.notes"',
  'resource == Yoi::Tool::"project:example.notes/search"',
);
const overflow = "context.via.depth * 9223372036854775807 > 1";
const anywhere = [
  overflow,
  "context.via.depth > 0",
  "context.declared",
  "context.now.hour < 12",
  "context.plugin.id.enabled",
  "context.plugin.pinned && context.workspace.trusted",
  "(if context.declared then context.plugin else context.plugin).pinned",
  'context.via has agent && context.via.agent in Yoi::Group::"ops"',
  'context.via has tool && context.via.tool.effects.contains("read")',
  "context.via has tool && context.via.tool in context.plugin.source",
  'context.plugin.id in Yoi::Source::"project"',
  'context.plugin.id == Yoi::Plugin::"project:example.notes"',
  'Yoi::Plugin::"project:example.notes".enabled',
  'Yoi::Agent::"cli" in Yoi::Group::"ops"',
  'action in [Yoi::Action::"host", Yoi::Action::"register"]',
  "{ via: context.via }.via.depth > 0",
  "context.via == { command: false, depth: 1 }",
  "context has plugin && context.plugin has version",
];
const ofPlugins = [
  "principal.enabled",
  "principal has version",
  "principal == context.plugin.id",
  "[principal, context.plugin.id].contains(context.plugin.id)",
  "(if context.declared then principal else context.plugin.id).pinned",
  'principal in [Yoi::Source::"user", Yoi::Source::"builtin"]',
];
const ofTools = ["resource.effects.containsAny(context.grantedEffects)", "resource in context.plugin.id"];
const ofUrls = [
  'resource.scheme == "https"',
  "resource.port == 443 && resource.path == resource.path",
  'resource.host like "*example.com" || resource in Yoi::Domain::"net"',
  'resource in [Yoi::Domain::"org", Yoi::Domain::"edge.example.com"]',
  "context has openedBy",
  "(if context.declared then resource else resource).port > 443",
];
const ofRequests = [
  ...ofUrls,
  '["GET", "HEAD"].contains(context.method)',
  'context.headerNames.containsAny(["x-key"]) && context.bodyBytes > 10',
  'context.secrets.contains(Yoi::Secret::"key")',
  "context.secrets.isEmpty() || context.hop > 0",
  "context == context",
];
const ofConnections = [
  ...ofUrls,
  'context.address.isInRange(ip("203.0.113.0/24"))',
  "context.address.isLoopback() || context.address.isIpv6()",
  'context.addressClass == "public"',
  'context.address == ip("203.0.113.9")',
];
const ofSecrets = [
  'context.url in Yoi::Domain::"example.com"',
  'context.url in Yoi::Group::"all"',
  "context.url.port == 443 && context.originAllowed",
  'resource == Yoi::Secret::"key" && context.url == Yoi::Url::"https://api.example.com"',
  "[context.url].contains(context.url)",
  "(if context.originAllowed then context.url else context.url).port == 443",
  'context.place == "header"',
];
const ofWrites = ["context.bytes > 50", 'context.mode == "create" && context.bytes * 9223372036854775807 > 1'];
const obligation = anyOf("", "", '@timeout("1s") ');

function policies(
  action: fc.Arbitrary<string>,
  principal: fc.Arbitrary<string>,
  resource: fc.Arbitrary<string>,
  conditions: readonly string[],
  permitAnnotation: fc.Arbitrary<string>,
): fc.Arbitrary<string> {
  const clause = fc
    .tuple(anyOf("when", "unless"), fc.constantFrom(...conditions))
    .map(([kind, body]) => `${kind} { ${body} }`);
  const head = fc.oneof(
    permitAnnotation.map((annotation) => `${annotation}permit`),
    fc.constant("forbid"),
  );
  return fc
    .tuple(head, principal, action, resource, fc.array(clause, { maxLength: 2 }))
    .map(([effect, who, what, which, clauses]) => `${effect} (${who}, ${what}, ${which}) ${clauses.join(" ")};`);
}

const none = fc.constant("");
/** A policy as text. Some contradict themselves, and the validator refuses those. */
export const policy = fc.oneof(
  policies(
    anyOf(
      'action == Yoi::Action::"fs.read"',
      'action in Yoi::Action::"files"',
      'action in Yoi::Action::"host"',
      'action in [Yoi::Action::"fs.read"]',
    ),
    pluginScopes,
    pathScopes,
    [...anywhere, ...ofPlugins],
    obligation,
  ),
  policies(
    anyOf('action == Yoi::Action::"fs.write"'),
    pluginScopes,
    pathScopes,
    [...anywhere, ...ofPlugins, ...ofWrites],
    obligation,
  ),
  policies(
    anyOf('action == Yoi::Action::"https.request"', 'action in Yoi::Action::"https"'),
    pluginScopes,
    urlScopes,
    [...anywhere, ...ofPlugins, ...ofRequests],
    anyOf("", '@redact("set-cookie") '),
  ),
  policies(
    anyOf('action == Yoi::Action::"network.connect"', 'action in [Yoi::Action::"network"]'),
    pluginScopes,
    urlScopes,
    [...anywhere, ...ofPlugins, ...ofConnections],
    obligation,
  ),
  policies(
    anyOf('action == Yoi::Action::"secret.use"', 'action in Yoi::Action::"secrets"'),
    pluginScopes,
    secretScopes,
    [...anywhere, ...ofPlugins, ...ofSecrets],
    none,
  ),
  policies(
    anyOf('action == Yoi::Action::"tool.execute"'),
    agentScopes,
    toolScopes,
    [...anywhere, ...ofTools],
    obligation,
  ),
  policies(
    anyOf('action == Yoi::Action::"tool.register"'),
    pluginScopes,
    toolScopes,
    [...anywhere, ...ofPlugins, ...ofTools],
    none,
  ),
  policies(anyOf("action"), anyOf("principal"), anyOf("resource"), anywhere, none),
);

const own: { readonly [A in Action]?: fc.Arbitrary<{ readonly [attribute: string]: Value }> } = {
  "https.request": fc.record(
    {
      method: anyOf("GET", "POST"),
      headerNames: fc.subarray(["x-key", "accept"]),
      bodyBytes: fc.integer({ min: 0, max: 20 }),
      hop: fc.integer({ min: 0, max: 1 }),
      secrets: fc.subarray(secrets.map((id) => ({ entity: { type: "Secret", id } }) as const)),
      openedBy: fc.constant("yoi.toml:1"),
    },
    { requiredKeys: ["method", "headerNames", "bodyBytes", "hop", "secrets"] },
  ),
  "network.connect": fc.record(
    {
      address: anyOf("203.0.113.9", "127.0.0.1", "2001:db8::1").map((ip) => ({ ip })),
      addressClass: anyOf("public", "loopback"),
      openedBy: fc.constant("yoi.toml:1"),
    },
    { requiredKeys: ["address", "addressClass"] },
  ),
  "secret.use": fc.record({ originAllowed: fc.boolean(), place: anyOf("header", "path") }),
  "fs.write": fc.record({ mode: anyOf("create", "replace"), bytes: fc.integer({ min: 0, max: 100 }) }),
};

const common = fc.record({
  plugin: fc.constantFrom(...plugins),
  agent: fc.constantFrom(...agents),
  tool: fc.constantFrom("search", "delete"),
  path: fc.constantFrom(...paths),
  url: fc.constantFrom(...urls),
  secret: fc.constantFrom(...secrets),
  effects: fc.subarray(["read", "network"]),
  atMs: fc.integer({ min: 1_790_000_000_000, max: 1_790_100_000_000 }),
});
/** A request for any action, about what the policies name and about what they do not. */
export const request = fc.constantFrom(...actions).chain((action) =>
  fc
    .tuple(
      common,
      fc.record({ declared: fc.boolean(), grantedEffects: fc.subarray(["read", "network"]) }),
      own[action] ?? fc.constant({}),
      fc.option(fc.integer({ min: 0, max: 3 })),
    )
    .map(([given, context, more, depth]) =>
      requestOf[action]({
        ...given,
        context: { ...context, ...more },
        ...(depth !== null && { via: { command: false, depth } }),
      }),
    ),
);
