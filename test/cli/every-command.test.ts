import test, { type ExecutionContext } from "ava";
import { commandTable } from "../../src/cli/command-table.ts";
import { columnsOf } from "../../src/terminal/layout.ts";
import { weatherFiles } from "../support/packages.ts";
import { emptyWorkspace, jsonOf, type TestWorkspace, weatherWorkspace } from "../support/workspaces.ts";

interface Row {
  readonly words: readonly string[];
  /** Words that a use of it needs. */
  readonly rest?: readonly string[];
  readonly shows: RegExp;
  /** Keys of its JSON beside version and command. */
  readonly keys: readonly string[];
  readonly code?: number;
  readonly needsWorkspace?: false;
  /** Whether it takes any number of words. */
  readonly takesMany?: true;
  readonly prepare?: (t: ExecutionContext) => Promise<TestWorkspace>;
}

const rows: readonly Row[] = [
  {
    words: ["init"],
    shows: /^Created \.yoi\/$/m,
    keys: ["workspace", "created", "trusted"],
    needsWorkspace: false,
    prepare: async (t) => emptyWorkspace(t),
  },
  { words: ["trust"], shows: /^Trusted: /m, keys: ["workspace", "exact", "changes"] },
  {
    words: ["plugin", "list"],
    shows: /^disabled {2}project:example\.weather {2}0\.1\.0 {2}1 tool$/m,
    keys: ["trusted", "plugins", "diagnostics", "findings"],
  },
  {
    words: ["plugin", "show"],
    rest: ["example.weather"],
    shows: /^project:example\.weather {2}disabled$/m,
    keys: ["plugin", "coverage"],
  },
  {
    words: ["plugin", "check"],
    rest: [".yoi/plugins/weather.yoi-plugin"],
    shows: /a sound package; nothing was installed/,
    keys: ["sound", "manifest", "digest", "interfaces", "diagnostics"],
    needsWorkspace: false,
  },
  {
    words: ["plugin", "enable"],
    rest: ["example.weather", "--yes"],
    shows: /enabled project:example\.weather, pinned to 0\.1\.0/,
    keys: ["plugin", "enabled", "pins", "agents", "mounts"],
  },
  {
    words: ["plugin", "disable"],
    rest: ["example.weather"],
    shows: /was not enabled/,
    keys: ["plugin", "wasEnabled"],
  },
  {
    words: ["plugin", "new"],
    rest: ["source"],
    shows: /^yoi: `source` is not empty$/m,
    keys: ["error"],
    code: 1,
    needsWorkspace: false,
  },
  {
    words: ["plugin", "build"],
    rest: ["nowhere"],
    shows: /^yoi: /,
    keys: ["error"],
    code: 1,
    needsWorkspace: false,
  },
  {
    words: ["plugin", "pack"],
    rest: ["source"],
    shows: /example\.weather-0\.1\.0\.yoi-plugin/,
    keys: ["package", "digest", "entries"],
    needsWorkspace: false,
  },
  { words: ["plugin", "logs"], shows: /^No lines\.$/m, keys: ["lines"] },
  {
    words: ["plugin", "explain"],
    rest: ["example.weather", "tool.register", "get_weather"],
    shows: /^DENIED {3}project:example\.weather → tool\.register/m,
    keys: ["explanation"],
  },
  { words: ["tool", "list"], shows: /^No tools: no plugin is enabled\./m, keys: ["tools"] },
  { words: ["tool", "call"], rest: ["get_weather"], shows: /\(not-enabled\)/, keys: ["result"], code: 3 },
  {
    words: ["policy", "check"],
    shows: /^✓ \d+ policies, each valid/m,
    keys: [
      "valid",
      "passed",
      "policies",
      "digest",
      "trusted",
      "findings",
      "lint",
      "suppressed",
      "diagnostics",
      "notes",
    ],
  },
  {
    words: ["policy", "show"],
    shows: /forbid plugin-is-enabled +policies\/invariants\.cedar:\d+:1/,
    keys: ["digest", "engines", "trusted", "policies", "bundles"],
  },
  {
    words: ["policy", "can"],
    rest: ["example.weather"],
    shows: /^ {2}allowed {2}tool\.execute get_weather for cli$/m,
    keys: ["plugin", "packageVersion", "enabled", "trusted", "rows", "unused"],
  },
  {
    words: ["policy", "schema"],
    shows: /^current {2}\.yoi\/schemas\/yoi\.schema\.json +lets editors check yoi\.toml$/m,
    keys: ["files"],
  },
  {
    words: ["policy", "fmt"],
    shows: /^1 file, 0 changed$/m,
    keys: ["check", "files"],
    takesMany: true,
  },
  {
    words: ["policy", "build"],
    shows: /^✓ policies-[0-9a-f]{12}\.yoi-policies {2}1 file$/m,
    keys: ["archive", "digest", "bytes", "files"],
  },
  {
    words: ["policy", "test"],
    shows: /^✗ there is no test$/m,
    keys: ["passed", "suites", "findings", "coverage"],
    code: 1,
    takesMany: true,
  },
  {
    words: ["policy", "replay"],
    shows: /^ {2}same {2}\d+$/m,
    keys: ["passed", "decisions", "same", "notReplayable", "groups", "flips"],
    prepare: withOneDenial,
  },
  {
    words: ["policy", "diff"],
    rest: ["proposed"],
    shows: /^The two are the same to every request\.$/m,
    keys: ["documents", "policies", "recorded"],
    prepare: async (t) => {
      const workspace = await weatherWorkspace(t);
      workspace.write("proposed/builtin-tools.cedar", workspace.read(".yoi/policies/builtin-tools.cedar"));
      return workspace;
    },
  },
  {
    words: ["policy", "suggest"],
    shows: /^\/\/ Nothing on record needs a permit\.$/m,
    keys: ["policy", "permits", "calls", "inForce", "kept", "unused", "unprovided", "deniedNow", "evidenceGone"],
    prepare: withOneDenial,
  },
  {
    words: ["policy", "bench"],
    rest: ["--rounds", "1"],
    shows: /^cedar +\d+ +[\d.]+ /m,
    keys: ["requests", "rounds", "engines", "policies"],
    prepare: withOneDenial,
  },
  {
    words: ["journal", "tail"],
    shows: /denied +project:example\.weather → tool\.register/,
    keys: ["entries"],
    prepare: withOneDenial,
  },
  {
    words: ["journal", "show"],
    rest: ["00000000"],
    shows: /nothing on record ends in `00000000`/,
    keys: ["error"],
    code: 2,
    prepare: withOneDenial,
  },
  {
    words: ["journal", "verify"],
    shows: /^✓ \d+ entries, each in its place$/m,
    keys: ["entries", "problems", "unfinished", "head", "holds"],
    prepare: withOneDenial,
  },
];

test("every command but the export, whose lines are the document, is in this table", (t) => {
  const here = rows.map(({ words }) => words.join(" "));
  t.deepEqual(
    commandTable.map(({ words }) => words).filter((words) => words !== "journal export"),
    here,
  );
});

for (const { words, rest = [], shows, keys, code = 0, takesMany = false, prepare = withWeather } of rows) {
  const command = words.join(" ");
  test(`yoi ${command} tells a person in plain text that fits a terminal`, async (t) => {
    const workspace = await prepare(t);
    const ran = await workspace.yoi(...words, ...rest);
    t.is(ran.code, code, ran.stderr);
    t.regex(ran.stdout + ran.stderr, shows);
    assertPlain(t, ran.stdout + ran.stderr);
    const help = await workspace.yoi(...words, "--help");
    t.is(help.code, 0);
    t.true(help.stdout.startsWith(`yoi ${command}`));
    assertPlain(t, help.stdout);
  });

  test(`yoi ${command} --json prints one document with its version and name, and nothing else`, async (t) => {
    const workspace = await prepare(t);
    const ran = await workspace.yoi(...words, ...rest, "--json");
    t.is(ran.code, code, ran.stderr);
    const document = jsonOf(ran);
    t.is(document["version"], 1);
    t.is(document["command"], command);
    const found = Object.keys(document).filter((key) => key !== "version" && key !== "command");
    t.deepEqual(found.sort(), [...keys].filter((key) => found.includes(key) || key !== "head").sort());
  });

  test(`yoi ${command} refuses what it does not take, and says what it takes`, async (t) => {
    const workspace = emptyWorkspace(t);
    const tooMany = await workspace.yoi(...words, "a", "b", "c", "d", "e", "f");
    t.is(tooMany.code, 2);
    if (!takesMany) t.regex(tooMany.stderr, new RegExp(`^yoi: usage: yoi ${command}`));
    const unknown = await workspace.yoi(...words, "--jsn");
    t.is(unknown.code, 2);
    t.regex(unknown.stderr, /no option `--jsn`; did you mean `--json`\?/);
    assertPlain(t, tooMany.stderr + unknown.stderr);
    const lacking = await workspace.yoi(...words, "--workspace");
    t.is(lacking.code, 2);
  });
}

for (const { words, rest = [] } of rows.filter(({ needsWorkspace }) => needsWorkspace !== false)) {
  test(`yoi ${words.join(" ")} outside of a workspace says how to make one`, async (t) => {
    const { yoi } = emptyWorkspace(t);
    const ran = await yoi(...words, ...rest);
    t.is(ran.code, 1);
    t.is(ran.stdout, "");
    t.regex(ran.stderr.replace(/\s+/g, " "), /no workspace here: .* `yoi init` makes one/);
    assertPlain(t, ran.stderr);
    const named = await yoi("--workspace", "elsewhere", ...words, ...rest, "--json");
    t.is(named.code, 1);
    t.like(jsonOf(named), { command: words.join(" "), error: { code: "YOI_WORKSPACE_INVALID" } });
  });
}

async function withWeather(t: ExecutionContext): Promise<TestWorkspace> {
  const workspace = await weatherWorkspace(t);
  for (const [path, content] of weatherFiles()) workspace.write(`source/${path}`, content);
  return workspace;
}

async function withOneDenial(t: ExecutionContext): Promise<TestWorkspace> {
  const workspace = await withWeather(t);
  t.is((await workspace.yoi("tool", "call", "get_weather")).code, 3);
  return workspace;
}

/** No control characters but line breaks, and no line that wraps, but for a path, an id or a digest. */
function assertPlain(t: ExecutionContext, text: string): void {
  t.notRegex(text, /[^\P{Cc}\n]|[\u202a-\u202e\u2066-\u2069]/u);
  for (const line of text.split("\n")) {
    const longestWord = Math.max(...line.split(" ").map(columnsOf));
    t.true(columnsOf(line) <= 80 || longestWord > 40, line);
  }
}
