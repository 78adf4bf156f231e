import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { limits } from "../../../calls/limits.ts";
import { escapeText } from "../../../errors/escape-text.ts";
import { YoiError } from "../../../errors/yoi-error.ts";
import { readTar, TarFault, type TarFile } from "../../read-tar.ts";
import { entrypoint } from "../evaluation/policy-abi.ts";
import { PolicyRefusal } from "../evaluation/policy-fault.ts";
import { composeData } from "./compose-data.ts";

/** What of a prebuilt bundle is evaluated. */
export interface ReadBundle {
  readonly wasm: Uint8Array;
  /** One JSON document, as text. */
  readonly data: string;
}

const manifestFile = ".manifest";
const defaultModule = "policy.wasm";

/**
 * Reads a bundle as `opa build -t wasm` writes it, or a bare module. Nothing in it is passed over that OPA would heed:
 * signatures, patches and data in YAML are refused, not ignored.
 * @throws {YoiError} YOI_POLICY_INVALID with a finding that says why
 */
export async function readBundle(file: string, bytes: Uint8Array): Promise<ReadBundle> {
  try {
    if (startsWith(bytes, [0x00, 0x61, 0x73, 0x6d])) return { wasm: bytes, data: "{}" };
    if (!startsWith(bytes, [0x1f, 0x8b])) throw new PolicyRefusal("is neither a bundle nor a WebAssembly module");
    const files = readTar(await expand(bytes), limits.regoBundleEntriesMax);
    checkFiles(files);
    return { wasm: findModule(files), data: composeData(files) };
  } catch (error) {
    if (!(error instanceof PolicyRefusal) && !(error instanceof TarFault)) throw error;
    throw refused(file, error);
  }
}

function refused(file: string, error: PolicyRefusal | TarFault): YoiError<"YOI_POLICY_INVALID"> {
  const message = `\`${escapeText(file)}\` ${error.message}`;
  const remedy = (error instanceof PolicyRefusal ? error.remedy : undefined) ?? "build it with `opa build -t wasm`";
  return new YoiError("YOI_POLICY_INVALID", message, { findings: [{ message, place: { file }, remedy }] });
}

function startsWith(bytes: Uint8Array, start: readonly number[]): boolean {
  return start.every((byte, at) => bytes[at] === byte);
}

/** What `gunzip` answers with `info`, which Node's types leave out. */
interface Expanded {
  readonly buffer: Uint8Array;
  readonly engine: { readonly bytesWritten: number };
}

// ATTACK: a few bytes that expand to all the memory there is (threats 29).
async function expand(bytes: Uint8Array): Promise<Uint8Array> {
  const { regoBundleBytesMax, regoBundleExpandedBytesMax } = limits;
  if (bytes.byteLength > regoBundleBytesMax) {
    throw new PolicyRefusal(`is larger than ${regoBundleBytesMax} bytes`, "keep large data out of policies");
  }
  let expanded: Expanded;
  try {
    const answer: unknown = await promisify(gunzip)(bytes, { maxOutputLength: regoBundleExpandedBytesMax, info: true });
    expanded = answer as Expanded;
  } catch {
    throw new PolicyRefusal(`cannot be expanded to at most ${regoBundleExpandedBytesMax} bytes`);
  }
  if (expanded.engine.bytesWritten !== bytes.byteLength) throw new PolicyRefusal("has bytes after its end");
  return expanded.buffer;
}

// FAIL-CLOSED: data that is left out is a forbid that does not match, and a signature that nobody checks is none.
function checkFiles(files: readonly TarFile[]): void {
  for (const { path } of files) {
    const name = path.slice(path.lastIndexOf("/") + 1);
    if (name === "data.json" || name.endsWith(".wasm") || name.endsWith(".rego") || path === manifestFile) continue;
    if (name === "data.yaml" || name === "data.yml") {
      throw new PolicyRefusal(`has data in \`${path}\`, which is not read`, "put it into `data.json`");
    }
    throw new PolicyRefusal(`has a file \`${path}\`, for which there is no use`, "leave it out of the bundle");
  }
}

function findModule(files: readonly TarFile[]): Uint8Array {
  const path = modulePath(files.find((file) => file.path === manifestFile));
  const found = files.find((file) => file.path === path);
  if (found === undefined)
    throw new PolicyRefusal(`has no \`${path}\``, `build it with \`opa build -t wasm -e ${entrypoint}\``);
  return found.content;
}

/** Where the manifest says that the module of our entrypoint is; without a word of it, where OPA puts it. */
function modulePath(manifest: TarFile | undefined): string {
  if (manifest === undefined) return defaultModule;
  const { wasm }: { readonly wasm?: unknown } = readManifest(manifest);
  if (wasm === undefined || wasm === null) return defaultModule;
  if (!Array.isArray(wasm)) throw new PolicyRefusal("has a malformed manifest");
  const resolver: unknown = wasm.find((one: unknown) => isRecord(one) && one["entrypoint"] === entrypoint);
  const module = isRecord(resolver) ? resolver["module"] : undefined;
  if (typeof module !== "string") {
    throw new PolicyRefusal(
      `has no entrypoint \`${entrypoint}\``,
      `build it with \`opa build -t wasm -e ${entrypoint}\``,
    );
  }
  const path = module.replace(/^\//, "");
  if (!/^[\x21-\x5b\x5d-\x7e]+$/.test(path)) throw new PolicyRefusal("has a malformed manifest");
  return path;
}

function readManifest({ content }: TarFile): object {
  try {
    const manifest: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(content));
    if (isRecord(manifest)) return manifest;
  } catch {
    throw new PolicyRefusal("has a malformed manifest");
  }
  throw new PolicyRefusal("has a malformed manifest");
}

function isRecord(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
