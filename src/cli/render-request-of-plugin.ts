import { escapeText } from "../errors/escape-text.ts";
import type { PackageSummary } from "../packages/plugin-package.ts";
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
  for (const { mount, operations, reason } of manifest.capabilities.fs) {
    lines.push(`  files: ${operations.join(", ")} in ${mount}/`, ...wrap(`"${escapeText(reason, 200)}"`, "    "));
  }
  if (manifest.capabilities.fs.length === 0) lines.push("  nothing");
  const imports = interfaces.imports.filter((name) => name.startsWith("yoi:"));
  const rows = [
    ["world", manifest.runtime.world],
    ["imports", imports.join(", ") || "nothing of the host"],
    ["digest", digest],
  ] as const;
  return [...lines, "", ...labelled(rows, "  ")];
}
