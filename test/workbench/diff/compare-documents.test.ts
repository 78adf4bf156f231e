import test from "ava";
import type { PolicySources } from "../../../src/engines/policy-engine.ts";
import { compareDocuments } from "../../../src/workbench/diff/compare-documents.ts";

const source = (text: string, language: "cedar" | "bundle" = "bundle", file = "team.tar.gz") =>
  ({ file, layer: "workspace", language, text }) as const;
const document = (text: string, file = "entities.json") => ({ file, layer: "workspace", text }) as const;

const rows: {
  readonly [title: string]: readonly [before: PolicySources, after: PolicySources, told: readonly string[]];
} = {
  "a bundle of other bytes": [
    { policies: [source("AAAA")] },
    { policies: [source("BBBB")] },
    ["changed bundle team.tar.gz"],
  ],
  "a bundle that comes, and one that goes": [
    { policies: [source("AAAA", "bundle", "a.wasm")] },
    { policies: [source("AAAA", "bundle", "b.wasm")] },
    ["removed bundle a.wasm", "added bundle b.wasm"],
  ],
  "documents of each kind": [
    { policies: [], entities: [document("[]")], data: [document("{}", "data.json")] },
    { policies: [], entities: [document("[ ]")], data: [document("a: 1", "data.yaml")] },
    ["changed entities entities.json", "removed data data.json", "added data data.yaml"],
  ],
  "what can be taken apart": [
    { policies: [source("permit (principal, action, resource);", "cedar", "a.cedar")] },
    { policies: [] },
    [],
  ],
  "the same, in another order": [
    { policies: [source("A", "bundle", "a.wasm"), source("B", "bundle", "b.wasm")] },
    { policies: [source("B", "bundle", "b.wasm"), source("A", "bundle", "a.wasm")] },
    [],
  ],
};
for (const [title, [before, after, told]] of Object.entries(rows)) {
  test(`files that nobody can take apart are held against each other whole: ${title}`, (t) => {
    t.deepEqual(
      compareDocuments(before, after).map(({ change, kind, file }) => `${change} ${kind} ${file}`),
      told,
    );
  });
}
