import type { ExecutionContext } from "ava";
import { weatherManifestWith } from "./manifests.ts";
import { weatherPackage } from "./packages.ts";
import { enable, newWorkspace, type TestWorkspace } from "./workspaces.ts";

const capabilities = `[[capabilities.https]]
url = "https://api.example.com/v1"
methods = ["GET", "POST"]
reason = "Fetches the forecast."

[[capabilities.https]]
url = "https://*.example.org"
methods = ["GET"]
reason = "Follows the mirrors."

[[capabilities.https]]
url = "https://192.0.2.7"
methods = ["GET"]
reason = "Asks a station."

[[capabilities.secret]]
name = "weather-key"
reason = "The service wants a key."

[[capabilities.secret]]
name = "nobody-defined"
reason = "To see what is said of it."

[config_schema]`;

/** A workspace with an enabled plugin that asks for requests, secrets and a mount; only its tool is permitted. */
export async function networkWorkspace(t: ExecutionContext): Promise<TestWorkspace> {
  const workspace = await newWorkspace(t);
  const manifest = weatherManifestWith("[config_schema]", capabilities)
    .replace('effects = ["network"]', 'effects = ["read", "network", "external-write"]')
    .replace('operations = ["read"]', 'operations = ["read", "list", "append"]');
  workspace.write(".yoi/plugins/weather.yoi-plugin", weatherPackage({ "plugin.toml": manifest }));
  workspace.write("cache/x", "");
  workspace.configure('[mounts.kept]\npath = "cache"\n');
  workspace.write(
    `${workspace.home}/.config/yoi/yoi.toml`,
    `[secrets.weather-key]
from = { env = "WEATHER_KEY" }
place = { header = "x-api-key" }
origins = ["https://api.example.com"]

[[open]]
origin = "https://api.example.com"
range = "192.168.7.0/24"

[[open]]
origin = "https://elsewhere.example"
range = "10.0.0.0/8"
`,
  );
  await enable(t, workspace, "example.weather");
  workspace.write(
    ".yoi/yoi.toml",
    workspace.read(".yoi/yoi.toml").replace(/^mounts = .*$|^(digest = .*)$/m, '$1\nmounts = { cache = "kept" }'),
  );
  return workspace;
}

/** Lets the plugin get what lies in `/v1`. */
export const getsForecasts = `@id("gets-forecasts")
@reason("the weather plugin gets forecasts")
permit (
  principal == Yoi::Plugin::"project:example.weather",
  action == Yoi::Action::"https.request",
  resource in Yoi::Url::"https://api.example.com/v1"
)
when { context.method == "GET" };
`;
