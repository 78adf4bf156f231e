import test from "ava";
import { surveyWorkspace } from "../../src/workspace/survey-workspace.ts";
import { weatherManifest } from "../support/manifests.ts";
import { weatherPackage } from "../support/packages.ts";
import { enable, newWorkspace } from "../support/workspaces.ts";

const ref = "project:example.weather";
const asks = `
[[capabilities.https]]
url = "https://api.example.com/v1"
methods = ["GET"]
reason = "Fetches the forecast."

[[capabilities.secret]]
name = "weather-key"
reason = "The forecast service wants a key."
`;

test("the inventory has what a manifest asks for beside what the operator settled", async (t) => {
  const workspace = await newWorkspace(t);
  const manifest = weatherManifest.replace("\n[config", `${asks}\n[config`);
  workspace.write(".yoi/plugins/weather.yoi-plugin", weatherPackage({ "plugin.toml": manifest }));
  await enable(t, workspace, "example.weather");
  workspace.configure('reveal_headers = ["WWW-Authenticate"]\n[journal]\nplain_query = ["city"]\n');
  workspace.write(
    workspace.places.userConfig,
    '[secrets.weather-key]\nfrom = { env = "KEY" }\nplace = { query = "appid" }\norigins = ["https://api.example.com"]\n' +
      '[[open]]\norigin = "http://printer.lan"\nrange = "192.168.7.0/24"\n',
  );
  const { inventory } = await surveyWorkspace(workspace.places);
  const standing = inventory.plugin(ref);
  t.deepEqual(standing?.declaredUrls, [
    {
      scheme: "https",
      host: { kind: "exact", name: "api.example.com" },
      port: 443,
      segments: ["v1"],
      methods: ["GET"],
    },
  ]);
  t.deepEqual(standing?.declaredSecrets, new Set(["weather-key"]));
  t.deepEqual(standing?.revealedHeaders, ["www-authenticate"]);
  t.deepEqual(inventory.secret("weather-key"), {
    name: "weather-key",
    from: { env: "KEY" },
    place: { query: "appid" },
    origins: ["https://api.example.com"],
  });
  t.is(inventory.secret("constructor"), undefined);
  t.deepEqual(inventory.openings, [
    { origin: "http://printer.lan", range: "192.168.7.0/24", place: "~/.config/yoi/yoi.toml:6" },
  ]);
  t.deepEqual(inventory.plainQuery, ["city"]);
});

// FAIL-CLOSED: settings of a configuration that is refused must not count in part.
test("a configuration that is refused opens nothing and defines no secret", async (t) => {
  const workspace = await newWorkspace(t);
  workspace.write(
    workspace.places.userConfig,
    '[[open]]\norigin = "http://printer.lan"\nrange = "192.168.7.0/24"\n[network]\nproxy = "http://proxy.lan"\n',
  );
  t.is((await surveyWorkspace(workspace.places)).inventory.openings.length, 1);
  workspace.configure("zoen = 1\n");
  const { inventory, config, configFindings } = await surveyWorkspace(workspace.places);
  t.is(configFindings.length, 1);
  t.deepEqual(inventory.openings, []);
  t.deepEqual(config.network, {});
});
