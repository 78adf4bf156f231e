import type { ComponentFault, ComponentFinding } from "../errors/error-details.ts";
import { escapeText } from "../errors/escape-text.ts";
import { YoiError } from "../errors/yoi-error.ts";
import type { PluginManifest } from "../plugins/plugin-manifest.ts";
import {
  authorityFreeWasi,
  hostInterfaces,
  hostVersion,
  laterHostInterfaces,
  toleratedExports,
  toolsInterface,
} from "./host-interfaces.ts";
import { type ComponentInterfaces, readComponent } from "./read-component.ts";

/**
 * Holds what a component's binary imports and exports against its manifest and against what this host offers.
 * Importing is not authority; but what is imported must be declared, and what this host does not know is refused by
 * name before anything runs.
 *
 * @throws {YoiError} YOI_COMPONENT_INVALID
 */
export function inspectComponent(bytes: Uint8Array, manifest: PluginManifest): ComponentInterfaces {
  const interfaces = readComponent(bytes);
  judgeInterfaces(interfaces, manifest);
  return interfaces;
}

/** The same for what was read from a component before. @throws {YoiError} YOI_COMPONENT_INVALID */
export function judgeInterfaces(interfaces: ComponentInterfaces, manifest: PluginManifest): void {
  const findings = [
    ...interfaces.imports.flatMap((name) => judgeImport(name, manifest)),
    ...judgeExports(interfaces.exports),
  ];
  if (findings.length > 0) {
    throw new YoiError("YOI_COMPONENT_INVALID", findings[0]?.message ?? "the component is not valid", { findings });
  }
}

type Findings = readonly ComponentFinding[];

interface InterfaceName {
  /** Without the version: `yoi:host/fs`. */
  readonly path: string;
  readonly version?: string;
}

function splitName(name: string): InterfaceName {
  const at = name.indexOf("@");
  return at === -1 ? { path: name } : { path: name.slice(0, at), version: name.slice(at + 1) };
}

function judgeImport(name: string, manifest: PluginManifest): Findings {
  const { path, version } = splitName(name);
  if (path.startsWith("yoi:host/")) return judgeHostImport(name, path.slice("yoi:host/".length), version, manifest);
  if (authorityFreeWasi.has(path)) {
    if (/^0\.2\.\d{1,4}$/.test(version ?? "")) return [];
    return found(
      "unsupported-host-api",
      `imports ${quote(name)}, and this host has WASI 0.2`,
      "build the plugin for WASI 0.2",
    );
  }
  const remedy = /^wasi:(?:sockets|http)\//.test(path)
    ? "remove the import; a plugin reaches servers through `yoi:host/https`"
    : "remove the import; a plugin has `yoi:host` and the WASI interfaces without authority";
  return found("unsupported-host-api", `imports ${quote(name)}, which no plugin may have`, remedy);
}

function judgeHostImport(name: string, own: string, version: string | undefined, manifest: PluginManifest): Findings {
  if (laterHostInterfaces.has(own)) {
    return found(
      "unsupported-host-api",
      `imports ${quote(name)}, which is not supported by this version`,
      "remove the import",
    );
  }
  const offered = hostInterfaces.get(own);
  if (offered === undefined) {
    const known = [...hostInterfaces.keys()].map((known) => `\`yoi:host/${known}\``).join(", ");
    return found("unsupported-host-api", `imports ${quote(name)}, which this host does not have`, `it has ${known}`);
  }
  if (!runsHere(version)) return mismatch("imports", name, `yoi:host/${own}`);
  if (offered.capability === undefined || manifest.capabilities[offered.capability].length > 0) return [];
  return found(
    "undeclared-import",
    `imports ${quote(name)}, and its manifest asks for no \`capabilities.${offered.capability}\``,
    `declare \`[[capabilities.${offered.capability}]]\`, or build the plugin for a world without the import`,
  );
}

function judgeExports(exports: readonly string[]): Findings {
  const findings: ComponentFinding[] = [];
  let offersTools = false;
  for (const name of exports) {
    const { path, version } = splitName(name);
    if (path === toolsInterface) {
      offersTools = true;
      if (!runsHere(version)) findings.push(...mismatch("exports", name, toolsInterface));
    } else if (!toleratedExports.has(name)) {
      const message = `exports ${quote(name)}, which its world does not have`;
      findings.push(...found("invalid-component", message, "build the plugin for `yoi:plugin/tool-plugin` alone"));
    }
  }
  if (!offersTools) {
    const wanted = `${toolsInterface}@${hostVersion.text}`;
    findings.push(
      ...found("invalid-component", `does not export \`${wanted}\``, "build the plugin for `yoi:plugin/tool-plugin`"),
    );
  }
  return findings;
}

/** The same major, and a minor that this host has. A version before its release promises nothing. */
function runsHere(version: string | undefined): boolean {
  const match = /^(\d{1,6})\.(\d{1,6})\.\d{1,6}$/.exec(version ?? "");
  return match !== null && Number(match[1]) === hostVersion.major && Number(match[2]) <= hostVersion.minor;
}

function mismatch(verb: "imports" | "exports", name: string, own: string): Findings {
  const message = `${verb} ${quote(name)}, and this host runs \`${own}@${hostVersion.text}\``;
  return found("runtime-mismatch", message, `build the plugin for \`${own}@${hostVersion.text}\``);
}

function found(fault: ComponentFault, said: string, remedy: string): Findings {
  return [{ fault, message: `the component ${said}`, remedy }];
}

function quote(name: string): string {
  return `\`${escapeText(name, 120)}\``;
}
