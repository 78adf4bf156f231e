import type { ComponentFault, ManifestFault, Place } from "../errors/error-details.ts";
import { YoiError } from "../errors/yoi-error.ts";
import type { ArchiveFaultKind } from "./archive-fault.ts";
import { type DiagnosticKind, diagnosticKinds } from "./diagnostic-kinds.ts";

/** When it was found: looking for packages, reading a manifest, matching an entry to a package, or the component. */
export type DiagnosticPhase = "discovery" | "manifest" | "resolution" | "component";

/** One trouble with one package or its enablement. It never stops another package. */
export interface PackageDiagnostic {
  readonly kind: DiagnosticKind;
  readonly phase: DiagnosticPhase;
  /** One line, with nothing of the system's own text and no content of a file. */
  readonly message: string;
  readonly remedy: string;
  readonly place?: Place;
  /** The plugin concerned, source-qualified where a store is known. */
  readonly plugin?: string;
  /** The package's file name, never its folder. */
  readonly package?: string;
}

/** What a diagnostic says beyond its kind; what is left out, the kind says. */
export type DiagnosticParts = Omit<Partial<PackageDiagnostic>, "kind" | "phase">;

/** A diagnostic of a kind, with the kind's own words where nothing nearer is known. */
export function packageDiagnostic(
  kind: DiagnosticKind,
  phase: DiagnosticPhase,
  parts: DiagnosticParts = {},
): PackageDiagnostic {
  const { means, remedy } = diagnosticKinds[kind];
  return { kind, phase, message: means, remedy, ...parts };
}

/**
 * The diagnostics that an error of reading, judging or packing a package amounts to.
 * Any other error is a fault of the host, and is thrown on.
 */
export function diagnosticsOf(error: unknown, about: DiagnosticParts): readonly PackageDiagnostic[] {
  if (YoiError.is(error, "YOI_ARCHIVE_INVALID")) {
    return [packageDiagnostic(archiveKinds[error.details.kind], "discovery", { ...about, message: error.message })];
  }
  if (YoiError.is(error, "YOI_MANIFEST_INVALID")) {
    return error.details.findings.map(({ fault, ...said }) =>
      packageDiagnostic(manifestKinds[fault], "manifest", { ...about, ...said }),
    );
  }
  if (YoiError.is(error, "YOI_COMPONENT_INVALID")) {
    return error.details.findings.map(({ fault = "invalid-component", ...said }) =>
      packageDiagnostic(componentKinds[fault], "component", { ...about, ...said }),
    );
  }
  throw error;
}

const archiveKinds: Readonly<Record<ArchiveFaultKind, DiagnosticKind>> = {
  malformed: "invalid-archive",
  api: "unsupported-archive",
  bounds: "bounds",
  traversal: "traversal",
  duplicate: "duplicate",
};

const manifestKinds: Readonly<Record<ManifestFault, DiagnosticKind>> = {
  invalid: "invalid-manifest",
  bounds: "bounds",
  traversal: "traversal",
  "rejected-schema": "rejected-schema",
  "runtime-mismatch": "runtime-mismatch",
  "legacy-runtime": "legacy-runtime",
};

const componentKinds: Readonly<Record<ComponentFault, DiagnosticKind>> = {
  "invalid-component": "invalid-component",
  "legacy-runtime": "legacy-runtime",
  "runtime-mismatch": "runtime-mismatch",
  "unsupported-host-api": "unsupported-host-api",
  "undeclared-import": "undeclared-import",
  bounds: "bounds",
};
