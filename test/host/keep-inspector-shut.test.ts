import { spawn } from "node:child_process";
import { once } from "node:events";
import test from "ava";
import { keepInspectorShut } from "../../src/host/keep-inspector-shut.ts";

const listeners = () => process.listenerCount("SIGUSR1");

test.serial("the signal is ignored for as long as anybody asks for it, by one listener", (t) => {
  const before = listeners();
  const [first, second] = [keepInspectorShut(), keepInspectorShut()];
  t.is(listeners(), before + 1);
  first();
  t.is(listeners(), before + 1);
  second();
  t.is(listeners(), before);
});

test.serial("whoever lets go twice lets go for nobody else", (t) => {
  const before = listeners();
  const [first, second] = [keepInspectorShut(), keepInspectorShut()];
  first();
  first();
  t.is(listeners(), before + 1);
  second();
  t.is(listeners(), before);
});

// ATTACK: threats 23, 42.
for (const isShut of [true, false]) {
  test(`a process that is sent SIGUSR1 ${isShut ? "opens no inspector" : "opens one, unless it is kept from it"}`, async (t) => {
    const module = JSON.stringify(new URL("../../src/host/keep-inspector-shut.ts", import.meta.url).href);
    const shut = isShut ? `(await import(${module})).keepInspectorShut();` : "";
    const text = `import { url } from "node:inspector";
      ${shut}
      process.stdin.on("data", () => { console.log("inspector", url() ?? "none"); process.exit(); });
      console.log("ready");`;
    const child = spawn(process.execPath, ["--inspect-port=127.0.0.1:0", "--input-type=module", "-e", text], {
      stdio: ["pipe", "pipe", "pipe"],
    });
    child.stdout.setEncoding("utf8");
    child.stderr.setEncoding("utf8");
    await once(child.stdout, "data");
    child.kill("SIGUSR1");
    // Node says on stderr that it listens; where it does not, asking is enough: signals are delivered in order.
    if (!isShut) await once(child.stderr, "data");
    child.stdin.write("?\n");
    const [said] = await once(child.stdout, "data");
    t.regex(String(said), isShut ? /inspector none/ : /inspector ws:/);
  });
}
