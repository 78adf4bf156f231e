import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import { z } from "zod";
import { compileGrants } from "../../src/config/compile-grants.ts";
import { enablementSchema } from "../../src/config/enablement.ts";
import { placesOf } from "../../src/config/places.ts";
import { readConfig } from "../../src/config/read-config.ts";
import { codeOf, plain, readPage, repository, tablesOf } from "../support/pages.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const page = readPage("yoi-toml.md");
const examples = codeOf(page, "toml");

async function read(t: ExecutionContext, toml: string) {
  const workspace = temporaryFolder(t);
  mkdirSync(join(workspace, ".yoi"));
  writeFileSync(join(workspace, ".yoi/yoi.toml"), toml);
  return readConfig(placesOf(workspace, { HOME: join(workspace, "home") }));
}

function keysIn(section: string): readonly string[] {
  return tablesOf(page)
    .filter((table) => table.section === section && table.head[0] === "key")
    .flatMap((table) => table.rows.map(([key]) => plain(key)));
}

/** The keys of a strict schema, those of tables within it with a dot. */
function keysOf(schema: z.ZodType): readonly string[] {
  if (schema instanceof z.ZodOptional) return keysOf(schema.unwrap() as z.ZodType);
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
  const grants = enablementSchema.shape.grants.unwrap().element;
  t.deepEqual(keysIn("A grant").toSorted(), keysOf(grants).toSorted());
});

test("`docs/yoi-toml.md` has every key of the top level: one that it lacks is refused, with these as the known ones", async (t) => {
  const source = readFileSync(join(repository, "src/config/read-config.ts"), "utf8");
  const [, body = ""] = /const fileSchema = z\.strictObject\(\{([\s\S]*?)\n\}\);/.exec(source) ?? [];
  const known = [...body.matchAll(/^ {2}([a-z]+):/gm)].map(([, key]) => key);
  const documented = keysIn("Top level").map((key) => key.split(".")[0]);
  t.deepEqual([...new Set(documented)].toSorted(), known.toSorted());
  t.true("findings" in (await read(t, "colour = 1\n")));
});

test("the keys that `docs/yoi-toml.md` calls later are refused as such", async (t) => {
  for (const toml of ["[secrets.key]\n", '[[open]]\norigin = "x"\n']) {
    const reading = await read(t, toml);
    t.regex(JSON.stringify(reading), /not supported by this version/);
  }
});

test("the Cedar of `docs/yoi-toml.md` is what its grant compiles to", async (t) => {
  const reading = await read(t, examples.find((example) => example.includes("grants")) ?? "");
  if (!("config" in reading)) return t.fail();
  const { sources } = compileGrants(reading.config.plugins);
  const squeeze = (text: string) => text.replaceAll(/\s+/g, "").replaceAll("@", "\n@").split("\n").toSorted();
  t.deepEqual(squeeze(sources.at(-1)?.text ?? ""), squeeze(codeOf(page, "cedar")[0] ?? ""));
});
