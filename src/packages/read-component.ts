import { limits } from "../calls/limits.ts";
import type { ComponentFault } from "../errors/error-details.ts";
import { YoiError } from "../errors/yoi-error.ts";

/** What a component asks of its host and offers to it, by name, as its binary says. */
export interface ComponentInterfaces {
  readonly imports: readonly string[];
  readonly exports: readonly string[];
}

const magic = 0x6d736100;
const componentVersion = 0x0001000d;
const coreVersion = 0x00000001;
const importSection = 10;
const exportSection = 11;
const lastSection = 12;

/**
 * Reads the names of a component's own imports and exports from its binary, and none of what lies nested in it.
 * It runs nothing, copies nothing but names, and moves forward only.
 *
 * @throws {YoiError} YOI_COMPONENT_INVALID
 */
export function readComponent(bytes: Uint8Array): ComponentInterfaces {
  const reader = new BinaryReader(bytes);
  checkPreamble(bytes);
  reader.at = 8;
  const names = { imports: [] as string[], exports: [] as string[] };
  while (reader.at < bytes.byteLength) {
    const section = reader.byte();
    const length = reader.u32();
    const end = reader.at + length;
    if (section > lastSection || end > bytes.byteLength)
      refuseComponent("invalid-component", "the component is cut short or malformed");
    if (section === importSection) readNames(reader, end, names.imports, () => reader.externType());
    if (section === exportSection) readNames(reader, end, names.exports, () => reader.exported());
    reader.at = end;
  }
  return names;
}

function refuseComponent(fault: ComponentFault, message: string, remedy?: string): never {
  const finding = { fault, message, ...(remedy !== undefined && { remedy }) };
  throw new YoiError("YOI_COMPONENT_INVALID", message, { findings: [finding] });
}

function checkPreamble(bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.byteLength < 8 || view.getUint32(0, true) !== magic) {
    refuseComponent("invalid-component", "the component is not WebAssembly");
  }
  const version = view.getUint32(4, true);
  if (version === coreVersion) {
    refuseComponent(
      "legacy-runtime",
      "the component is a raw WebAssembly module: raw modules are retired, and no longer run",
      "build a component for `yoi:plugin/tool-plugin@2.0.0`",
    );
  }
  if (version !== componentVersion) {
    refuseComponent("runtime-mismatch", "the component is of another version of WebAssembly than this host runs");
  }
}

function readNames(reader: BinaryReader, end: number, names: string[], readRest: () => void): void {
  const count = reader.u32();
  for (let n = 0; n < count; n++) {
    if (names.length === limits.componentNamesMax) {
      refuseComponent("bounds", `the component has more than ${limits.componentNamesMax} imports or exports`);
    }
    names.push(reader.externName());
    readRest();
    if (reader.at > end) refuseComponent("invalid-component", "the component is cut short or malformed");
  }
  if (reader.at !== end) refuseComponent("invalid-component", "the component is cut short or malformed");
}

/** Reads the encodings that imports and exports are made of. Past the end there is nothing but a refusal. */
class BinaryReader {
  readonly #bytes: Uint8Array;
  at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  byte(): number {
    const byte = this.#bytes[this.at];
    if (byte === undefined) return refuseComponent("invalid-component", "the component is cut short or malformed");
    this.at += 1;
    return byte;
  }

  /** An unsigned number in LEB128, at most five bytes and 32 bits long. */
  u32(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80 && value <= 0xffffffff) return value;
      if (byte < 0x80) break;
    }
    return refuseComponent("invalid-component", "the component is cut short or malformed");
  }

  externName(): string {
    // Both forms of a name mean the same to the toolchain; a name with a suffix or options has another number.
    if (this.byte() > 1)
      refuseComponent("invalid-component", "the component names an import or export in an unknown way");
    const length = this.u32();
    if (length > limits.componentNameBytesMax) {
      refuseComponent("bounds", `the component has a name longer than ${limits.componentNameBytesMax} bytes`);
    }
    const name = this.#bytes.subarray(this.at, this.at + length);
    if (name.byteLength < length) refuseComponent("invalid-component", "the component is cut short or malformed");
    this.at += length;
    try {
      return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(name);
    } catch {
      return refuseComponent("invalid-component", "the component has a name that is not UTF-8");
    }
  }

  /** What an import is: a module, function, value, type, component or instance. */
  externType(): void {
    const kind = this.byte();
    if (kind === 0x00) {
      this.#expect(0x11);
      this.u32();
    } else if (kind === 0x02) {
      refuseComponent("invalid-component", "the component imports or exports a value, which this host does not run");
    } else if (kind === 0x03) {
      const bound = this.byte();
      if (bound > 1) refuseComponent("invalid-component", "the component is cut short or malformed");
      if (bound === 0) this.u32();
    } else if (kind === 0x01 || kind === 0x04 || kind === 0x05) this.u32();
    else refuseComponent("invalid-component", "the component is cut short or malformed");
  }

  /** What an export refers to, with the type that it may be given. */
  exported(): void {
    const sort = this.byte();
    if (sort === 0x00) this.#expect(0x11);
    else if (sort > 0x05) refuseComponent("invalid-component", "the component is cut short or malformed");
    this.u32();
    const typed = this.byte();
    if (typed > 1) refuseComponent("invalid-component", "the component is cut short or malformed");
    if (typed === 1) this.externType();
  }

  #expect(byte: number): void {
    if (this.byte() !== byte) refuseComponent("invalid-component", "the component is cut short or malformed");
  }
}
