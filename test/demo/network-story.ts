import { demoRoot, serveJson } from "./outside.ts";
import type { Stage } from "./stage.ts";
import { copyFixture } from "./story.ts";

const forecast = "project:example.forecast";
const webhook = "project:example.webhook";
const token = "ZGVtby10b2tlbg-9f3c21a";
const asksForOslo = ["tool", "call", "get_forecast", '{"city":"Oslo"}'];

/** Two plugins that reach out: one keeps what it fetched, one posts with a token that it never sees. */
export const networkChapters: readonly ((stage: Stage) => Promise<void>)[] = [keepTheForecast, postWithAToken];

async function keepTheForecast(stage: Stage): Promise<void> {
  const { tell, yoi, run, write } = stage;
  const server = await serveJson({ city: "Oslo", degrees: -3, sky: "snow" });
  try {
    tell("A plugin fetches a forecast. This machine's own server stands in for it");
    await install(stage, "forecast", `s#https://forecast.example#${server.origin}#`);
    write(".yoi/yoi.toml", '\n[mounts.kept]\npath = "kept"\n');
    await run(["mkdir", "kept"], ["mkdir", "kept"], { exit: 0, says: [] });
    const bound = ["plugin", "enable", "example.forecast", "--yes", "--mount", "cache=kept"];
    await yoi(bound, { exit: 0, says: ["https: GET", `enabled ${forecast}`] });
    write(".yoi/policies/forecast.cedar", forecastPolicy(server.origin));
    tell("The name is allowed; where it leads to is another question");
    const asked = ["example.forecast", "https.request", "GET", `${server.origin}/v1/forecast`];
    await yoi(["plugin", "explain", ...asked], { exit: 0, says: ["ALLOWED", "loopback", "no-special-addresses"] });
    await yoi(asksForOslo, { exit: 4, says: ["denied by policy"] });
    tell("Only the user's own file opens a way to such an address, for one origin");
    write("~/.config/yoi/yoi.toml", opening(server.origin));
    stage.place("~/.config/yoi/ca.pem", demoRoot);
    await yoi(asksForOslo, { exit: 0, says: ['"age":"as of now"'] });
  } finally {
    await server.close();
  }
  tell("The server is gone: the answer comes from the plugin's folder");
  await yoi(asksForOslo, { exit: 0, says: ['"degrees":-3', "for the server is down"] });
}

async function postWithAToken(stage: Stage): Promise<void> {
  const { tell, yoi, run, write } = stage;
  const server = await serveJson({ id: `1209 by ${token}` });
  try {
    tell("A webhook's address has a token in it, which the operator keeps from plugins");
    await install(stage, "webhook", `s#https://chat.example#${server.origin}#`);
    await yoi(["plugin", "enable", "example.webhook", "--yes"], { exit: 0, says: ["secret", `enabled ${webhook}`] });
    stage.place("~/.config/yoi/webhook-token", token);
    write("~/.config/yoi/yoi.toml", secret(server.origin));
    write(".yoi/policies/webhook.cedar", webhookPolicy(server.origin));
    await yoi(["tool", "call", "post_message", '{"text":"the demo was here"}'], {
      exit: 0,
      says: ["posted as 1209 by [redacted]"],
    });
    const [onTheWire = ""] = server.got;
    if (onTheWire !== `POST /api/webhooks/1209/${token}?wait=true`) throw new Error(`the server got ${onTheWire}`);
    tell("The server got the token, and sent it back; the plugin got neither");
    await run(["grep", "-rl", token, "."], ["grep", "-rl", token, "."], { exit: 1, says: [/^$/] });
    await yoi(["journal", "tail", "--limit", "8"], {
      exit: 0,
      says: ["secret.use", "webhook-token", "%7Btoken%7D", "127.0.0.1 (loopback)"],
    });
  } finally {
    await server.close();
  }
}

async function install(stage: Stage, name: string, replacement: string): Promise<void> {
  const { yoi, run } = stage;
  await copyFixture(stage, name);
  const sed = ["sed", "-i", replacement, `${name}/plugin.toml`, `${name}/src/plugin.ts`];
  await run(sed, sed, { exit: 0, says: [] });
  await yoi(["plugin", "build", name], { exit: 0, says: ["✓ package"] });
  const built = `${name}/build/example.${name}-0.1.0.yoi-plugin`;
  await run(["cp", built, ".yoi/plugins/"], ["cp", built, ".yoi/plugins/"], { exit: 0, says: [] });
}

function forecastPolicy(origin: string): string {
  return `@id("fetch-forecasts")
permit (
  principal == Yoi::Plugin::"${forecast}",
  action == Yoi::Action::"https.request",
  resource in Yoi::Url::"${origin}/v1"
) when { context.method == "GET" };

@id("keep-forecasts")
permit (
  principal == Yoi::Plugin::"${forecast}",
  action in
    [Yoi::Action::"fs.read", Yoi::Action::"fs.stat", Yoi::Action::"fs.write"],
  resource in Yoi::Path::"kept"
);
`;
}

function webhookPolicy(origin: string): string {
  return `@id("post-messages")
permit (
  principal == Yoi::Plugin::"${webhook}",
  action == Yoi::Action::"https.request",
  resource in Yoi::Url::"${origin}/api/webhooks/1209"
) when { context.method == "POST" };

@id("with-the-token")
permit (
  principal == Yoi::Plugin::"${webhook}",
  action == Yoi::Action::"secret.use",
  resource == Yoi::Secret::"webhook-token"
);
`;
}

function opening(origin: string): string {
  return `[network]
ca = "ca.pem"

[[open]]
origin = "${origin}"
range = "127.0.0.0/8"
`;
}

function secret(origin: string): string {
  return `
[[open]]
origin = "${origin}"
range = "127.0.0.0/8"

[secrets.webhook-token]
from = { file = "webhook-token" }
place = { path = "{token}" }
origins = ["${origin}"]
`;
}
