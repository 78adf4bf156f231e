import test from "ava";
import { columnsOf } from "../../../src/terminal/layout.ts";
import { plain } from "../../../src/terminal/paint.ts";
import { renderReplay } from "../../../src/workbench/replay/render-replay.ts";
import { policyNamed } from "../../support/fake-engine.ts";

const answer = { kind: "deny", causes: ["no-permit"], policies: [], obligations: [] } as const;
const group = {
  change: "deny-to-allow",
  plugin: `project:${"x".repeat(120)}`,
  action: "fs.make-directory",
  count: 10_000,
  newest: "01JDQ5T8C3M0V9W7QK2D7Q5T8X",
  gained: ["a.cedar#new", "b.cedar#2"],
  lost: ["a.cedar#old"],
  rebound: 0,
} as const;
const listed = {
  change: "deny-to-allow",
  decision: group.newest,
  at: "2026-11-20T23:14:00.000Z",
  plugin: group.plugin,
  action: group.action,
  // ATTACK: threats 34: a path of a guest's making.
  words: "project:x → fs.read notes/\u001b[2J\u202egnp.exe",
  before: answer,
  after: { ...answer, kind: "allow" },
  changes: [{ policy: policyNamed("new", "permit"), place: "a\u001b.cedar:1:1", what: "is new, and permits it" }],
  accepted: false,
} as const;
const told = {
  report: { decisions: 12_345, same: 1, flips: [], notReplayable: { evidenceGone: 2, noPolicies: 3 } },
  groups: [group],
  listed: Array.from({ length: 12 }, () => listed),
  tookMs: 1_234,
  isFormer: (id: string) => id !== "a.cedar#new",
  isPresent: (id: string) => id !== "a.cedar#old",
};

test("a replay fits a terminal, names what is new and gone, and obeys no text of a guest", (t) => {
  const text = renderReplay(told, plain, 10);
  t.regex(text, /^12,345 recorded decisions, evaluated again in 1\.2 s\n/);
  t.regex(
    text,
    /^ {2}deny → allow {4}10,000 {2}project:x+… {2}fs\.make-directory {2}←\n {6}new: new\n {6}now: b\.cedar#2\n {6}gone: old\n/m,
  );
  t.regex(text, /^ {2}not replayable {7}5\n {6}of 2 the evidence is gone\n {6}of 3 there were no policies in force$/m);
  t.regex(text, /and 2 more; --json has them all$/);
  t.notRegex(text, /[^\P{Cc}\n]|\u202e/u);
  for (const line of text.split("\n")) t.true(columnsOf(line) <= 80, line);
});

test("where nothing is on record a replay says so", (t) => {
  const report = { decisions: 0, same: 0, flips: [], notReplayable: { evidenceGone: 0, noPolicies: 0 } };
  t.is(renderReplay({ ...told, report, groups: [], listed: [] }, plain, 10), "Nothing on record to evaluate again.");
});
