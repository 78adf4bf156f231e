import { cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { componentWit } from "@bytecodealliance/jco-transpile/wasm-tools";
import test, { type ExecutionContext } from "ava";
import { type BuildStep, buildPlugin } from "../../src/authoring/build-plugin.ts";
import { requireToolchain } from "../../src/authoring/toolchain.ts";
import type { Finding } from "../../src/errors/error-details.ts";
import { YoiError } from "../../src/errors/yoi-error.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const fixtures = join(import.meta.dirname, "../../fixtures/plugins");

test.serial(
  "a build reports types, component, manifest and package, and leaves the package that it names",
  async (t) => {
    const folder = await copyFixture(t, "notes");
    const steps: BuildStep[] = [];
    const built = await buildPlugin({ folder, onStep: (step) => steps.push(step) });
    t.deepEqual(
      steps.map(({ name, file }) => [name, file]),
      [
        ["types", "src/plugin.ts"],
        ["component", "build/plugin.wasm"],
        ["manifest", "plugin.toml"],
        ["package", "build/example.notes-0.1.0.yoi-plugin"],
      ],
    );
    t.is(built.packagePath, join(folder, "build/example.notes-0.1.0.yoi-plugin"));
    t.regex(built.digest, /^sha256:[0-9a-f]{64}$/);
    t.deepEqual((await readdir(join(folder, "build"))).sort(), [
      "example.notes-0.1.0.yoi-plugin",
      "plugin.schema.json",
      "plugin.wasm",
    ]);
  },
);

for (const [name, imports] of [
  ["notes", ["fs", "log", "types"]],
  ["greeter", ["config", "log"]],
  ["wrong-shape", []],
] as const) {
  test.serial(
    `the component of ${name} imports what it uses of the host: ${imports.join(", ") || "nothing"}`,
    async (t) => {
      const { componentPath } = await buildPlugin({ folder: await copyFixture(t, name) });
      const wit = await componentWit(await readFile(componentPath));
      const found = Array.from(wit.matchAll(/import yoi:host\/([a-z]+)@2\.0\.0;/g), ([, name]) => name);
      t.deepEqual(found.sort(), [...imports]);
      t.true(wit.includes("export yoi:plugin/tools@2.0.0;"));
    },
  );
}

test.serial("a component that imports what its manifest does not declare is refused", async (t) => {
  const folder = await copyFixture(t, "undeclared-import");
  const error = await t.throwsAsync(buildPlugin({ folder }));
  t.true(YoiError.is(error, "YOI_COMPONENT_INVALID"), String(error));
});

// ATTACK: threats 23: top-level code runs while a plugin is built.
test.serial(
  "a plugin whose top-level code never ends is ended with its build, and leaves nothing behind",
  async (t) => {
    const folder = await copyFixture(t, "loops-at-build");
    const scratch = temporaryFolder(t);
    process.env["TMPDIR"] = scratch;
    const findings = await findingsOf(t, buildPlugin({ folder, timeoutMs: 8_000 })).finally(() => {
      delete process.env["TMPDIR"];
    });
    t.regex(findings[0]?.message ?? "", /took longer than 8000 ms/);
    t.deepEqual(await readdir(scratch), []);
  },
);

const broken: readonly (readonly [claim: string, source: string, finding: Partial<Finding>])[] = [
  [
    "a value of the wrong type",
    source("  greet: ({ nome }) => nome,"),
    {
      message: "Property 'nome' does not exist on type '{ readonly name: string; }'. (TS2339)",
      place: { file: "src/plugin.ts", line: 4, column: 13 },
    },
  ],
  ["a tool that is missing", source(""), { place: { file: "src/plugin.ts", line: 3, column: 42 } }],
  [
    "an async tool",
    source("  greet: async ({ name }) => name,"),
    { place: { file: "src/plugin.ts", line: 4, column: 30 } },
  ],
  ["a syntax error", "export const tools = ;\n", { place: { file: "src/plugin.ts", line: 1, column: 22 } }],
  [
    "no `tools`",
    "export const tolls = 1;\n",
    { message: "src/plugin.ts exports no `tools`", remedy: "export const tools = definePlugin<Tools>({ … })" },
  ],
  [
    "a module of Node",
    '// @ts-expect-error there are no types of it\nimport { readFileSync } from "node:fs";\nexport const tools = { call: () => readFileSync };\n',
    { message: "cannot import `node:fs`" },
  ],
  [
    "a module of Node, without a word to the compiler",
    'import { readFileSync } from "node:fs";\nexport const tools = { call: () => readFileSync };\n',
    {
      message: "cannot import `node:fs`: a plugin has no module of Node",
      place: { file: "src/plugin.ts", line: 1, column: 30 },
    },
  ],
  [
    "an interface that the host has not",
    '// @ts-expect-error there are no types of it\nimport { get } from "yoi:host/websocket@2.0.0";\nexport const tools = { call: () => get };\n',
    { message: "cannot import `yoi:host/websocket@2.0.0`" },
  ],
  [
    "a host call at top level",
    'import { fs } from "yoi/sdk";\nfs.readText("notes/a");\nexport const tools = {};\n',
    {
      message:
        "`fs.read` was called at top level, where the host answers nothing: top-level code runs while a plugin is built",
      remedy: "move it into a tool, which runs when it is called",
    },
  ],
  [
    "top-level code that throws",
    'if (Date.now() > 0) throw new Error("at build time");\nexport const tools = {};\n',
    {
      message:
        "the toolchain failed: Failed to evaluate user JavaScript module: Failed to finish JavaScript module evaluation: Error: at build time",
    },
  ],
];

for (const [claim, text, expected] of broken) {
  test.serial(`what does not build is told with its place: ${claim}`, async (t) => {
    const folder = await copyFixture(t, "greeter");
    await writeFile(join(folder, "src/plugin.ts"), text);
    const [finding] = await findingsOf(t, buildPlugin({ folder }));
    t.like(finding, expected);
  });
}

test.serial("a build that fails leaves the last package as it was", async (t) => {
  const folder = await copyFixture(t, "greeter");
  const { packagePath } = await buildPlugin({ folder });
  const before = await readFile(packagePath);
  await writeFile(join(folder, "src/plugin.ts"), "export const tools = ;\n");
  await findingsOf(t, buildPlugin({ folder }));
  t.deepEqual(await readFile(packagePath), before);
});

test.serial("a folder without code, or without a manifest, is told so", async (t) => {
  const folder = await copyFixture(t, "greeter");
  await rm(join(folder, "src/plugin.ts"));
  const [finding] = await findingsOf(t, buildPlugin({ folder }));
  t.is(finding?.message, "there is no `src/plugin.ts`");
  const empty = join(temporaryFolder(t), "empty");
  await mkdir(empty);
  const error = await t.throwsAsync(buildPlugin({ folder: empty }));
  t.true(YoiError.is(error, "YOI_WORKSPACE_INVALID"));
});

test.serial("what building needs and is not installed is named, with how to get it", (t) => {
  const absent = (name: string) => {
    if (name !== "typescript") throw new Error(`no ${name}`);
  };
  const error = t.throws(() => requireToolchain(absent));
  t.true(YoiError.is(error, "YOI_BUILD_FAILED"));
  t.deepEqual(YoiError.is(error, "YOI_BUILD_FAILED") && error.details.findings.map(({ message }) => message), [
    "`rolldown` is not installed",
    "`componentize-qjs` is not installed",
  ]);
});

function source(handlers: string): string {
  return `import { definePlugin } from "yoi/sdk";\nimport type { Tools } from "./plugin.types.ts";\nexport const tools = definePlugin<Tools>({\n${handlers}\n});\n`;
}

async function copyFixture(t: ExecutionContext, name: string): Promise<string> {
  const folder = join(temporaryFolder(t), name);
  await cp(join(fixtures, name), folder, { recursive: true });
  return folder;
}

async function findingsOf(t: ExecutionContext, build: Promise<unknown>): Promise<readonly Finding[]> {
  const error = await t.throwsAsync(build);
  if (!YoiError.is(error, "YOI_BUILD_FAILED")) throw error;
  return error.details.findings;
}
