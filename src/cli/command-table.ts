import type { Command } from "./command.ts";

/** How a command is loaded: only the one that runs is, so that starting costs little. */
export interface CommandRow {
  readonly words: string;
  readonly summary: string;
  readonly load: () => Promise<Command>;
}

/** Every command, in the order in which the help shows them. */
export const commandTable: readonly CommandRow[] = [
  row("init", "make this folder a workspace that you trust", async () => (await import("./commands/init.ts")).init),
  row(
    "trust",
    "let this workspace decide what its plugins may do",
    async () => (await import("./commands/trust.ts")).trust,
  ),
  row(
    "plugin list",
    "what is installed, and what is enabled",
    async () => (await import("./commands/plugin-list.ts")).pluginList,
  ),
  row(
    "plugin show",
    "one plugin: what it asks for, and what it would get",
    async () => (await import("./commands/plugin-show.ts")).pluginShow,
  ),
  row(
    "plugin check",
    "judge a package or a plugin's folder by itself",
    async () => (await import("./commands/plugin-check.ts")).pluginCheck,
  ),
  row(
    "plugin enable",
    "show what a package asks for, and pin it",
    async () => (await import("./commands/plugin-enable.ts")).pluginEnable,
  ),
  row(
    "plugin disable",
    "take a plugin's entry out",
    async () => (await import("./commands/plugin-disable.ts")).pluginDisable,
  ),
  row("plugin new", "begin a plugin in TypeScript", async () => (await import("./commands/plugin-new.ts")).pluginNew),
  row(
    "plugin build",
    "make a component and a package of a plugin's folder",
    async () => (await import("./commands/plugin-build.ts")).pluginBuild,
  ),
  row(
    "plugin pack",
    "make a package of a folder that has its component",
    async () => (await import("./commands/plugin-pack.ts")).pluginPack,
  ),
  row(
    "plugin logs",
    "what plugins wrote to their log",
    async () => (await import("./commands/plugin-logs.ts")).pluginLogs,
  ),
  row(
    "plugin explain",
    "why a call is allowed or denied",
    async () => (await import("./commands/plugin-explain.ts")).pluginExplain,
  ),
  row("tool list", "the tools that an agent would see", async () => (await import("./commands/tool-list.ts")).toolList),
  row("tool call", "call one tool, through the broker", async () => (await import("./commands/tool-call.ts")).toolCall),
  row(
    "policy check",
    "read every policy and say what is wrong",
    async () => (await import("./commands/policy-check.ts")).policyCheck,
  ),
  row(
    "policy show",
    "every policy that counts, with its place",
    async () => (await import("./commands/policy-show.ts")).policyShow,
  ),
  row(
    "policy can",
    "everything that a plugin may do",
    async () => (await import("./commands/policy-can.ts")).policyCan,
  ),
  row(
    "policy schema",
    "the files by which editors check policies",
    async () => (await import("./commands/policy-schema.ts")).policySchema,
  ),
  row("policy fmt", "lay policies out", async () => (await import("./commands/policy-fmt.ts")).policyFmt),
  row(
    "policy build",
    "the workspace's policies in one file",
    async () => (await import("./commands/policy-build.ts")).policyBuild,
  ),
  row(
    "policy test",
    "run the tests of the policies",
    async () => (await import("./commands/policy-test.ts")).policyTest,
  ),
  row(
    "policy replay",
    "what recorded decisions would be under other policies",
    async () => (await import("./commands/policy-replay.ts")).policyReplay,
  ),
  row(
    "policy diff",
    "what other policies would change, with a request for each",
    async () => (await import("./commands/policy-diff.ts")).policyDiff,
  ),
  row(
    "policy suggest",
    "the least that policy has to permit for what is on record",
    async () => (await import("./commands/policy-suggest.ts")).policySuggest,
  ),
  row(
    "policy bench",
    "what policies cost, by engine and by policy",
    async () => (await import("./commands/policy-bench.ts")).policyBench,
  ),
  row("journal tail", "the latest decisions", async () => (await import("./commands/journal-tail.ts")).journalTail),
  row("journal show", "one decision, whole", async () => (await import("./commands/journal-show.ts")).journalShow),
  row(
    "journal verify",
    "hold the journal against its own hashes",
    async () => (await import("./commands/journal-verify.ts")).journalVerify,
  ),
  row(
    "journal export",
    "the journal as JSON lines",
    async () => (await import("./commands/journal-export.ts")).journalExport,
  ),
];

function row(words: string, summary: string, load: () => Promise<Command>): CommandRow {
  return { words, summary, load };
}
