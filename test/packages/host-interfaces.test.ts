import { readFileSync } from "node:fs";
import test from "ava";
import { authorityFreeWasi, hostInterfaces, hostVersion, toolsInterface } from "../../src/packages/host-interfaces.ts";
import { toolPluginWorld } from "../../src/plugins/plugin-manifest.ts";
import { linkableImports } from "../../src/sandbox/guest-world.ts";

const wit = (path: string): string => readFileSync(new URL(`../../wit/${path}`, import.meta.url), "utf8");
const interfacesOf = (text: string): readonly string[] =>
  [...text.matchAll(/^interface ([a-z-]+) \{/gm)].map(([, name]) => name ?? "");

test("what a component may import of the host is what `wit/` offers", (t) => {
  const text = wit("deps/host.wit");
  t.deepEqual([...hostInterfaces.keys()].toSorted(), interfacesOf(text).toSorted());
  t.regex(text, new RegExp(`^package yoi:host@${hostVersion.text};`, "m"));
});

test("what a component must export is what `wit/` asks for", (t) => {
  const text = wit("plugin.wit");
  t.deepEqual(
    interfacesOf(text).map((name) => `yoi:plugin/${name}`),
    [toolsInterface],
  );
  t.regex(text, new RegExp(`^package yoi:plugin@${hostVersion.text};`, "m"));
  t.is(toolPluginWorld, `yoi:plugin/tool-plugin@${hostVersion.text}`);
  t.is(hostVersion.text, `${hostVersion.major}.${hostVersion.minor}.0`);
});

test("what may be imported is exactly what the sandbox can link", (t) => {
  const importable = [...[...hostInterfaces.keys()].map((name) => `yoi:host/${name}`), ...authorityFreeWasi];
  t.deepEqual(importable.toSorted(), [...linkableImports].toSorted());
});

// ATTACK: threats 10
test("no interface of WASI that reaches the network, a process or a device is among those without authority", (t) => {
  for (const name of authorityFreeWasi)
    t.notRegex(name, /sockets|http|command|keyvalue|config|nn|logging|threads|usb|i2c|blob/);
});
