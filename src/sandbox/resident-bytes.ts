import { readFileSync } from "node:fs";

const pageBytes = 4096;

/** How much memory a process has in use, as the system counts it; `undefined` where the system does not tell (not Linux). */
export function residentBytes(pid: number): number | undefined {
  try {
    const [, pages] = readFileSync(`/proc/${pid}/statm`, "utf8").split(" ");
    return Number(pages) * pageBytes;
  } catch {
    return undefined;
  }
}
