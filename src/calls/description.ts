import type { AddressClass } from "./address-class.ts";
import type { CanonicalUrl } from "./canonical-url.ts";
import type { Flaw } from "./flaw.ts";
import type { PluginRef, ToolId } from "./identifiers.ts";
import type { SecretStanding } from "./inventory.ts";
import type { JsonObject } from "./json.ts";
import type { Action, Header, WriteMode } from "./powers.ts";
import type { EntityRef } from "./value.ts";

/** The values that were described, and that effectors use: nothing is parsed twice. */
export interface Targets {
  "tool.register": { readonly plugin: PluginRef; readonly tool: string; readonly toolId: ToolId };
  "plugin.prepare": { readonly plugin: PluginRef };
  "tool.execute": {
    readonly plugin: PluginRef;
    readonly tool: string;
    readonly toolId: ToolId;
    readonly input: JsonObject;
    /** Of the package that was decided on; nothing else may be run in its place. */
    readonly digest: string;
  };
  "https.request": {
    readonly url: CanonicalUrl;
    readonly method: string;
    readonly headers: readonly Header[];
    readonly body?: Uint8Array;
    readonly secrets: readonly SecretStanding[];
    readonly hop: number;
    readonly timeoutMs?: number;
    readonly responseBytesMax?: number;
    /** Response headers that the operator lets through to this plugin although they may carry credentials. */
    readonly revealedHeaders: readonly string[];
  };
  "network.connect": {
    readonly url: CanonicalUrl;
    readonly address: string;
    /** Everything that the name resolved to, and the worst class of it. */
    readonly answer: readonly string[];
    readonly addressClass: AddressClass;
    readonly behalf: "https.request";
  };
  "secret.use": { readonly url: CanonicalUrl; readonly secret: SecretStanding };
  "fs.read": PathTarget & { readonly offset?: number; readonly length?: number };
  "fs.list": PathTarget & { readonly after?: string };
  "fs.stat": PathTarget;
  "fs.write": PathTarget & { readonly mode: WriteMode; readonly bytes: Uint8Array };
  "fs.append": PathTarget & { readonly bytes: Uint8Array };
  "fs.make-directory": PathTarget;
  "fs.remove": PathTarget;
}

/**
 * A place in a mount. `askedMount` is the manifest's name of the mount, `mount` the workspace's. `folder` is absent where
 * nothing is bound to the mount: such a call is never allowed. No segments: the mount itself.
 */
export interface PathTarget {
  readonly askedMount: string;
  readonly mount: string;
  readonly folder?: string;
  readonly segments: readonly string[];
}

/** A call as policy sees it: who, what, on what; with the canonical value that will be used. */
export type Description<A extends Action = Action> = {
  readonly [K in A]: {
    readonly action: K;
    readonly principal: EntityRef;
    readonly resource: EntityRef;
    /** The plugin concerned: the principal, or the owner of the resource. */
    readonly plugin: PluginRef;
    readonly target: Targets[K];
    readonly flaw?: Flaw;
  };
}[A];
