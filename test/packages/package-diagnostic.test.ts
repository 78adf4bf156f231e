import { readFileSync } from "node:fs";
import test from "ava";
import { YoiError } from "../../src/errors/yoi-error.ts";
import { type DiagnosticKind, diagnosticKinds, type FormerKind } from "../../src/packages/diagnostic-kinds.ts";
import { diagnosticsOf, packageDiagnostic } from "../../src/packages/package-diagnostic.ts";

const texts: Readonly<Record<DiagnosticKind, readonly [former: FormerKind, means: RegExp, remedy: RegExp]>> = {
  "missing-package": ["missing", /enabled, but no store has its package/, /\.yoi\/plugins/],
  "missing-file": ["missing", /lacks a file that its manifest names/, /pack the plugin again/],
  duplicate: ["duplicate", /two things have one name/, /remove one/],
  "ambiguous-id": ["ambiguous", /which store it comes from/, /`project:example\.weather`/],
  "invalid-enablement": ["malformed", /entry in the configuration is not valid/, /mend the entry/],
  "invalid-config": ["malformed", /does not fit its `config_schema`/, /mend `config`/],
  "id-mismatch": ["grant", /another id/, /enable the plugin again/],
  "version-mismatch": ["version", /another version/, /enable the plugin again/],
  "digest-mismatch": ["digest", /another content/, /who changed it/],
  "missing-grant": ["grant", /asks for what nothing grants/, /add a grant/],
  "undeclared-surface": ["surface", /surface that the manifest does not declare/, /out of the entry/],
  "undeclared-import": ["surface", /imports what its manifest does not declare/, /declare the capability/],
  "invalid-archive": ["malformed", /read in one way only/, /`yoi plugin pack`/],
  "unsupported-archive": ["api", /feature of ZIP/, /`yoi plugin pack`/],
  "invalid-manifest": ["malformed", /manifest is not valid/, /`plugin\.toml`/],
  "rejected-schema": ["malformed", /outside the subset/, /mend the schema/],
  "invalid-component": ["malformed", /not valid for its world/, /build the plugin again/],
  "runtime-mismatch": ["api", /another version of the host/, /for this host/],
  "legacy-runtime": ["api", /raw modules are retired/, /build a component/],
  "unsupported-host-api": ["api", /does not offer/, /remove the import/],
  traversal: ["traversal", /leads out of where it belongs/, /do not trust/],
  bounds: ["bounds", /larger than its limit/, /`docs\/limits\.md`/],
  io: ["io", /could not be read or written/, /permissions/],
};
for (const [kind, { former, means, remedy }] of Object.entries(diagnosticKinds)) {
  test(`the diagnostic \`${kind}\` says what happened and what to do`, (t) => {
    const [expectedFormer, expectedMeans, expectedRemedy] = texts[kind as DiagnosticKind];
    t.is(former, expectedFormer);
    t.regex(means, expectedMeans);
    t.regex(remedy, expectedRemedy);
    for (const text of [means, remedy]) t.regex(text, /^[a-z`.].*[^.\n]$/);
  });
}

test("each of the twelve kinds of the platform before has its successor", (t) => {
  const former = new Set(Object.values(diagnosticKinds).map((kind) => kind.former));
  t.deepEqual([...former].toSorted(), [
    "ambiguous",
    "api",
    "bounds",
    "digest",
    "duplicate",
    "grant",
    "io",
    "malformed",
    "missing",
    "surface",
    "traversal",
    "version",
  ]);
});

test("a diagnostic says what its kind says, unless something nearer is known", (t) => {
  t.is(packageDiagnostic("io", "discovery").message, "a file could not be read or written");
  t.deepEqual(packageDiagnostic("io", "discovery", { message: "no", plugin: "project:x" }), {
    kind: "io",
    phase: "discovery",
    message: "no",
    remedy: "look at the file and its permissions",
    plugin: "project:x",
  });
});

test("a fault of the host is no diagnostic", (t) => {
  t.throws(() => diagnosticsOf(new TypeError("broken"), {}), { instanceOf: TypeError });
  t.throws(() => diagnosticsOf(new YoiError("YOI_BROKER_CLOSED", "closed", {}), {}), { instanceOf: YoiError });
});

test("`docs/packages.md` lists every kind with its words", (t) => {
  const page = readFileSync(new URL("../../docs/packages.md", import.meta.url), "utf8");
  const rows = page.split("\n").filter((line) => line.startsWith("| `"));
  const kinds = Object.entries(diagnosticKinds).map(
    ([kind, { means, former }]) => `| \`${kind}\` | ${means} | \`${former}\` |`,
  );
  t.deepEqual(rows, kinds);
});
