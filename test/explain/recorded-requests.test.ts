import test from "ava";
import { newId } from "../../src/calls/identifiers.ts";
import type { Host } from "../../src/host/open-host.ts";
import { readJournal } from "../../src/journal/read-journal.ts";
import { requestCall, weatherCaller } from "../support/calls.ts";
import { getsForecasts, networkWorkspace } from "../support/network-workspace.ts";
import { openOutside } from "../support/outside-world.ts";
import type { TestWorkspace } from "../support/workspaces.ts";

async function request(host: Host): Promise<void> {
  await host.broker.submit(requestCall({ url: "https://api.example.com/v1/now?city=Oslo" }));
}

function decisionOf(workspace: TestWorkspace, action: string): string {
  const entries = readJournal(workspace.places.journal).list({ limit: 50 });
  const found = entries.map(({ entry }) => entry).find((entry) => "action" in entry && entry.action === action);
  return found !== undefined && "decision" in found ? found.decision : "";
}

test("a recorded request shows what its limits came to, and each step that it took", async (t) => {
  const workspace = await networkWorkspace(t);
  workspace.write(".yoi/policies/get.cedar", `@max_response_bytes("4")\n${getsForecasts}`);
  const answer = (_: unknown, response: { end(text: string): void }) => response.end("a long answer");
  const { host } = await openOutside(t, workspace, { answer, names: ["api.example.com"] });
  await request(host);
  const page = await workspace.yoi("plugin", "explain", decisionOf(workspace, "https.request"));
  t.regex(page.stdout, /^ALLOWED/);
  t.regex(page.stdout, /^limits {5}at most 4 bytes \(gets-forecasts\)$/m);
  t.regex(page.stdout, /^applied {4}status 200, 4 bytes, cut short$/m);
  const connected = decisionOf(workspace, "network.connect");
  t.regex(page.stdout, /└ ✓ network\.connect to 93\.184\.215\.14 \(public\) +performed +[\d.]+ ms$/m);
  const full = await workspace.yoi("plugin", "explain", decisionOf(workspace, "https.request"), "--full");
  t.regex(full.stdout, new RegExp(`yoi plugin explain ${connected}\n.* evaluate [\\d.]+ ms`));
  t.regex(page.stdout, /evaluated again just now: same answer/);
  t.notRegex(page.stdout, /Oslo/);
});

test("a request that failed is explained with what happened to it", async (t) => {
  const workspace = await networkWorkspace(t);
  workspace.write(".yoi/policies/get.cedar", getsForecasts);
  const { host, world } = await openOutside(t, workspace, { answer: () => undefined, names: ["api.example.com"] });
  world.goDown();
  await request(host);
  const decision = decisionOf(workspace, "https.request");
  const page = await workspace.yoi("plugin", "explain", decision);
  t.regex(page.stdout, /^ {11}failed: unreachable: the server could not be reached · [\d.]+ ms$/m);
});

test("a redirect is told as one, with what it came from", async (t) => {
  const workspace = await networkWorkspace(t);
  const { host } = await openOutside(t, workspace, { answer: () => undefined, names: ["api.example.com"] });
  const parent = newId(Date.now());
  const caller = { ...weatherCaller, root: parent, parent };
  await host.broker.submit(requestCall({ url: "https://api.example.com/v1/now" }, caller));
  const hop = requestCall({ url: "https://mirror.example.org/now", hop: 1 }, caller);
  const outcome = await host.broker.submit(hop);
  const { stdout } = await workspace.yoi("plugin", "explain", outcome.decision.id);
  t.regex(stdout.replace(/\s+/g, " "), /https:\/\/mirror\.example\.org\/now \(redirect 1 of a request\)/);
  t.regex(stdout, /^ {9}redirected from https:\/\/api\.example\.com\/v1\/now$/m);
});

test("a request whose address was denied leads to that decision, and that to the policy", async (t) => {
  const workspace = await networkWorkspace(t);
  workspace.write(".yoi/policies/get.cedar", getsForecasts);
  const { host, world } = await openOutside(t, workspace, { answer: () => undefined, names: ["api.example.com"] });
  world.resolve(["127.0.0.1"]);
  await request(host);
  const page = await workspace.yoi("plugin", "explain", decisionOf(workspace, "https.request"));
  const denied = decisionOf(workspace, "network.connect");
  t.regex(page.stdout, /failed: denied/);
  const step =
    /└ ✗ network\.connect to 127\.0\.0\.1 \(loopback\) +explicit-forbid +[\d.]+ ms\n +yoi plugin explain (\w+)$/m;
  t.is(step.exec(page.stdout)?.[1], denied);
  const why = await workspace.yoi("plugin", "explain", denied);
  t.regex(why.stdout, /^DENIED/);
  t.regex(why.stdout, /✓ forbid no-special-addresses/);
});
