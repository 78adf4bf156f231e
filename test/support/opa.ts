import { existsSync } from "node:fs";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import type { OrFindings } from "../../src/engines/rego/opa/opa-program.ts";
import type { Finding } from "../../src/errors/error-details.ts";
import { packageRoot } from "../../src/package-root.ts";

/** Where `npm run build` puts OPA's program. */
export const opaPath = join(packageRoot, "dist/opa.wasm");

const absent = "OPA is not built here: install Go, then `npm run build`";

type Declare = (title: string, body: (t: ExecutionContext) => void | Promise<void>) => void;

/**
 * Declares a test that needs OPA's program. On a machine without Go it is skipped by a title that says why; in CI,
 * where Go is, its absence is a failure. `serial`: not at the same time as others of its file.
 */
export const opaTest: Declare & { readonly serial: Declare } =
  existsSync(opaPath) || process.env["CI"] !== undefined
    ? Object.assign<Declare, { serial: Declare }>((title, body) => test(title, body), { serial: test.serial })
    : Object.assign<Declare, { serial: Declare }>(skip, { serial: skip });

/** Declares a test that needs no program: for tables in which some rows do. */
export const plainTest: Declare = (title, body) => test(title, body);

function skip(title: string, body: Parameters<Declare>[1]): void {
  test.skip(`${title} (${absent})`, body);
}

/** The answer; a finding is the test's failure. */
export function found<Answer extends object>(answer: OrFindings<Answer>): Answer {
  if ("findings" in answer) throw new Error(`there are findings: ${JSON.stringify(answer.findings)}`);
  return answer as Answer;
}

/** The findings; their absence is the test's failure. */
export function findingsIn(answer: OrFindings<object>): readonly Finding[] {
  if (!("findings" in answer)) throw new Error("there are no findings");
  return answer.findings;
}
