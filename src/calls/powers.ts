import type { PluginRef } from "./identifiers.ts";
import type { JsonObject } from "./json.ts";
import type { SecretValue } from "./secret-value.ts";

/** What a tool gives back: a line for the history, and content that pruning may drop. */
export interface ToolOutput {
  readonly summary: string;
  readonly content?: string;
  readonly isError: boolean;
}

/** A header line, of a request or a response. */
export interface Header {
  readonly name: string;
  readonly value: string;
}

/** What a server answered. `body` is decoded; `truncated` says that a bound cut it short. */
export interface HttpsResponse {
  readonly status: number;
  /** In the order of arrival, names in lower case; credentials and connection headers are left out. */
  readonly headers: readonly Header[];
  readonly body: Uint8Array;
  readonly truncated: boolean;
  /** How many times a secret's value was taken out of what the server sent. */
  readonly redactions: number;
}

/** What lies at a path. `other` is whatever is neither, such as a link or a device: it can be listed and nothing else. */
export type FileKind = "file" | "folder" | "other";

/** A name in a folder, and what has it. */
export interface FolderEntry {
  readonly name: string;
  readonly kind: FileKind;
}

/** What is known of a place without opening it. */
export interface FileStatus {
  readonly kind: FileKind;
  /** Bytes of a file; 0 for everything else. */
  readonly bytes: number;
  /** Unix milliseconds. */
  readonly modifiedMs: number;
}

/** `create` refuses a name that is taken; `replace` writes whether it is or not. */
export const writeModes = ["create", "replace"] as const;
/** Whether a write may take the place of what is there. */
export type WriteMode = (typeof writeModes)[number];

// Who asks. The parent process knows it; nothing that a guest says is believed about it.

/** The agent, or the host on its behalf, by its id. */
export interface AgentPrincipal {
  readonly kind: "agent";
  readonly id: string;
}

/** A plugin, by where it comes from and its id. */
export interface PluginPrincipal {
  readonly kind: "plugin";
  readonly id: PluginRef;
}

/** What may be asked for, by whom, and what it yields. One row per power; nothing else exists. */
export interface Powers {
  "tool.register": {
    readonly by: PluginPrincipal;
    readonly ask: { readonly plugin: PluginRef; readonly tool: string };
    readonly yields: undefined;
  };
  "plugin.prepare": {
    readonly by: AgentPrincipal;
    readonly ask: { readonly plugin: PluginRef };
    readonly yields: undefined;
  };
  "tool.execute": {
    readonly by: AgentPrincipal;
    readonly ask: { readonly plugin: PluginRef; readonly tool: string; readonly input: JsonObject };
    readonly yields: ToolOutput;
  };
  /** May this be asked, of this name? The address that it leads to is decided by itself, as `network.connect`. */
  "https.request": {
    readonly by: PluginPrincipal;
    readonly ask: {
      readonly method: string;
      /** As the guest wrote it, with placeholders where secrets go. */
      readonly url: string;
      readonly headers: readonly Header[];
      readonly body?: Uint8Array;
      /** Names of secrets that the host is to put in. */
      readonly secrets: readonly string[];
      /** 0 for what the guest asked for itself, 1 for the first redirect. */
      readonly hop: number;
      /** What the guest itself wants to be bound by: it can only tighten. */
      readonly timeoutMs?: number;
      readonly responseBytesMax?: number;
    };
    readonly yields: HttpsResponse;
  };
  /** May it go to this address? `answer` is everything that the name resolved to; one bad address refuses all. */
  "network.connect": {
    readonly by: PluginPrincipal;
    readonly ask: {
      readonly url: string;
      readonly address: string;
      readonly answer: readonly string[];
      readonly behalf: "https.request";
    };
    readonly yields: HttpsResponse;
  };
  /** May the host put this secret into a request to this URL? What it yields never leaves the host but on the wire. */
  "secret.use": {
    readonly by: PluginPrincipal;
    readonly ask: { readonly secret: string; readonly url: string };
    readonly yields: SecretValue;
  };
  // Of files, `path` is as the guest wrote it: `mount/relative/path`, with the manifest's name of the mount.
  "fs.read": {
    readonly by: PluginPrincipal;
    readonly ask: { readonly path: string; readonly offset?: number; readonly length?: number };
    readonly yields: Uint8Array;
  };
  /** Every name in the folder that is greater than `after`, sorted by code points. */
  "fs.list": {
    readonly by: PluginPrincipal;
    readonly ask: { readonly path: string; readonly after?: string };
    readonly yields: readonly FolderEntry[];
  };
  "fs.stat": {
    readonly by: PluginPrincipal;
    readonly ask: { readonly path: string };
    readonly yields: FileStatus;
  };
  "fs.write": {
    readonly by: PluginPrincipal;
    readonly ask: { readonly path: string; readonly mode: WriteMode; readonly bytes: Uint8Array };
    readonly yields: undefined;
  };
  "fs.append": {
    readonly by: PluginPrincipal;
    readonly ask: { readonly path: string; readonly bytes: Uint8Array };
    readonly yields: undefined;
  };
  "fs.make-directory": {
    readonly by: PluginPrincipal;
    readonly ask: { readonly path: string };
    readonly yields: undefined;
  };
  /** A file, or a folder that is empty. */
  "fs.remove": {
    readonly by: PluginPrincipal;
    readonly ask: { readonly path: string };
    readonly yields: undefined;
  };
}

/** One thing that can be asked for, by its name in policies. */
export type Action = keyof Powers;

/** Every action with its groups; the schema in `policies/` says the same, and a test holds them together. */
export const actionGroups = {
  "tool.register": ["register"],
  "plugin.prepare": ["execute"],
  "tool.execute": ["execute"],
  "https.request": ["https", "host"],
  "network.connect": ["network", "host"],
  "secret.use": ["secrets", "host"],
  "fs.read": ["files", "host"],
  "fs.list": ["files", "host"],
  "fs.stat": ["files", "host"],
  "fs.write": ["files", "host"],
  "fs.append": ["files", "host"],
  "fs.make-directory": ["files", "host"],
  "fs.remove": ["files", "host"],
} as const satisfies Record<Action, readonly string[]>;

/** Every action, in the order of the rows. */
export const actions = Object.keys(actionGroups) as readonly Action[];

/** The actions on files, by the operation that a manifest asks for. */
export const fsOperations = ["read", "list", "stat", "write", "append", "make-directory", "remove"] as const;
/** What a manifest can ask to do with the files of a mount. */
export type FsOperation = (typeof fsOperations)[number];
/** An action on files. */
export type FsAction = `fs.${FsOperation}`;

/** The operation that an action on files is. */
export function operationOf(action: FsAction): FsOperation {
  return action.slice("fs.".length) as FsOperation;
}

/** Narrows text to an action that exists. */
export function isAction(text: string): text is Action {
  return Object.hasOwn(actionGroups, text);
}
