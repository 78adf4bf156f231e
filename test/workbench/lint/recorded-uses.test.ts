import { join } from "node:path";
import test from "ava";
import { readJournal } from "../../../src/journal/read-journal.ts";
import { openJournal } from "../../../src/journal/sqlite-journal.ts";
import { recordedUses } from "../../../src/workbench/lint/recorded-uses.ts";
import { decidedEntry } from "../../support/journal-entries.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

test("uses are the allows that a policy determined, and decisions count where the policy was in force", async (t) => {
  const file = join(temporaryFolder(t), "journal.db");
  const journal = await openJournal({ file });
  t.teardown(() => journal.close());
  await journal.keepPolicySet("one", JSON.stringify({ policies: [{ text: 'permit ("a");\nforbid ("b");' }] }));
  await journal.keepPolicySet("two", JSON.stringify({ policies: [{ text: 'forbid ("b");' }] }));
  await journal.append(decidedEntry({ policies: "one" }));
  await journal.append(decidedEntry({ policies: "one", action: "fs.list", resource: 'Yoi::Path::"notes/a \\"b\\""' }));
  await journal.append(decidedEntry({ policies: "one", answer: "deny", action: "fs.write" }));
  await journal.append(decidedEntry({ policies: "two" }));
  await journal.append(decidedEntry({ policies: "gone", stage: "rehearsed" }));
  const uses = recordedUses(readJournal(file));
  t.is(uses.decisionsWith('permit ("a");'), 3);
  t.is(uses.decisionsWith('permit ("a");\nforbid ("b");'), 3);
  t.is(uses.decisionsWith('forbid ("b");'), 4);
  t.is(uses.decisionsWith('forbid ("c");'), 0);
  const use = uses.of.get("notes.cedar#read");
  t.is(use?.allows, 3);
  t.deepEqual([...(use?.actions ?? [])], ["fs.read", "fs.list"]);
  t.deepEqual(use?.principals, [{ type: "Plugin", id: "project:example.notes" }]);
  t.deepEqual(
    use?.resources.map(({ id }) => id),
    ["notes/today.md", 'notes/a "b"'],
  );
});
