import { access, constants, stat } from "node:fs/promises";
import type { SecretStanding } from "../calls/inventory.ts";
import { limits } from "../calls/limits.ts";
import { type Places, showPath } from "../config/places.ts";
import type { Finding } from "../errors/error-details.ts";

/** The secrets that the user's own configuration defines, and which of them have no value as things are. */
export interface UserSecrets {
  readonly defined: ReadonlyMap<string, SecretStanding>;
  readonly outOfReach: ReadonlyMap<string, Finding>;
}

/**
 * Finds the secrets that no request could be sent with: a variable that is not set, a file that is not there, a value
 * that is too short or too long. No value is read from a file, and none is ever shown.
 */
export async function secretsOutOfReach(
  secrets: ReadonlyMap<string, SecretStanding>,
  places: Places,
): Promise<ReadonlyMap<string, Finding>> {
  const found = await Promise.all(
    [...secrets].map(async ([name, { from }]) => {
      const problem = "env" in from ? variableProblem(from.env, places) : await fileProblem(from.file, places);
      if (problem === undefined) return [];
      return [
        [name, { message: `its secret \`${name}\` has no value: ${problem.why}`, remedy: problem.remedy }],
      ] as const;
    }),
  );
  return new Map(found.flat());
}

interface Problem {
  readonly why: string;
  readonly remedy: string;
}

function variableProblem(name: string, places: Places): Problem | undefined {
  const value = places.variable(name);
  if (value === undefined) {
    return { why: `the variable \`${name}\` is not set`, remedy: "set it where the agent or `yoi` is started" };
  }
  if (isSecretLength(Buffer.byteLength(value))) return undefined;
  return { why: `the variable \`${name}\` ${wrongLength}`, remedy: "set it to the value, whole and alone" };
}

async function fileProblem(path: string, places: Places): Promise<Problem | undefined> {
  const shown = `\`${showPath(path, places)}\``;
  try {
    const found = await stat(path);
    await access(path, constants.R_OK);
    if (!found.isFile()) return { why: `${shown} is not a file`, remedy: "name the file that has the value" };
    // A line break at the end is no part of the value.
    if (isSecretLength(found.size, "\r\n".length)) return undefined;
    return { why: `${shown} ${wrongLength}`, remedy: "put the value into it, whole and alone" };
  } catch {
    const remedy = "make the file, with the value and nothing else, readable by you alone";
    return { why: `there is no file ${shown} that can be read`, remedy };
  }
}

const wrongLength = `does not have ${limits.secretBytesMin} to ${limits.secretBytesMax} bytes`;

function isSecretLength(bytes: number, lineEndBytes = 0): boolean {
  return bytes >= limits.secretBytesMin && bytes <= limits.secretBytesMax + lineEndBytes;
}
