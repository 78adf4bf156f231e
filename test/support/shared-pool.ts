import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "ava";
import type { SandboxPool } from "../../src/sandbox/sandbox.ts";
import { createSandboxPool } from "../../src/sandbox/sandbox-pool.ts";

/** A pool for all the tests of one file, with a cache of its own; both are gone after the last of them. */
export function sharedPool(): SandboxPool {
  const folder = mkdtempSync(join(tmpdir(), "yoi-test-"));
  const pool = createSandboxPool({ cacheFolder: folder });
  test.after.always(async () => {
    await pool.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return pool;
}
