import type { UrlPattern } from "../calls/inventory.ts";
import { escapeText } from "../errors/escape-text.ts";
import type { PackageSummary } from "../packages/plugin-package.ts";
import type { PluginManifest } from "../plugins/plugin-manifest.ts";
import { labelled, wrap } from "../terminal/layout.ts";
import type { Paint } from "../terminal/paint.ts";

/** What a package is and asks for, in its own words, escaped: the page that an operator reads before enabling. */
export function renderRequest(found: PackageSummary, paint: Paint): readonly string[] {
  const { manifest, digest, interfaces } = found;
  const lines = [
    `${paint.bold(escapeText(manifest.name, 80))} ${escapeText(manifest.version, 40)}  ${manifest.id}`,
    ...(manifest.description === undefined ? [] : wrap(escapeText(manifest.description, 400), "  ")),
    "",
    "It offers",
    ...manifest.tools.flatMap((tool) => [
      `  ${tool.name}  ${paint.dim(`effects: ${tool.effects.join(", ")}`)}`,
      ...wrap(escapeText(tool.description, 200), "    "),
    ]),
    "It asks for",
  ];
  const asked = [...filesAskedFor(manifest), ...urlsAskedFor(manifest, paint), ...secretsAskedFor(manifest)];
  lines.push(...(asked.length === 0 ? ["  nothing"] : asked));
  const imports = interfaces.imports.filter((name) => name.startsWith("yoi:"));
  const rows = [
    ["world", manifest.runtime.world],
    ["imports", imports.join(", ") || "nothing of the host"],
  ] as const;
  // A digest is too wide to stand beside its name.
  return [...lines, "", ...labelled(rows, "  "), "  digest", `    ${digest}`];
}

function filesAskedFor({ capabilities }: PluginManifest): readonly string[] {
  return capabilities.fs.flatMap(({ mount, operations, reason }) => [
    ...wrap(`files: ${operations.join(", ")} in ${mount}/`, "  "),
    ...because(reason),
  ]);
}

function urlsAskedFor({ capabilities }: PluginManifest, paint: Paint): readonly string[] {
  return capabilities.https.flatMap(({ url, pattern, reason }) => [
    ...wrap(`https: ${pattern.methods.join(", ")} ${escapeText(url, 400)}`, "  "),
    ...breadth(pattern).map((mark) => `    ${paint.warn(mark)}`),
    ...because(reason),
  ]);
}

function breadth({ host }: UrlPattern): readonly string[] {
  if (host.kind === "exact") return [];
  return [host.kind === "any" ? "broad: any host" : `broad: any host below ${host.name}`];
}

function secretsAskedFor({ capabilities }: PluginManifest): readonly string[] {
  return capabilities.secret.flatMap(({ name, reason }) => [`  secret: ${name}`, ...because(reason)]);
}

// A reason is the package's own word, and nothing holds it to it.
function because(reason: string): readonly string[] {
  return wrap(`"${escapeText(reason, 200)}"`, "    ");
}
