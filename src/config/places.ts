import { isAbsolute, join } from "node:path";

/** The environment: places hang on some of it, secrets may lie in it. Passed in, so that tests bring their own. */
export interface PlaceEnvironment {
  readonly [name: string]: string | undefined;
  readonly HOME?: string | undefined;
  readonly XDG_CONFIG_HOME?: string | undefined;
  readonly XDG_DATA_HOME?: string | undefined;
  readonly XDG_STATE_HOME?: string | undefined;
  readonly XDG_CACHE_HOME?: string | undefined;
}

/** Where everything lies. All paths are absolute. */
export interface Places {
  readonly home: string;
  readonly workspace: string;
  /** `.yoi`: what the workspace brings. */
  readonly dotYoi: string;
  readonly workspaceConfig: string;
  readonly localConfig: string;
  readonly workspacePolicies: string;
  readonly projectStore: string;
  readonly stateFolder: string;
  readonly journal: string;
  /** What belongs to the user, and no workspace can bring. */
  readonly userConfigFolder: string;
  readonly userConfig: string;
  readonly userPolicies: string;
  readonly userStore: string;
  /** Pinned packages of the user's own store: no workspace can bring one. */
  readonly userState: string;
  readonly trustFolder: string;
  readonly trustFile: string;
  /** What was noted of packages when they were last read: for listing alone. */
  readonly inventoryNotes: string;
  /** Transpiled components: derived, never taken from a workspace. */
  readonly componentCache: string;
  /** Compiled Rego: derived, never taken from a workspace. */
  readonly policyCache: string;
  /** A variable of the environment. A function, so that nothing that prints places prints what lies in it. */
  variable(name: string): string | undefined;
}

/** The places of one workspace under one environment. */
export function placesOf(workspace: string, environment: PlaceEnvironment): Places {
  const home = environment.HOME ?? "/nonexistent";
  // A relative XDG folder is invalid by the XDG specification and ignored.
  const xdg = (folder: string | undefined, otherwise: string) =>
    join(folder?.startsWith("/") ? folder : join(home, otherwise), "yoi");
  const dotYoi = join(workspace, ".yoi");
  const trustFolder = xdg(environment.XDG_STATE_HOME, ".local/state");
  const userConfigFolder = xdg(environment.XDG_CONFIG_HOME, ".config");
  return {
    home,
    workspace,
    dotYoi,
    workspaceConfig: join(dotYoi, "yoi.toml"),
    localConfig: join(dotYoi, "yoi.local.toml"),
    workspacePolicies: join(dotYoi, "policies"),
    projectStore: join(dotYoi, "plugins"),
    stateFolder: join(dotYoi, "state"),
    journal: join(dotYoi, "state", "journal.db"),
    userConfigFolder,
    userConfig: join(userConfigFolder, "yoi.toml"),
    userPolicies: join(userConfigFolder, "policies"),
    userStore: join(xdg(environment.XDG_DATA_HOME, ".local/share"), "plugins"),
    userState: trustFolder,
    trustFolder,
    trustFile: join(trustFolder, "trust.json"),
    inventoryNotes: join(xdg(environment.XDG_CACHE_HOME, ".cache"), "inventory"),
    componentCache: join(xdg(environment.XDG_CACHE_HOME, ".cache"), "components"),
    policyCache: join(xdg(environment.XDG_CACHE_HOME, ".cache"), "policies"),
    variable: (name) => (Object.hasOwn(environment, name) ? environment[name] : undefined),
  };
}

/** A file that the user's own configuration names: absolute, behind `~/`, or relative to that configuration's folder. */
export function ownFile(path: string, places: Places): string {
  if (path.startsWith("~/")) return join(places.home, path.slice(2));
  return isAbsolute(path) ? path : join(places.userConfigFolder, path);
}

/** A path as messages show it: relative to the workspace, or with `~` for the user's own. */
export function showPath(path: string, places: Places): string {
  if (path === places.workspace) return ".";
  if (path.startsWith(`${places.workspace}/`)) return path.slice(places.workspace.length + 1);
  if (path.startsWith(`${places.home}/`)) return `~${path.slice(places.home.length)}`;
  return path;
}
