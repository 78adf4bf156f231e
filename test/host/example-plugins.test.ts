import { readFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import test, { type ExecutionContext } from "ava";
import { readJournal } from "../../src/journal/read-journal.ts";
import { openOutside, publicAddress } from "../support/outside-world.ts";
import { newWorkspace, type TestWorkspace } from "../support/workspaces.ts";

const agent = { agent: "cli" };

async function workspaceWith(t: ExecutionContext, guest: string, policies: string): Promise<TestWorkspace> {
  const workspace = await newWorkspace(t);
  await workspace.install(guest);
  workspace.write("cached/.keep", "");
  workspace.configure('[mounts.cached]\npath = "cached"\n');
  const bound = guest === "forecast" ? ["--mount", "cache=cached"] : [];
  const { code, stderr } = await workspace.yoi("plugin", "enable", `example.${guest}`, "--yes", ...bound);
  t.is(code, 0, stderr);
  workspace.write(".yoi/policies/example.cedar", policies);
  return workspace;
}

const forecasts = `
permit (
  principal == Yoi::Plugin::"project:example.forecast",
  action == Yoi::Action::"https.request",
  resource in Yoi::Url::"https://forecast.example/v1"
) when { context.method == "GET" };
permit (
  principal == Yoi::Plugin::"project:example.forecast",
  action in [Yoi::Action::"fs.read", Yoi::Action::"fs.stat", Yoi::Action::"fs.write"],
  resource in Yoi::Path::"cached"
);
`;

const oslo = JSON.stringify({ city: "Oslo", degrees: -3, sky: "snow" });

test("the forecast comes from its server, is kept, and comes from there when the server is down", async (t) => {
  const workspace = await workspaceWith(t, "forecast", forecasts);
  const asked: string[] = [];
  const answer = (request: IncomingMessage, response: ServerResponse) => {
    asked.push(`${request.method} ${request.headers.host} ${request.url}`);
    response.end(oslo);
  };
  const { host, world } = await openOutside(t, workspace, { answer, names: ["forecast.example"] });
  t.like(await host.desk.call("get_forecast", { city: "Oslo" }, agent), {
    outcome: "performed",
    summary: "Oslo: -3 °C, snow (as of now)",
  });
  t.deepEqual(asked, ["GET forecast.example /v1/forecast?city=Oslo"]);
  t.deepEqual(world.tunnels, [`${publicAddress}:443`]);
  t.is(workspace.read("cached/oslo.json"), oslo);

  world.goDown();
  for (const socket of world.server.sockets) socket.destroy();
  const kept = await host.desk.call("get_forecast", { city: "Oslo" }, agent);
  t.regex(kept.summary, /^Oslo: -3 °C, snow \(as of \d{4}-.*, for the server is down\)$/);
  t.like(await host.desk.call("get_forecast", { city: "Bergen" }, agent), {
    outcome: "performed",
    isError: true,
    summary: "the server is down, and no forecast for Bergen is kept",
  });
});

const posts = `
permit (
  principal == Yoi::Plugin::"project:example.webhook",
  action == Yoi::Action::"https.request",
  resource in Yoi::Url::"https://chat.example/api/webhooks"
) when { context.method == "POST" };
permit (
  principal == Yoi::Plugin::"project:example.webhook",
  action == Yoi::Action::"secret.use",
  resource == Yoi::Secret::"webhook-token"
);
`;
const token = "tok-Zm9v/é+Ünsafe";
const secrets = `[secrets.webhook-token]
from = { env = "WEBHOOK_TOKEN" }
place = { path = "{token}" }
origins = ["https://chat.example"]
`;

// ATTACK: threats 33: the token is looked for in every place that a value could leak to.
test("a webhook's token is on the wire, and nowhere else", async (t) => {
  const workspace = await workspaceWith(t, "webhook", posts);
  const asked: string[] = [];
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const chunks = await request.toArray();
    asked.push(`${request.method} ${request.url} ${Buffer.concat(chunks)}`);
    // A server that sends back what it got, in three ways.
    const echoes = [token, encodeURIComponent(token), Buffer.from(token).toString("base64")];
    response.setHeader("x-echo", encodeURIComponent(token));
    response.end(JSON.stringify({ id: echoes.join(" ") }));
  };
  const { host } = await openOutside(t, workspace, {
    answer,
    names: ["chat.example"],
    variables: { WEBHOOK_TOKEN: token },
    userConfig: secrets,
  });
  const result = await host.desk.call("post_message", { text: "hello" }, agent);
  t.like(result, { outcome: "performed", isError: false });
  const body = JSON.stringify({ content: "hello", allowed_mentions: { parse: [] } });
  t.deepEqual(asked, [`POST /api/webhooks/1209/${encodeURIComponent(token)}?wait=true ${body}`]);
  t.is(result.summary, "posted as [redacted] [redacted] [redacted]==");

  const request = readJournal(workspace.places.journal)
    .list({ limit: 50 })
    .map(({ entry }) => entry)
    .find((entry) => "action" in entry && entry.action === "https.request");
  const decision = request !== undefined && "decision" in request ? request.decision : "";
  const explained = await workspace.yoi("plugin", "explain", decision, "--full", "--json");
  const shown = await workspace.yoi("journal", "export");
  const page = await workspace.yoi("plugin", "explain", decision, "--full");
  const logs = await workspace.yoi("plugin", "logs", "example.webhook");
  const places = {
    "the tool's result": JSON.stringify(result),
    "the explanation": explained.stdout + page.stdout,
    "the journal as exported": shown.stdout,
    "the journal's files": ["", "-wal"]
      .map((end) => readFileSync(`${workspace.places.journal}${end}`, "latin1"))
      .join(),
    "the plugin's log": logs.stdout,
  };
  t.is(page.code, 0, page.stderr);
  t.is(shown.code, 0, shown.stderr);
  t.regex(page.stdout, /https:\/\/chat\.example\/api\/webhooks\/1209\/%7Btoken%7D/);
  for (const [where, text] of Object.entries(places)) {
    t.not(text, "", where);
    for (const form of [token, encodeURIComponent(token), Buffer.from(token).toString("base64"), "tok-Zm9v"]) {
      t.false(text.includes(form), `${form} in ${where}`);
    }
  }
});

test("without the permit to use its token, a webhook sends nothing and looks no name up", async (t) => {
  const policy = posts.slice(0, posts.indexOf("permit (", posts.indexOf("permit (") + 1));
  const workspace = await workspaceWith(t, "webhook", policy);
  const { host, world } = await openOutside(t, workspace, {
    answer: (_, response) => void response.end("{}"),
    names: ["chat.example"],
    variables: { WEBHOOK_TOKEN: token },
    userConfig: secrets,
  });
  const result = await host.desk.call("post_message", { text: "hello" }, agent);
  t.regex(result.summary, /denied by policy/);
  t.deepEqual([world.lookups, world.tunnels], [[], []]);
  const [, decision = ""] = /decision ([0-9A-Z]{26})/.exec(result.summary) ?? [];
  const page = await workspace.yoi("plugin", "explain", decision);
  t.regex(page.stdout, /secret\.use webhook-token/);
});
