import type { Flaw } from "./flaw.ts";
import type { PluginRef, Source } from "./identifiers.ts";
import type { JsonObject } from "./json.ts";
import type { FsOperation } from "./powers.ts";

/** What a tool may do to the world; a host call that they do not cover counts as undeclared. */
export const toolEffects = ["read", "network", "external-write"] as const;
export type ToolEffect = (typeof toolEffects)[number];

/** What is known of one tool of a plugin. */
export interface ToolStanding {
  readonly effects: readonly ToolEffect[];
  /** What is wrong with an input under the tool's schema; nothing when it fits. */
  inputFlaw(input: JsonObject): Flaw | undefined;
}

/** URLs that a manifest asks for: one origin or, where it is broad, many; with a path and all that lies in it. */
export interface UrlPattern {
  readonly scheme: "https" | "http";
  /** `exact`: this host; `below`: every name below it, at any depth, and not it; `any`: every host. */
  readonly host: { readonly kind: "exact" | "below"; readonly name: string } | { readonly kind: "any" };
  readonly port: number;
  /** Whole segments; none for every path. */
  readonly segments: readonly string[];
  /** In upper case. */
  readonly methods: readonly string[];
}

/** Where a secret's value goes: a header, a placeholder that is a whole segment of the path, or a query's value. */
export type SecretPlace =
  /** In lower case; `prefix` stands before the value, as in `Bearer `. */
  | { readonly header: string; readonly prefix?: string }
  /** The placeholder as the guest writes it, with its braces: `{token}`. */
  | { readonly path: string }
  /** The key whose value it becomes. */
  | { readonly query: string };

/** A secret as the operator defined it. Its value is not here: it is read when it is used. */
export interface SecretStanding {
  readonly name: string;
  readonly from: { readonly env: string } | { readonly file: string };
  readonly place: SecretPlace;
  /** Canonical origins, such as `https://api.example.com`. */
  readonly origins: readonly string[];
}

/** Exactly one origin and one range of addresses, opened by the user's own configuration. */
export interface Opening {
  readonly origin: string;
  /** A canonical CIDR, such as `192.168.7.0/24`. */
  readonly range: string;
  /** `file:line`, which policies and explanations show as `context.openedBy`. */
  readonly place: string;
}

/** What policy is told of an installed plugin, as of one revision. */
export interface PluginStanding {
  readonly ref: PluginRef;
  readonly source: Source;
  readonly version: string;
  readonly digest: string;
  /** The operator's entry exists and is whole. */
  readonly enabled: boolean;
  /** Its pins name exactly this id, version and digest. */
  readonly pinned: boolean;
  /** What its tools may be registered with. */
  readonly grantedEffects: readonly ToolEffect[];
  /** Tools by their own (not aliased) name. */
  readonly tools: ReadonlyMap<string, ToolStanding>;
  /** What the manifest asks for: operations by the manifest's name of a mount. */
  readonly declaredMounts: ReadonlyMap<string, readonly FsOperation[]>;
  readonly declaredUrls: readonly UrlPattern[];
  readonly declaredSecrets: ReadonlySet<string>;
  /** Response headers that may carry credentials and that the operator lets through to this plugin; in lower case. */
  readonly revealedHeaders: readonly string[];
  /** The manifest's name of a mount → the workspace's. */
  readonly boundMounts: ReadonlyMap<string, string>;
}

/** What is installed and how it is enabled, frozen at one moment. The fact source of every decision. */
export interface Inventory {
  readonly trusted: boolean;
  /** IANA zone for `context.now`. */
  readonly zone: string;
  plugin(ref: PluginRef): PluginStanding | undefined;
  /** The folder of a workspace's mount: a real, absolute path. */
  mountFolder(mount: string): string | undefined;
  /** A secret of the user's own configuration. */
  secret(name: string): SecretStanding | undefined;
  /** The ways to addresses that are not public, which the user's own configuration opened. */
  readonly openings: readonly Opening[];
  /** Query keys whose values the journal may keep. */
  readonly plainQuery: readonly string[];
}
