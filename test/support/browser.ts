import { existsSync } from "node:fs";
import test, { type ExecutionContext } from "ava";
import { type Browser, chromium } from "playwright-core";

const executablePath = "/usr/bin/chromium";
const absent = "there is no browser here: install Debian's package `chromium`";

/** Whether pages can be looked at; where they must be, in CI, a browser that is absent is a failure of the tests. */
export const hasBrowser = existsSync(executablePath) || process.env["CI"] !== undefined;

/** Declares a test that looks at a page. On a machine without Chromium it is skipped by a title that says why. */
export function browserTest(title: string, body: (t: ExecutionContext) => Promise<void>): void {
  if (hasBrowser) test(title, body);
  else test.skip(`${title} (${absent})`, body);
}

/** Starts Debian's Chromium with a profile of its own; whoever started it closes it. */
export async function openBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath,
    args: [
      "--disable-gpu",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      // As root, Chromium refuses to start with its own sandbox.
      ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
    ],
  });
}
