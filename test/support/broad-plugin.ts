import type { IncomingMessage, ServerResponse } from "node:http";
import type { ExecutionContext } from "ava";
import type { JournalEntry } from "../../src/journal/journal-entry.ts";
import { readJournal } from "../../src/journal/read-journal.ts";
import { weatherManifestWith } from "./manifests.ts";
import { openOutside, type Surroundings } from "./outside-world.ts";
import { weatherPackage } from "./packages.ts";
import { enable, newWorkspace, type TestWorkspace } from "./workspaces.ts";

const broad = `[[capabilities.https]]
url = "https://*"
methods = ["GET", "POST"]
reason = "Goes wherever it is let."

[[capabilities.secret]]
name = "api-key"
reason = "Some servers want one."

[config_schema]`;
/** A policy that lets the weather plugin ask for whatever it declares. */
export const gets = `permit (
  principal == Yoi::Plugin::"project:example.weather",
  action == Yoi::Action::"https.request",
  resource
);`;
const names = ["api.example.com", "other.example.com", "example.com", "xn--bcher-kva.example", "10.0.0.7"];
const ok = (_: IncomingMessage, response: ServerResponse) => void response.end("ok");

/** A whole host with the outside world on loopback, where the weather plugin is enabled and asks for every URL. */
export async function openBroad(t: ExecutionContext, policy: string, surroundings: Partial<Surroundings> = {}) {
  const workspace = await newWorkspace(t);
  const manifest = weatherManifestWith("[config_schema]", broad).replace(
    'effects = ["network"]',
    'effects = ["network", "external-write"]',
  );
  workspace.write(".yoi/plugins/weather.yoi-plugin", weatherPackage({ "plugin.toml": manifest }));
  await enable(t, workspace, "example.weather");
  workspace.write(".yoi/policies/requests.cedar", policy);
  const opened = await openOutside(t, workspace, { answer: ok, names, ...surroundings });
  return { workspace, ...opened };
}

/** What stands in a workspace's journal, in order. */
export function journalOf(workspace: TestWorkspace): readonly JournalEntry[] {
  return readJournal(workspace.places.journal)
    .list({ limit: 5_000 })
    .map(({ entry }) => entry);
}
