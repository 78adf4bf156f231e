import type { Stats } from "node:fs";
import { realpath, stat, statfs } from "node:fs/promises";
import { dirname, isAbsolute, join } from "node:path";
import type { Finding } from "../errors/error-details.ts";
import type { Places } from "./places.ts";
import type { Config, MountSetting } from "./read-config.ts";

/** The mounts that may be used: real, absolute folders by name. Each one left out has its finding. */
export interface ResolvedMounts {
  readonly folders: ReadonlyMap<string, string>;
  readonly findings: ReadonlyMap<string, Finding>;
}

/** The folders that no plugin may reach by any way: configuration, state, stores, policies, caches. */
export function ownFolders(places: Places): readonly string[] {
  // Each by itself, and not only what holds it: any of them may be a link to elsewhere.
  return [
    places.dotYoi,
    places.workspacePolicies,
    places.projectStore,
    places.stateFolder,
    places.userConfigFolder,
    places.userPolicies,
    places.userStore,
    dirname(places.userStore),
    places.trustFolder,
    dirname(places.componentCache),
    places.componentCache,
    places.inventoryNotes,
  ];
}

/** The files that no plugin may reach, wherever they lie: values of secrets, and whom the host trusts. */
export function ownFiles({ secrets, network }: Pick<Config, "secrets" | "network">): readonly string[] {
  const values = [...secrets.values()].flatMap(({ from }) => ("file" in from ? [from.file] : []));
  return network.caFile === undefined ? values : [...values, network.caFile];
}

// ATTACK: where two spellings are one file, policy decides on one and the system opens the other (threats 26). These
// types, of Linux's statfs(2), do not tell upper from lower case, or may not.
const caseBlind: ReadonlyMap<number, string> = new Map([
  [0x4d44, "vfat"],
  [0x2011bab0, "exfat"],
  [0x5346544e, "ntfs"],
  [0x7366746e, "ntfs3"],
  [0x65735546, "fuse"],
  [0x01021997, "9p"],
  [0xff534d42, "cifs"],
  [0xfe534d42, "smb2"],
  [0x517b, "smb"],
  [0x4244, "hfs"],
  [0x482b, "hfs+"],
]);

/** The type of the file system that a folder lies on, as Linux numbers them. */
export type FileSystemType = (folder: string) => Promise<number>;

/**
 * Turns the mounts as written into real folders. Left out, with a finding: what is no folder, what a workspace's file
 * points to outside of the workspace, what overlaps another mount, what is, contains or lies in Yoi's own folders, and
 * what lies on a file system that may not tell upper from lower case.
 */
export async function resolveMounts(
  mounts: ReadonlyMap<string, MountSetting>,
  places: Places,
  typeOf: FileSystemType = async (folder) => (await statfs(folder)).type,
): Promise<ResolvedMounts> {
  const folders = new Map<string, string>();
  const findings = new Map<string, Finding>();
  const own = (await Promise.all(ownFolders(places).map(realFolder))).filter((folder) => folder !== undefined);
  for (const [name, mount] of mounts) {
    const resolved = await resolveMount(mount, places);
    const problem =
      "problem" in resolved
        ? resolved
        : (conflictOf(resolved.folder, own, folders) ?? (await spellingProblem(resolved.folder, typeOf)));
    if (problem !== undefined)
      findings.set(name, {
        message: `mount \`${name}\` ${problem.problem}`,
        place: mount.place,
        remedy: problem.remedy,
      });
    else if ("folder" in resolved) folders.set(name, resolved.folder);
  }
  return { folders, findings };
}

interface Problem {
  readonly problem: string;
  readonly remedy: string;
}

async function resolveMount(mount: MountSetting, places: Places): Promise<Problem | { readonly folder: string }> {
  const base = mount.layer === "user" ? places.userConfigFolder : places.workspace;
  const folder = await realFolder(isAbsolute(mount.path) ? mount.path : join(base, mount.path));
  if (folder === undefined) return { problem: "is not a folder", remedy: "make the folder, or mend the path" };
  const workspace = await realFolder(places.workspace);
  if (mount.layer === "workspace" && (workspace === undefined || !lies(folder, workspace))) {
    return {
      problem: "lies outside of the workspace",
      remedy: "a workspace can only mount its own folders; put this mount into your own yoi.toml",
    };
  }
  return { folder };
}

function conflictOf(folder: string, own: readonly string[], taken: ReadonlyMap<string, string>): Problem | undefined {
  if (own.some((one) => lies(folder, one) || lies(one, folder))) {
    return {
      problem: "is, contains or lies in a folder of Yoi's own",
      remedy: "mount a folder that does not hold `.yoi`, stores, state or configuration",
    };
  }
  const other = [...taken].find(([, used]) => lies(folder, used) || lies(used, folder));
  if (other === undefined) return undefined;
  return { problem: `overlaps mount \`${other[0]}\``, remedy: "mount folders that do not lie in each other" };
}

async function spellingProblem(folder: string, typeOf: FileSystemType): Promise<Problem | undefined> {
  // FAIL-CLOSED: a file system that does not say what it is could be any of them.
  const type = await typeOf(folder).catch(() => undefined);
  // Some systems give the number with a sign.
  const blind = type === undefined ? "unknown" : caseBlind.get(type >>> 0);
  if (blind === undefined) return undefined;
  return {
    problem: `lies on a file system (${blind}) that may take upper and lower case for the same name`,
    remedy: "mount a folder of a file system that tells them apart, such as ext4, xfs or btrfs: policies do",
  };
}

function lies(inner: string, outer: string): boolean {
  return inner === outer || inner.startsWith(outer === "/" ? "/" : `${outer}/`);
}

async function realFolder(path: string): Promise<string | undefined> {
  try {
    const real = await realpath(path);
    const found: Stats = await stat(real);
    return found.isDirectory() ? real : undefined;
  } catch {
    return undefined;
  }
}
