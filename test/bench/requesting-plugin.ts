import type { Call } from "../../src/calls/call.ts";
import { weatherManifestWith } from "../support/manifests.ts";
import { weatherPackage } from "../support/packages.ts";
import type { BenchServer } from "./bench-server.ts";
import type { BenchWorkspace } from "./bench-workspace.ts";

type Ask = Call<"https.request">["ask"];

/** Has one request made. */
export type Submit = (ask: Partial<Ask> & Pick<Ask, "url">) => Promise<void>;

const plugin = "project:example.weather";

/** Lets a plugin, which is never run, ask for the server's documents with a secret. */
export async function openRequests(workspace: BenchWorkspace, { origin, ca }: BenchServer): Promise<void> {
  const capabilities = `[[capabilities.https]]
url = "${origin}/v1"
methods = ["GET"]
reason = "Is measured."

[[capabilities.secret]]
name = "bench-key"
reason = "Is measured, too."

[config_schema]`;
  const manifest = weatherManifestWith("[config_schema]", capabilities);
  workspace.write(".yoi/plugins/weather.yoi-plugin", weatherPackage({ "plugin.toml": manifest }));
  workspace.write("../home/.config/yoi/ca.pem", ca);
  workspace.write("../home/.config/yoi/key", "a key of some length");
  workspace.write(
    "../home/.config/yoi/yoi.toml",
    `[network]
ca = "ca.pem"

[[open]]
origin = "${origin}"
range = "127.0.0.0/8"

[[open]]
origin = "${origin}"
range = "::1/128"

[secrets.bench-key]
from = { file = "key" }
place = { header = "x-key" }
origins = ["${origin}"]
`,
  );
  await workspace.yoi("plugin", "enable", "example.weather", "--yes");
  workspace.write(
    ".yoi/policies/requests.cedar",
    `permit (
  principal == Yoi::Plugin::"${plugin}",
  action == Yoi::Action::"https.request",
  resource in Yoi::Url::"${origin}/v1"
) when { context.method == "GET" };
permit (principal, action == Yoi::Action::"https.request", resource in Yoi::Url::"${origin}");
permit (principal == Yoi::Plugin::"${plugin}", action == Yoi::Action::"secret.use", resource == Yoi::Secret::"bench-key");
`,
  );
}
