import test from "ava";
import fc from "fast-check";
import { parse } from "smol-toml";
import { removeEntry, setEntryKeys } from "../../src/config/edit-entry.ts";

const ref = "project:example.notes";
const keys = { version: '"0.2.0"', digest: '"sha256:new"', agents: '["cli"]' };

test("an entry is made where there is none, and everything else stays as it is", (t) => {
  const before = '# mine\nzone = "Europe/Oslo"   # home\n\n[mounts.notes]\npath = "notes"\n';
  const after = setEntryKeys(before, ref, keys, "yoi.toml");
  t.is(
    after,
    `${before}\n[plugins."project:example.notes"]\nversion = "0.2.0"\ndigest = "sha256:new"\nagents = ["cli"]\n`,
  );
  t.is(removeEntry(after, ref, "yoi.toml"), before);
});

test("an entry that is there keeps what is not set, its comments and its grants", (t) => {
  const before = `[plugins."project:example.notes"]
# read on Monday
version = "0.1.0"
surfaces = ["tools"]

[[plugins."project:example.notes".grants]]
action = "fs.read"
path = "notes"

[plugins."project:other"]
version = "0.1.0"
`;
  const after = setEntryKeys(before, ref, keys, "yoi.toml");
  t.true(after.includes("# read on Monday"));
  t.deepEqual(parse(after)["plugins"], {
    [ref]: {
      version: "0.2.0",
      digest: "sha256:new",
      agents: ["cli"],
      surfaces: ["tools"],
      grants: [{ action: "fs.read", path: "notes" }],
    },
    "project:other": { version: "0.1.0" },
  });
  t.deepEqual(parse(removeEntry(before, ref, "yoi.toml"))["plugins"], { "project:other": { version: "0.1.0" } });
});

// TOML spells one entry in many ways. An edit that would silently miss it would tell an operator that a plugin is
// disabled while it is not.
const spellings: readonly (readonly [title: string, text: string])[] = [
  ["a literal key", "[plugins.'project:example.notes']\nversion = \"0.1.0\"\n"],
  ["spaces in its header", '[ plugins . "project:example.notes" ]\nversion = "0.1.0"\n'],
  ["an escape in its key", '[plugins."project:example\\u002enotes"]\nversion = "0.1.0"\n'],
  ["an inline table", '[plugins]\n"project:example.notes" = { version = "0.1.0" }\n'],
  ["dotted keys", 'plugins."project:example.notes".version = "0.1.0"\n'],
];
for (const [title, text] of spellings) {
  test(`an entry with ${title} is taken out whole, or refused`, (t) => {
    t.true(isGoneOrRefused(() => removeEntry(text, ref, "yoi.toml")));
    t.true(isSetOrRefused(() => setEntryKeys(text, ref, keys, "yoi.toml")));
  });
}

test("a header inside of a text is no entry", (t) => {
  const decoy = 'zone = """\n[plugins."project:example.notes"]\n"""\n';
  t.throws(() => setEntryKeys(`${decoy}[plugins.'project:example.notes']\n`, ref, keys, "yoi.toml"), {
    message: "the configuration was not changed",
  });
  t.throws(() => removeEntry(`${decoy}[mounts.a]\npath = "a"\n`, ref, "yoi.toml"));
});

test("whatever the values, what was set is what is read, and taking it out brings the rest back", (t) => {
  const text = fc.string({ unit: "grapheme" }).map((value) => JSON.stringify(value));
  fc.assert(
    fc.property(text, fc.constantFrom("", "[mounts.a]\npath = 'a'\n", 'zone = "UTC"\n'), (value, before) => {
      try {
        parse(`value = ${value}`);
      } catch {
        return;
      }
      const after = setEntryKeys(before, ref, { version: value }, "yoi.toml");
      t.deepEqual(parse(after)["plugins"], { [ref]: { version: parse(`value = ${value}`)["value"] } });
      t.deepEqual(parse(removeEntry(after, ref, "yoi.toml")), parse(before));
    }),
  );
});

function isGoneOrRefused(edit: () => string): boolean {
  try {
    const { plugins = {} } = parse(edit());
    return !Object.hasOwn(Object(plugins), ref);
  } catch {
    return true;
  }
}

function isSetOrRefused(edit: () => string): boolean {
  let after: string;
  try {
    after = edit();
  } catch {
    return true;
  }
  const plugins = Object(parse(after)["plugins"]);
  return plugins[ref].version === "0.2.0" && plugins[ref].digest === "sha256:new";
}
