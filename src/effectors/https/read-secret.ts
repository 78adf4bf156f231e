import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import type { SecretStanding } from "../../calls/inventory.ts";
import { limits } from "../../calls/limits.ts";
import { SecretValue } from "../../calls/secret-value.ts";
import { spendWarrant } from "../../warrants/spend-warrant.ts";
import type { Effector } from "../effector.ts";
import { withinTime } from "../within-time.ts";
import { requestFailed } from "./request-failure.ts";

/**
 * Makes the effector of `secret.use`: reads the secret from the variable or file where the operator keeps it, anew each time. A value that
 * is too short to be told from ordinary text, too long, or has control characters is refused.
 * @throws {YoiError} YOI_WARRANT_SPENT, or YOI_EFFECT_FAILED with `secret`, which says nothing of the value or its place
 */
export function createSecretReader(variable: (name: string) => string | undefined): Effector<"secret.use"> {
  return async (warrant) => {
    spendWarrant(warrant, "secret.use");
    const { name, from } = warrant.target.secret;
    return withinTime({ signal: warrant.signal, timeoutMs: limits.hostCallMs }, async () => {
      const text = await readText(from, variable).catch(() => undefined);
      if (text === undefined || !isUsable(text)) throw requestFailed("secret");
      return new SecretValue(name, text);
    });
  };
}

async function readText(
  from: SecretStanding["from"],
  variable: (name: string) => string | undefined,
): Promise<string | undefined> {
  return "file" in from ? readSmallFile(from.file) : variable(from.env);
}

async function readSmallFile(path: string): Promise<string | undefined> {
  // A FIFO or a device would block or act when it is opened without O_NONBLOCK.
  await using file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  if (!(await file.stat()).isFile()) return undefined;
  const bytes = await readUpTo(file, limits.secretBytesMax + "\r\n".length + 1);
  return new TextDecoder().decode(bytes).replace(/\r?\n$/, "");
}

async function readUpTo(file: FileHandle, bytesMax: number): Promise<Uint8Array> {
  const buffer = new Uint8Array(bytesMax);
  for (let filled = 0; ; ) {
    const { bytesRead } = await file.read(buffer, filled, bytesMax - filled, filled);
    filled += bytesRead;
    if (bytesRead === 0 || filled === bytesMax) return buffer.subarray(0, filled);
  }
}

// The shortest length alone keeps `.` and `..` out of paths. U+FFFD stands for bytes that are no text.
function isUsable(text: string): boolean {
  const bytes = Buffer.byteLength(text);
  return bytes >= limits.secretBytesMin && bytes <= limits.secretBytesMax && !/\p{Cc}|\p{Cs}|\ufffd/u.test(text);
}
