import { type RolldownLog, rolldown } from "rolldown";
import type { Finding } from "../errors/error-details.ts";
import { escapeText } from "../errors/escape-text.ts";
import { toolchain } from "./toolchain.ts";

/** One module that holds the whole plugin, and the host interfaces that it really uses. */
export interface GuestBundle {
  readonly source: string;
  readonly imports: ReadonlySet<string>;
}

/**
 * Bundles a plugin's TypeScript with the SDK and its other dependencies. Host interfaces that nothing uses fall out.
 * An import that is neither a file nor a host interface of `known` is a finding: a sandbox has no other modules.
 */
export async function bundleGuest(
  entry: string,
  known: ReadonlySet<string>,
): Promise<GuestBundle | { readonly findings: readonly Finding[] }> {
  const logs: RolldownLog[] = [];
  await using build = await rolldown({
    input: entry,
    platform: "neutral",
    tsconfig: false,
    external: [...known],
    resolve: { alias: { "yoi/sdk": toolchain.sdk }, mainFields: ["module", "main"] },
    // Importing a host interface does nothing by itself, so one whose functions are unused need not be imported.
    treeshake: { moduleSideEffects: [{ external: true, sideEffects: false }] },
    // QuickJS has no console; a dependency that logs reaches the plugin's log like the plugin itself.
    transform: { target: "es2023", inject: { console: [toolchain.sdk, "console"] } },
    onLog: (_, log) => logs.push(log),
  });
  const { output } = await build.generate({ format: "esm", codeSplitting: false, comments: false });
  const [chunk] = output;
  const strangers = chunk.imports.filter((name) => !known.has(name));
  if (strangers.length > 0) return { findings: strangers.map(describeStranger) };
  if (!chunk.exports.includes("tools")) return { findings: [noTools] };
  return { source: chunk.code, imports: new Set(chunk.imports) };
}

const noTools: Finding = {
  message: "src/plugin.ts exports no `tools`",
  remedy: "export const tools = definePlugin<Tools>({ … })",
};

function describeStranger(name: string): Finding {
  const remedy = name.startsWith("yoi:host/")
    ? "import what yoi/sdk offers: this host has no such interface"
    : "a plugin has no modules of Node and none that are not installed beside it";
  return { message: `cannot import \`${escapeText(name)}\``, remedy };
}
