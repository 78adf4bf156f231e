import { X509Certificate } from "node:crypto";
import { realpath } from "node:fs/promises";
import { relative } from "node:path";
import { limits } from "../calls/limits.ts";
import { type Places, showPath } from "../config/places.ts";
import { readBoundedFile } from "../config/read-bounded-file.ts";
import type { Config } from "../config/read-config.ts";
import { ownFiles, type ResolvedMounts } from "../config/resolve-mounts.ts";
import type { Finding } from "../errors/error-details.ts";

/**
 * What is wrong with the files that the user's own configuration names: authorities without which no request is sent,
 * and files that lie where plugins are shown a folder. Those are refused to every plugin, but belong elsewhere.
 */
export async function ownFileFindings(
  config: Config,
  mounts: ResolvedMounts,
  places: Places,
): Promise<readonly Finding[]> {
  const place = { file: showPath(places.userConfig, places) };
  const findings: Finding[] = [];
  const { caFile } = config.network;
  const problem = caFile === undefined ? undefined : await authoritiesProblem(caFile);
  if (caFile !== undefined && problem !== undefined) {
    const message = `the certificate authorities in \`${showPath(caFile, places)}\` ${problem}`;
    findings.push({ message, place: config.caPlace ?? place, remedy: "until that is mended, no request is sent" });
  }
  for (const path of ownFiles(config)) {
    const real = await realpath(path).catch(() => path);
    const mount = [...mounts.folders].find(([, folder]) => isInside(real, folder))?.[0];
    if (mount === undefined) continue;
    const message = `\`${showPath(path, places)}\` lies in the mount \`${mount}\`, which plugins are shown`;
    findings.push({ message, place, remedy: "no plugin gets the file, but it is better kept elsewhere" });
  }
  return findings;
}

async function authoritiesProblem(path: string): Promise<string | undefined> {
  const read = await readBoundedFile(path, limits.caBytesMax);
  if ("problem" in read) return `cannot be read: ${read.problem}`;
  if (!("text" in read)) return "cannot be read: there is no such file";
  const certificates = read.text.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [];
  if (certificates.length === 0) return "are none: the file holds no certificate in PEM";
  return certificates.every(isCertificate) ? undefined : "are not all certificates: one of them cannot be parsed";
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.length > 0;
  } catch {
    return false;
  }
}

function isInside(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way !== ".." && !way.startsWith("../");
}
