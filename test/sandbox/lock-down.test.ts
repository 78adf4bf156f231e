import { execFile } from "node:child_process";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import test from "ava";

const lockDownUrl = pathToFileURL(join(import.meta.dirname, "../../src/sandbox/child/lock-down.ts")).href;

/** What `script` prints in a Node of its own that was locked down; `own` is its `process`, kept from before. */
async function lockedDown(script: string): Promise<unknown> {
  const text = `
    const { lockDown } = await import(${JSON.stringify(lockDownUrl)});
    const { writeSync } = await import("node:fs");
    const own = process;
    const exit = own.reallyExit.bind(own);
    const print = (value) => { writeSync(1, JSON.stringify(value)); exit(0); };
    lockDown("file:///nowhere/component.mjs");
    ${script}`;
  const { stdout } = await promisify(execFile)(process.execPath, ["--no-warnings", "--input-type=module", "-e", text]);
  return JSON.parse(stdout);
}

// ATTACK: threats 42
test("of `process` nothing is left that reaches anything, whoever still holds it", async (t) => {
  const functions = await lockedDown(
    "print(Reflect.ownKeys(own).filter((key) => typeof own[key] === 'function').map(String).sort());",
  );
  t.deepEqual(functions, ["_fatalException", "_tickCallback", "emitWarning", "nextTick"]);
});

test("of the globals nothing is left but the language and what the glue needs", async (t) => {
  const gone = [
    "process",
    "global",
    "Buffer",
    "fetch",
    "WebSocket",
    "crypto",
    "performance",
    "navigator",
    "SharedArrayBuffer",
  ];
  const more = [
    "Atomics",
    "BroadcastChannel",
    "MessageChannel",
    "structuredClone",
    "setInterval",
    "setImmediate",
    "localStorage",
  ];
  t.deepEqual(
    await lockedDown(`print(${JSON.stringify([...gone, ...more])}.filter((name) => name in globalThis));`),
    [],
  );
});

test("no module can be loaded any more, whether it is built in, text or a file", async (t) => {
  const specifiers = ["node:fs", "fs", "data:text/javascript,1", "file:///etc/hostname", lockDownUrl];
  const script = `
    const answers = [];
    for (const specifier of ${JSON.stringify(specifiers)}) {
      answers.push(await import(specifier).then(() => "loaded", (error) => error.message));
    }
    print(answers);`;
  t.deepEqual(
    await lockedDown(script),
    specifiers.map(() => "no module can be loaded here"),
  );
});
