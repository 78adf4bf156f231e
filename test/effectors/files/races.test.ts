import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import test from "ava";
import { answerOf, mountScene, type Operation, operations, snapshot } from "../../support/file-effects.ts";
import { type RunningProgram, runProgram } from "../../support/run-program.ts";

// One after the other: each has the machine to itself and a process that swaps. Rounds go on until every answer that is to be met has been met this often, and end in any case.
const enough = 15;
const roundsMin = 100;
const roundsMax = 20_000;

const isDone: { readonly [O in Operation]?: string } = { read: "inside", stat: "file of 6", list: "file plan.md" };

/** What is done round after round, at which path, and what else may come of it than its failure to get there. */
interface Race {
  readonly operation: Operation;
  readonly path: (round: number) => string;
  readonly alsoSeen?: readonly string[];
  /** Done before each round, through the same guarded way. */
  readonly before?: Operation;
}

const inSwappedFolder: readonly Race[] = [
  { operation: "read", path: () => "2026/plan.md" },
  { operation: "stat", path: () => "2026/plan.md" },
  { operation: "list", path: () => "2026" },
  { operation: "create", path: (round) => `2026/new-${round}` },
  { operation: "replace", path: () => "2026/plan.md" },
  { operation: "append", path: () => "2026/plan.md" },
  { operation: "append", path: (round) => `2026/new-${round}` },
  { operation: "make", path: (round) => `2026/new-${round}` },
  { operation: "remove", path: () => "2026/plan.md", before: "replace" },
];

// ATTACK: threats 24
for (const { operation, path, before } of inSwappedFolder) {
  test.serial(
    `${operation} of ${path(0)}: while its folder is swapped for a link to the outside, nothing comes out or goes in`,
    async (t) => {
      const { folder, outside } = mountScene(t);
      writeFileSync(join(outside, "2026", "only-outside.md"), "SECRET!");
      const untouched = snapshot(outside);
      const swapper = runProgram(t, "swap-folder", [join(folder, "2026"), join(outside, "2026")]);
      t.is(await swapper.nextLine(), "swapping");
      const done = isDone[operation] ?? "done";
      const seen = new Map<string, number>();
      const count = (answer: string) => seen.get(answer) ?? 0;
      const refused = () => count("not-found") + count("not-a-folder");
      for (let round = 0; round < roundsMax; round++) {
        if (round >= roundsMin && count(done) >= enough && refused() >= enough) break;
        if (before !== undefined) await answerOf(before, { folder, path: path(round) });
        const answer = await answerOf(operation, { folder, path: path(round) });
        seen.set(answer, count(answer) + 1);
      }
      t.deepEqual(new Set(seen.keys()).difference(new Set([done, "not-found", "not-a-folder"])), new Set());
      t.true(count(done) >= enough, "it was met");
      t.true(refused() >= enough, "links were met");
      t.deepEqual(snapshot(outside), untouched);
    },
  );
}

// ATTACK: threats 24
for (const [operation, before, others] of [
  ["read", undefined, []],
  ["stat", undefined, ["other"]],
  ["create", undefined, ["exists"]],
  ["replace", undefined, []],
  ["append", undefined, ["exists"]],
  ["remove", "replace", []],
] as const) {
  test.serial(
    `${operation}: while a file is swapped for a link to one outside, nothing comes out or goes in`,
    async (t) => {
      const { folder, outside } = mountScene(t);
      const untouched = snapshot(outside);
      const swapper = runProgram(t, "swap-folder", [join(folder, "2026", "plan.md"), join(outside, "2026", "plan.md")]);
      t.is(await swapper.nextLine(), "swapping");
      const seen = new Map<string, number>();
      for (let round = 0; round < roundsMax; round++) {
        const linksMet = ["not-a-file", "other", "exists"].some((word) => (seen.get(word) ?? 0) >= enough);
        if (round >= roundsMin && linksMet) break;
        if (before !== undefined) await answerOf(before, { folder, path: "2026/plan.md" });
        const answer = await answerOf(operation, { folder, path: "2026/plan.md" });
        seen.set(answer, (seen.get(answer) ?? 0) + 1);
      }
      const done = isDone[operation] ?? "done";
      t.deepEqual(new Set(seen.keys()).difference(new Set([done, "not-found", "not-a-file", ...others])), new Set());
      t.deepEqual(snapshot(outside), untouched);
    },
  );
}

function lettersOf(path: string): { readonly letters: string; readonly bytes: number } {
  const content = readFileSync(path, "latin1");
  return { letters: [...new Set(content)].join(""), bytes: content.length };
}

test.serial("two hosts that write one path leave one file or the other, whole at every moment", async (t) => {
  const { folder } = mountScene(t);
  const file = join(folder, "shared");
  writeFileSync(file, "a".repeat(1_048_576));
  for (const letter of ["a", "b"]) {
    t.is(await runProgram(t, "write-for-ever", [folder, "shared", letter]).nextLine(), "writing");
  }
  const seen = new Map<string, number>();
  for (let round = 0; round < roundsMax; round++) {
    if (round >= roundsMin && seen.has("a") && seen.has("b")) break;
    const { letters, bytes } = lettersOf(file);
    t.is(bytes, 1_048_576);
    seen.set(letters, (seen.get(letters) ?? 0) + 1);
  }
  t.deepEqual([...seen.keys()].toSorted(), ["a", "b"]);
});

test.serial(
  "a host that is killed in mid-write leaves the old file whole, and what it left can be neither seen nor used",
  async (t) => {
    const { folder } = mountScene(t);
    const file = join(folder, "file");
    writeFileSync(file, "o".repeat(1_048_576));
    const leftOver = () => readdirSync(folder).filter((name) => name.startsWith(".yoi-"));
    for (let round = 0; round < 8; round++) {
      const before = leftOver().length;
      const writer = runProgram(t, "write-for-ever", [folder, "file", "xy"]);
      for (let lines = 0; lines <= round % 3; lines++) await writer.nextLine();
      for (let looks = 0; looks < roundsMax && leftOver().length === before; looks++) await nextTurn();
      writer.child.kill("SIGKILL");
      t.is(await writer.ended, "SIGKILL");
      const { letters, bytes } = lettersOf(file);
      t.is(bytes, 1_048_576);
      t.regex(letters, /^[oxy]$/);
    }
    // The kills came in mid-write, or this would have shown nothing.
    t.true(leftOver().length > 0);
    t.is(await answerOf("list", { folder, path: "" }), "folder 2026, file file");
    for (const operation of ["read", "stat", "replace", "append", "remove"] as const) {
      t.is(await answerOf(operation, { folder, path: leftOver()[0] ?? "" }), "not-found");
    }
  },
);

test.serial("of many who create one name, in one host or in several, exactly one does", async (t) => {
  const { folder } = mountScene(t);
  const answers = await Promise.all(Array.from({ length: 16 }, () => answerOf("create", { folder, path: "one" })));
  t.deepEqual(answers.toSorted(), ["done", ...Array.from({ length: 15 }, () => "exists")]);

  const programs = ["a", "b"].map((letter) => runProgram(t, "create-files", [folder, "100", letter]));
  await startTogether(programs);
  const made = await Promise.all(programs.map(async (program) => Number(await program.nextLine())));
  t.is(
    made.reduce((one, other) => one + other),
    100,
  );
  for (let index = 0; index < 100; index++) {
    const { letters, bytes } = lettersOf(join(folder, `new-${index}`));
    t.deepEqual([letters.length, bytes], [1, 10_000]);
  }
  t.deepEqual(
    readdirSync(folder).filter((name) => name.startsWith(".yoi-")),
    [],
  );
});

test.serial("what several append to one file stays together, each piece whole", async (t) => {
  const { folder } = mountScene(t);
  await Promise.all(Array.from({ length: 20 }, () => operations.append({ folder, path: "one" })));
  t.is(readFileSync(join(folder, "one"), "latin1"), "+".repeat(20));

  const programs = ["a", "b"].map((letter) => runProgram(t, "append-lines", [folder, "lines", "200", letter]));
  await startTogether(programs);
  t.deepEqual(await Promise.all(programs.map((program) => program.ended)), [0, 0]);
  const lines = readFileSync(join(folder, "lines"), "latin1").split("\n").slice(0, -1);
  t.deepEqual(
    lines.toSorted(),
    ["a", "b"].flatMap((letter) => Array.from({ length: 200 }, () => letter.repeat(9_999))),
  );
});

async function startTogether(programs: readonly RunningProgram[]): Promise<void> {
  for (const program of programs) await program.nextLine();
  for (const program of programs) program.child.stdin.write("go");
}
