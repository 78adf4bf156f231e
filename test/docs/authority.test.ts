import { readFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { toolEffects } from "../../src/calls/inventory.ts";
import { actionGroups, actions } from "../../src/calls/powers.ts";
import { dischargeable } from "../../src/decisions/obligation.ts";
import { hostInterfaces } from "../../src/packages/host-interfaces.ts";
import { plain, readPage, repository, tableOf } from "../support/pages.ts";

/** What reaches nothing outside, and is therefore asked of nobody. */
const withoutDecision = ["config.get", "log.write"];

const everything = tableOf(readPage("authority.md"), "call").rows;

/** `fs.read` for every function of every interface of a WIT file. */
function functionsOf(path: string): readonly string[] {
  const text = readFileSync(join(repository, path), "utf8").replace(/\/\/.*$/gm, "");
  return [...text.matchAll(/^interface ([a-z-]+) \{([\s\S]*?)^\}/gm)].flatMap(([, name, body = ""]) =>
    [...body.matchAll(/([a-z-]+):\s*(?:async\s+)?func\b/g)].map(([, func]) => `${name}.${func}`),
  );
}

/** Powers that the host itself asks for, on behalf of a request that a guest made. */
const byTheHost = ["network.connect", "secret.use"];

test("every function that a component can import leads to one power, or is log or config", (t) => {
  const importing = everything
    .filter(([call]) => plain(call) !== "tool.execute")
    .map(([call, , imported = ""]) => ({
      call: plain(call),
      functions: [...imported.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name),
    }));
  const led = importing.flatMap(({ functions }) => functions);
  t.deepEqual(led.toSorted(), functionsOf("wit/deps/host.wit").toSorted());
  const asked = actions.filter((action) => actionGroups[action].some((group) => group === "host"));
  t.deepEqual(
    importing.flatMap(({ call, functions }) => (functions.length > 0 ? [call] : [])).toSorted(),
    [...asked.filter((action) => !byTheHost.includes(action)), ...withoutDecision].toSorted(),
  );
});

test("every interface that this host offers is one of wit/, and the other way round", (t) => {
  const text = readFileSync(join(repository, "wit/deps/host.wit"), "utf8");
  const interfaces = [...text.matchAll(/^interface ([a-z-]+)/gm)].map(([, name]) => name);
  t.deepEqual(interfaces.toSorted(), [...hostInterfaces.keys()].toSorted());
});

test("a component exports one function, and it is what tool.execute runs", (t) => {
  t.deepEqual(functionsOf("wit/plugin.wit"), ["tools.call"]);
  t.regex(everything.find(([call]) => plain(call) === "tool.execute")?.[2] ?? "", /`tools\.call`/);
});

test("`docs/authority.md` has every power and every import, and no other", (t) => {
  t.deepEqual(everything.map(([call]) => plain(call)).toSorted(), [...actions, ...withoutDecision].toSorted());
});

test("`docs/authority.md` says of each power which obligations bound it", (t) => {
  for (const action of actions) {
    const bounds = everything.find(([call]) => plain(call) === action)?.at(-1) ?? "";
    const named = [...bounds.matchAll(/`@(\w+)`/g)].map(([, name]) => name);
    t.deepEqual(named.toSorted(), dischargeable[action].toSorted(), action);
  }
});

test("`docs/authority.md` has every effect of a tool", (t) => {
  t.deepEqual(
    tableOf(readPage("authority.md"), "effect").rows.map(([effect]) => plain(effect)),
    toolEffects,
  );
});
