import { type Logger, pino } from "pino";
import { type Broker, createBroker } from "../broker/broker.ts";
import { createRevisionHolder, type RevisionHolder } from "../broker/policy-revision.ts";
import { limits } from "../calls/limits.ts";
import type { Places } from "../config/places.ts";
import { ownFiles, ownFolders } from "../config/resolve-mounts.ts";
import { createToolExecutor } from "../effectors/execute-tool.ts";
import { createFileEffectors } from "../effectors/files/file-effectors.ts";
import { createSecretReader } from "../effectors/https/read-secret.ts";
import { createHostResolver, type Lookup, systemLookup } from "../effectors/https/resolve-host.ts";
import { createPluginPreparer } from "../effectors/prepare-plugin.ts";
import { createToolRegistrar } from "../effectors/register-tool.ts";
import type { PolicyEngine } from "../engines/policy-engine.ts";
import { escapeText } from "../errors/escape-text.ts";
import { createExchange } from "../exchange/exchange-station.ts";
import type { GuestParts } from "../guest/guest-parts.ts";
import { createGuestHost } from "../guest/host-imports.ts";
import type { Journal } from "../journal/journal.ts";
import type { LifecycleEntry } from "../journal/journal-entry.ts";
import { openJournal } from "../journal/sqlite-journal.ts";
import type { SandboxPool } from "../sandbox/sandbox.ts";
import { createSandboxPool } from "../sandbox/sandbox-pool.ts";
import { createToolRegistry, type ToolOffer, type ToolRegistry } from "../tools/tool-registry.ts";
import type { PluginState } from "../workspace/plugin-state.ts";
import { type Survey, surveyWorkspace } from "../workspace/survey-workspace.ts";
import type { BuiltinTools } from "./builtin-tools.ts";
import { createEngines, refusedRevision } from "./load-revision.ts";
import { createNetwork, type Network } from "./network.ts";
import { createOfferTable, type OfferTable } from "./register-tools.ts";
import { createBuiltinRunner, createPluginRunner, type PluginRunner } from "./run-plugins.ts";

/** What a host is opened with. */
export interface HostOptions {
  readonly places: Places;
  readonly builtin: BuiltinTools;
  /** Which tools of a plugin to offer; where it is absent, all of every plugin that is enabled. */
  readonly offer?: (plugin: PluginState) => readonly ToolOffer[];
  readonly nowMs: () => number;
  readonly log?: Logger;
  /** How names are looked up; the system's own way by default. */
  readonly lookup?: Lookup;
}

/** A host's parts, tied together once; only the survey and the revision change while it runs. */
export interface HostParts {
  readonly options: HostOptions;
  readonly engines: readonly PolicyEngine[];
  readonly journal: Journal;
  readonly log: Logger;
  readonly registry: ToolRegistry;
  readonly offers: OfferTable;
  readonly revisions: RevisionHolder;
  readonly pool: SandboxPool;
  readonly runner: PluginRunner;
  readonly network: Network;
  readonly broker: Broker;
  /** What is in the workspace, as it was last looked at. */
  readonly latest: { survey: Survey };
  /** One entry about the host itself. A journal that fails is told to the log. */
  record(entry: Omit<LifecycleEntry, "stage" | "at">): Promise<void>;
}

/**
 * Makes and ties the parts. Until a policy set is loaded, everything is denied.
 * @throws {YoiError} YOI_JOURNAL_UNWRITABLE, YOI_JOURNAL_UNREADABLE: without a journal nothing could be decided
 */
export async function createHostParts(options: HostOptions): Promise<HostParts> {
  const { places, builtin, nowMs } = options;
  const log = options.log ?? pino({ level: "silent" });
  const latest = { survey: await surveyWorkspace(places, [builtin.plugin]) };
  const journal = await openJournal({ file: places.journal, durability: latest.survey.config.durability });
  const record = lifecycleRecorder(journal, log, nowMs);
  const registry = createToolRegistry();
  const offers = createOfferTable(registry);
  const revisions = createRevisionHolder(refusedRevision());
  const pool = createSandboxPool({
    cacheFolder: places.componentCache,
    // A process that is ended because nobody wants it any more has not died.
    onDeath: (plugin, why) => void (why === "cancelled" || record({ what: "sandbox-died", message: why, plugin })),
  });
  const network = createNetwork();
  const requestMs = () => latest.survey.config.network.totalMs ?? limits.httpsTotalMs;
  const guestLog = guestLogger(journal, log, nowMs);
  const runner = createPluginRunner({
    survey: () => latest.survey,
    pool,
    // The one knot: an effector runs the guest, and the guest calls the broker.
    hostFor: (call) => createGuestHost({ broker, nowMs, log: guestLog, requestMs }, call),
  });
  const broker = createBroker({
    revisions,
    inventory: () => latest.survey.inventory,
    journal,
    nowMs,
    effectors: {
      "tool.register": createToolRegistrar(offers.register),
      "plugin.prepare": createPluginPreparer(runner.prepare),
      "tool.execute": createToolExecutor({ builtin: createBuiltinRunner(builtin.functions), sandboxed: runner.run }),
      ...createExchange({
        broker: () => broker,
        resolveHost: createHostResolver(options.lookup ?? systemLookup),
        sender: network,
        nowMs,
      }),
      "secret.use": createSecretReader(places.variable),
      ...createFileEffectors({ refuses: () => [...ownFolders(places), ...ownFiles(latest.survey.config)] }),
    },
  });
  const engines = createEngines(places);
  return { options, engines, journal, log, registry, offers, revisions, pool, runner, network, broker, latest, record };
}

function lifecycleRecorder(journal: Journal, log: Logger, nowMs: () => number): HostParts["record"] {
  return async (entry) => {
    const level = entry.what === "sandbox-died" || entry.what === "policies-refused" ? "warn" : "info";
    log[level](entry, "host");
    await journal
      .append({ stage: "lifecycle", at: new Date(nowMs()).toISOString(), ...entry })
      .catch(() => log.error("the journal could not be written"));
  };
}

// A guest's line goes to the journal's database for `yoi plugin logs`, as it is, and escaped to the log.
function guestLogger(journal: Journal, log: Logger, nowMs: () => number): GuestParts["log"] {
  return (plugin, call, level, text) => {
    journal.keepGuestLog({ at: new Date(nowMs()).toISOString(), plugin, call: call.id, level, text });
    log.child({ plugin, call: call.id })[level]({ guest: escapeText(text) }, "guest");
  };
}
