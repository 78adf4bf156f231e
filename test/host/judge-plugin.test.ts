import test, { type ExecutionContext } from "ava";
import type { CoverageRow } from "../../src/host/judge-plugin.ts";
import { getsForecasts, networkWorkspace } from "../support/network-workspace.ts";
import { jsonOf } from "../support/workspaces.ts";

async function coverageUnder(t: ExecutionContext, ...policies: readonly string[]): Promise<readonly string[]> {
  const { yoi, write } = await networkWorkspace(t);
  write(".yoi/policies/test.cedar", policies.join("\n"));
  const rows = jsonOf(await yoi("plugin", "show", "example.weather", "--json"))["coverage"] as readonly CoverageRow[];
  return rows
    .map(({ what, coverage, cause }) => `${coverage}${cause === undefined ? "" : ` (${cause})`} ${what}`)
    .filter((row) => !/ (?:register|execute) /.test(row));
}

const permit = (action: string, resource: string, more = "") =>
  `permit (principal, action == Yoi::Action::"${action}", ${resource}) ${more};`;

test("every capability has a row: each method, each operation, each secret", async (t) => {
  t.deepEqual(await coverageUnder(t), [
    "denied (no-permit) GET https://api.example.com/v1",
    "denied (no-permit) POST https://api.example.com/v1",
    "denied (no-permit) GET https://*.example.org, for example https://any-host.example.org",
    "denied (no-permit) GET https://192.0.2.7",
    "denied (no-permit) read files of cache/",
    "denied (no-permit) list folders of cache/",
    "denied (no-permit) append to files of cache/",
    "denied (no-permit) use the secret weather-key, for https://api.example.com",
    "denied (undeclared) use the secret nobody-defined, for https://api.example.com/v1",
  ]);
});

const rows: readonly (readonly [title: string, policy: string, rows: readonly string[]])[] = [
  ["a permit for one method allows that one only", getsForecasts, ["allowed GET https://api.example.com/v1"]],
  [
    "a permit with another condition makes a capability hang on it",
    getsForecasts.replace("when {", "when { context.now.hour < 0 &&"),
    ["conditional GET https://api.example.com/v1"],
  ],
  [
    "a permit for a folder below covers a part",
    permit("https.request", 'resource in Yoi::Url::"https://api.example.com/v1/oslo"'),
    ["partial GET https://api.example.com/v1", "partial POST https://api.example.com/v1"],
  ],
  [
    "a permit for one host of a broad capability covers a part",
    permit("https.request", 'resource in Yoi::Url::"https://a.example.org"'),
    ["partial GET https://*.example.org, for example https://any-host.example.org"],
  ],
  [
    "a permit for a domain below a broad capability covers a part",
    permit("https.request", 'resource is Yoi::Url in Yoi::Domain::"a.example.org"'),
    ["partial GET https://*.example.org, for example https://any-host.example.org"],
  ],
  [
    "a permit for another host covers nothing",
    permit("https.request", 'resource in Yoi::Url::"https://other.example"'),
    [],
  ],
  [
    "a permit for a whole domain covers what lies in it",
    permit("https.request", 'resource in Yoi::Domain::"example.org"'),
    ["allowed GET https://*.example.org, for example https://any-host.example.org"],
  ],
  [
    "a permit for a file covers a part of its mount",
    permit("fs.read", 'resource == Yoi::Path::"kept/a"'),
    ["partial read files of cache/"],
  ],
  ["a permit for another mount covers nothing", permit("fs.read", 'resource in Yoi::Path::"keep"'), []],
  [
    "a permit for some actions allows those operations",
    'permit (principal, action in [Yoi::Action::"fs.list", Yoi::Action::"fs.append"], resource in Yoi::Path::"kept");',
    ["allowed list folders of cache/", "allowed append to files of cache/"],
  ],
  [
    "a permit for a secret allows it to its own origin, and no other secret",
    permit("secret.use", 'resource == Yoi::Secret::"weather-key"'),
    ["allowed use the secret weather-key, for https://api.example.com"],
  ],
];
for (const [title, policy, expected] of rows) {
  test(title, async (t) => {
    const found = await coverageUnder(t, policy);
    t.deepEqual(
      found.filter((row) => !row.startsWith("denied ")),
      expected,
    );
  });
}
