import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { copyFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import test, { type ExecutionContext } from "ava";
import { boundMemory } from "../../../src/build-opa.ts";
import { limits } from "../../../src/calls/limits.ts";
import { startOpa } from "../../../src/engines/rego/opa/opa-instance.ts";
import { createOpaProgram, programFormat } from "../../../src/engines/rego/opa/start-opa-program.ts";
import { YoiError } from "../../../src/errors/yoi-error.ts";
import { found, opaPath, opaTest } from "../../support/opa.ts";
import { regoUnit } from "../../support/shipped-rego.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

let compiling: Promise<WebAssembly.Module> | undefined;
/** The built program, compiled once. */
async function compiledProgram(): Promise<WebAssembly.Module> {
  compiling ??= WebAssembly.compile(await readFile(opaPath));
  return compiling;
}

const module = { file: "a.rego", text: "package   a" };
const formatted = { text: "package a\n" };

/** A program of these bytes, with its record. */
async function programOf(t: ExecutionContext, bytes: Uint8Array, record: object = {}): Promise<string> {
  const path = join(temporaryFolder(t), "opa.wasm");
  const digest = createHash("sha256").update(bytes).digest("hex");
  await writeFile(path, bytes);
  await writeFile(
    path.replace(".wasm", ".json"),
    JSON.stringify({ format: programFormat, version: "1", digest, bytes: bytes.length, ...record }),
  );
  return path;
}

/** A unit whose evaluation takes an array of that length, or loops over it three times. */
function greedyUnit(length: number, loops: boolean) {
  const body = loops
    ? `some a in numbers.range(1, ${length}); some b in numbers.range(1, ${length}); some c in numbers.range(1, ${length}); a + b + c < 0`
    : `count(numbers.range(1, ${length})) == 0`;
  return regoUnit({ "a.rego": `package yoi.policy.a\n\npermit contains {"id": "one"} if { ${body} }\n` });
}

async function failureOf(asked: Promise<unknown>): Promise<unknown> {
  const error = await asked.then(
    () => "it answered",
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof YoiError)) return error;
  return [error.code, "why" in error.details ? error.details.why : "path" in error.details ? error.details.path : ""];
}

opaTest.serial("the program is known by OPA's version and by the digest of its bytes", async (t) => {
  const opa = createOpaProgram();
  const digest = createHash("sha256")
    .update(await readFile(opaPath))
    .digest("hex");
  t.is(await opa.identity(), `opa 1.22.2 ${digest}`);
});

test("a program that was not built is said to be missing, with where it was looked for", async (t) => {
  const path = join(temporaryFolder(t), "opa.wasm");
  const opa = createOpaProgram({ path });
  for (const asked of [opa.identity(), opa.format(module), opa.compile(regoUnit({})), opa.trace(regoUnit({}), "{}")]) {
    const error = await t.throwsAsync(asked, {
      code: "YOI_OPA_MISSING",
      message: /install go, then run `npm run build`$/,
    });
    t.like(error, { details: { path } });
  }
});

test("a program of another size than was built is missing, one of other bytes, and one of older sources", async (t) => {
  const bytes = new Uint8Array(64);
  const older = await programOf(t, bytes, { format: programFormat - 1 });
  t.deepEqual(await failureOf(createOpaProgram({ path: older }).identity()), ["YOI_OPA_MISSING", older]);
  const longer = await programOf(t, bytes, { bytes: 65 });
  t.deepEqual(await failureOf(createOpaProgram({ path: longer }).identity()), ["YOI_OPA_MISSING", longer]);
  const other = await programOf(t, bytes, { digest: "0" });
  t.deepEqual(await failureOf(createOpaProgram({ path: other }).format(module)), ["YOI_OPA_MISSING", other]);
});

test("a program that is no WebAssembly is a failure, not an answer", async (t) => {
  const opa = createOpaProgram({ path: await programOf(t, new Uint8Array(64)) });
  t.deepEqual(await failureOf(opa.format(module)), ["YOI_EVALUATION_FAILED", "trap"]);
});

test("a program that was missing is found once it is built", async (t) => {
  const path = join(temporaryFolder(t), "opa.wasm");
  const opa = createOpaProgram({ path });
  t.deepEqual(await failureOf(opa.identity()), ["YOI_OPA_MISSING", path]);
  await writeFile(path, "");
  await writeFile(
    path.replace(".wasm", ".json"),
    JSON.stringify({ format: programFormat, version: "2", digest: "d", bytes: 0 }),
  );
  t.is(await opa.identity(), "opa 2 d");
});

opaTest.serial("a program that was built anew before the first question is known anew", async (t) => {
  const path = await programOf(t, new Uint8Array(64));
  const opa = createOpaProgram({ path });
  const old = await opa.identity();
  await copyFile(opaPath, path);
  t.deepEqual(await failureOf(opa.format(module)), ["YOI_OPA_MISSING", path]);
  await copyFile(opaPath.replace(".wasm", ".json"), path.replace(".wasm", ".json"));
  t.deepEqual(await opa.format(module), formatted);
  t.not(await opa.identity(), old);
});

opaTest.serial("questions are answered in the order in which they were asked", async (t) => {
  const opa = createOpaProgram();
  const answered: number[] = [];
  await Promise.all(
    [1, 2, 3, 4, 5].map(async (index) => {
      const unit = regoUnit({ "a.rego": `package yoi.policy.a\n\npermit contains {"id": "i${index}"}\n` });
      const { rules } = found(await opa.compile(unit));
      t.is(rules[0]?.id, `i${index}`);
      answered.push(index);
    }),
  );
  t.deepEqual(answered, [1, 2, 3, 4, 5]);
});

// ATTACK: threats 38
opaTest.serial(
  "a question that misses its deadline ends the thread, and the next one is answered by another",
  async (t) => {
    const opa = createOpaProgram({ questionMs: 10_000 });
    t.deepEqual(await opa.format(module), formatted);
    t.deepEqual(await failureOf(opa.trace(greedyUnit(100_000, true), "{}")), ["YOI_EVALUATION_FAILED", "deadline"]);
    // The new thread has to start within the deadline too, which a busy machine may need a second try for.
    const answer = await opa.format(module).catch(() => opa.format(module));
    t.deepEqual(answer, formatted);
  },
);

// ATTACK: threats 38
opaTest.serial(
  "a program that needs more memory than it may have ends, and the next question is answered",
  async (t) => {
    const path = await programOf(t, boundMemory(await readFile(opaPath), 1_536));
    const opa = createOpaProgram({ path });
    t.deepEqual(await opa.format(module), formatted);
    t.deepEqual(await failureOf(opa.trace(greedyUnit(5_000_000, false), "{}")), ["YOI_EVALUATION_FAILED", "memory"]);
    t.deepEqual(await opa.format(module), formatted);
  },
);

// ATTACK: threats 38
opaTest.serial(
  "a text that is nested without end is refused or ends the thread, and the next question is answered",
  async (t) => {
    const opa = createOpaProgram();
    const deep = `package a\n\nx := ${"[".repeat(500_000)}${"]".repeat(500_000)}\n`;
    const answer = await opa.format({ file: "a.rego", text: deep }).catch((error: unknown) => error);
    t.true(
      YoiError.is(answer, "YOI_EVALUATION_FAILED") ||
        (typeof answer === "object" && answer !== null && "findings" in answer),
    );
    t.deepEqual(await opa.format(module), formatted);
  },
);

opaTest.serial("what the built program may have of memory is what the limits say", async (t) => {
  const compiled = await compiledProgram();
  const nothing = WebAssembly.Module.imports(compiled).map(({ name }) => [name, () => 0]);
  const { exports } = await WebAssembly.instantiate(compiled, { wasi_snapshot_preview1: Object.fromEntries(nothing) });
  const { memory } = exports;
  if (!(memory instanceof WebAssembly.Memory)) return t.fail("it has no memory");
  const pagesMax = limits.opaMemoryBytesMax / 65_536;
  t.throws(() => memory.grow(pagesMax - memory.buffer.byteLength / 65_536 + 1), { instanceOf: RangeError });
});

opaTest.serial("no more questions wait than the limit says", async (t) => {
  const opa = createOpaProgram();
  const asked = Array.from({ length: limits.opaQuestionsQueuedMax + 1 }, () => failureOf(opa.format(module)));
  const outcomes = await Promise.all(asked);
  t.deepEqual(outcomes.slice(0, -1), Array(limits.opaQuestionsQueuedMax).fill("it answered"));
  t.deepEqual(outcomes.at(-1), ["YOI_EVALUATION_FAILED", "overloaded"]);
  t.deepEqual(await opa.format(module), formatted);
});

opaTest.serial("what is asked of a closed program, or is under way, fails", async (t) => {
  const opa = createOpaProgram();
  t.deepEqual(await opa.format(module), formatted);
  const asked = [opa.trace(greedyUnit(100_000, true), "{}"), opa.format(module)].map(failureOf);
  await opa.identity();
  await opa.close();
  const closed = ["YOI_EVALUATION_FAILED", "closed"];
  t.deepEqual([...(await Promise.all(asked)), await failureOf(opa.format(module))], [closed, closed, closed]);
});

test("closing what was never asked starts nothing", async (t) => {
  await t.notThrowsAsync(createOpaProgram({ path: "/nowhere/opa.wasm" }).close());
});

opaTest.serial("a question keeps the host alive, an idle thread does not, and neither writes a word", async (t) => {
  const path = fileURLToPath(new URL("../../support/programs/ask-opa.ts", import.meta.url));
  const child = spawn(process.execPath, [path], { stdio: ["ignore", "pipe", "pipe"] });
  t.teardown(() => child.kill("SIGKILL"));
  const [stdout, stderr, [status]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
  t.deepEqual({ stdout, stderr, status }, { stdout: `${JSON.stringify(formatted)}\n`, stderr: "", status: 0 });
});

opaTest.serial("an instance refuses a question that is too long, and goes on", async (t) => {
  const opa = await startOpa(await compiledProgram());
  const error = t.throws(() => opa.ask("format", "x".repeat(limits.opaQuestionBytesMax)));
  t.like(error, { code: "YOI_EVALUATION_FAILED", details: { why: "too-large" } });
  t.is(opa.ask("format", JSON.stringify(module)), JSON.stringify(formatted));
});

opaTest.serial("an instance that has ended says so to every question", async (t) => {
  const opa = await startOpa(await WebAssembly.compile(boundMemory(await readFile(opaPath), 1_536)));
  const question = JSON.stringify({ name: "numbers.range", args: [1, 5_000_000] });
  for (const why of ["memory", "trap"]) {
    t.like(
      t.throws(() => opa.ask("builtin", question)),
      { code: "YOI_EVALUATION_FAILED", details: { why } },
    );
  }
});

opaTest.serial("an instance fails at what it does not understand, and answers the next question", async (t) => {
  const opa = await startOpa(await compiledProgram());
  const misunderstood = {
    "an operation that there is not": ["fly", "{}"],
    "a question that is no JSON": ["format", "{"],
    "a question with a member that nobody reads": ["format", '{"file": "a.rego", "text": "", "more": 1}'],
    "an input that is no JSON": ["trace", JSON.stringify({ unit: regoUnit({}), input: "{" })],
    "a builtin's argument that is no value": ["builtin", '{"name": "abs", "terms": ["x"]}'],
    "a builtin with too many arguments": ["builtin", '{"name": "abs", "args": [1, 2]}'],
    "a builtin that panics": [
      "builtin",
      JSON.stringify({ name: "io.jwt.decode_verify", terms: ['"a"', '{1: 2, "time": 1}'] }),
    ],
  } as const;
  for (const [title, [operation, question]] of Object.entries(misunderstood)) {
    const error = t.throws(() => opa.ask(operation, question), undefined, title);
    t.like(error, { code: "YOI_EVALUATION_FAILED", details: { why: "trap" } }, title);
    t.is(opa.ask("format", JSON.stringify(module)), JSON.stringify(formatted), title);
  }
});
