import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import test, { type ExecutionContext } from "ava";
import { z } from "zod";
import { compileGrants } from "../../src/config/compile-grants.ts";
import { enablementSchema, grantSchema } from "../../src/config/enablement.ts";
import { networkSchema } from "../../src/config/network-settings.ts";
import { openSchema, ownKeys, secretsSchema } from "../../src/config/own-settings.ts";
import { placesOf } from "../../src/config/places.ts";
import { readConfig } from "../../src/config/read-config.ts";
import { codeOf, plain, readPage, repository, tablesOf } from "../support/pages.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const page = readPage("yoi-toml.md");
const examples = codeOf(page, "toml");

async function read(t: ExecutionContext, toml: string) {
  const workspace = temporaryFolder(t);
  const places = placesOf(workspace, { HOME: join(workspace, "home") });
  // An example of the user's own file is read as such.
  const isOwn = ownKeys.some((key) => new RegExp(`^\\[\\[?${key}`, "m").test(toml));
  const file = isOwn ? places.userConfig : places.workspaceConfig;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, toml);
  return readConfig(places);
}

function keysIn(section: string): readonly string[] {
  return tablesOf(page)
    .filter((table) => table.section === section && table.head[0] === "key")
    .flatMap((table) => table.rows.map(([key]) => plain(key)));
}

/** The keys of a strict schema, those of tables within it with a dot. */
function keysOf(schema: z.ZodType): readonly string[] {
  if (schema instanceof z.ZodOptional) return keysOf(schema.unwrap() as z.ZodType);
  if (schema instanceof z.ZodUnion) return [...new Set(schema.options.flatMap((form) => keysOf(form as z.ZodType)))];
  if (!(schema instanceof z.ZodObject)) return [];
  return Object.entries(schema.shape).flatMap(([key, inner]) => {
    const below = keysOf(inner as z.ZodType);
    return below.length === 0 ? [key] : below.map((one) => `${key}.${one}`);
  });
}

for (const [n, example] of examples.entries()) {
  test(`example ${n + 1} of \`docs/yoi-toml.md\` is read without a finding`, async (t) => {
    const reading = await read(t, example);
    if (!("config" in reading)) return t.fail(JSON.stringify(reading.findings));
    for (const entry of reading.config.plugins.values()) t.false("findings" in entry, JSON.stringify(entry));
    t.pass();
  });
}

test("`docs/yoi-toml.md` has every key of an entry, and no other", (t) => {
  t.deepEqual(keysIn("A plugin's entry").toSorted(), keysOf(enablementSchema).toSorted());
});

test("`docs/yoi-toml.md` has every key of a grant, and no other", (t) => {
  t.deepEqual(keysIn("A grant").toSorted(), keysOf(grantSchema).toSorted());
});

test("`docs/yoi-toml.md` has every key of the top level: one that it lacks is refused, with these as the known ones", async (t) => {
  const source = readFileSync(join(repository, "src/config/read-config.ts"), "utf8");
  const [, body = ""] = /const fileSchema = z\.strictObject\(\{([\s\S]*?)\n\}\);/.exec(source) ?? [];
  const known = [...body.matchAll(/^ {2}([a-z]+):/gm)].map(([, key]) => key);
  const documented = keysIn("Top level").map((key) => key.split(".")[0]);
  t.deepEqual([...new Set(documented)].toSorted(), known.toSorted());
  t.true("findings" in (await read(t, "colour = 1\n")));
});

const ownTables = {
  Secrets: secretsSchema.valueType,
  Openings: openSchema.element,
  "The network": networkSchema,
};
for (const [section, schema] of Object.entries(ownTables)) {
  test(`\`docs/yoi-toml.md\` has every key of ${section}, and no other`, (t) => {
    t.deepEqual(keysIn(section).toSorted(), keysOf(schema).toSorted());
  });
}

test("`docs/yoi-toml.md` names every action that a grant can be of", (t) => {
  const actions = grantSchema.options.flatMap(({ shape }) => [
    ...(shape.action instanceof z.ZodEnum ? shape.action.options : shape.action.values),
  ]);
  const [, , rules = ""] =
    tablesOf(page)
      .filter(({ section }) => section === "A grant")
      .flatMap(({ rows }) => rows)
      .find(([key]) => plain(key) === "action") ?? [];
  t.deepEqual([...rules.matchAll(/"([a-z.-]+)"/g)].map(([, action]) => action).toSorted(), actions.toSorted());
});

test("the Cedar of `docs/yoi-toml.md` is what its secrets and grants compile to", async (t) => {
  const reading = await read(t, examples.find((example) => example.includes("grants")) ?? "");
  if (!("config" in reading)) return t.fail();
  const { sources } = compileGrants(reading.config.plugins);
  const squeeze = (text: string) =>
    text
      .replaceAll(/\s+/g, "")
      .replaceAll("@id", "\n@id")
      .split("\n")
      .filter((line) => line !== "")
      .toSorted();
  const [, ...permits] = sources.map(({ text }) => text);
  t.deepEqual(squeeze(permits.join("")), squeeze(codeOf(page, "cedar")[0] ?? ""));
});
