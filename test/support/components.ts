/** What a component's binary is to say of itself. */
export interface ForgedComponent {
  readonly imports?: readonly string[];
  readonly exports?: readonly string[];
}

export const toolsExport = "yoi:plugin/tools@2.0.0";

/** The binary of a component with these imports and exports, each an instance without functions. */
export function forgeComponent({ imports = [], exports = [toolsExport] }: ForgedComponent = {}): Uint8Array {
  const name = (text: string): Buffer => Buffer.concat([Buffer.from([0]), vector(Buffer.from(text))]);
  const emptyInstanceType = section(7, Buffer.from([1, 0x42, 0]));
  const importing = imports.map((text) => Buffer.concat([name(text), Buffer.from([5, 0])]));
  const exporting = exports.map((text, n) => Buffer.concat([name(text), Buffer.from([5]), leb(n), Buffer.from([0])]));
  // An instance for each export, made of nothing.
  const instances = section(5, Buffer.concat([leb(exports.length), ...exports.map(() => Buffer.from([1, 0]))]));
  return new Uint8Array(
    Buffer.concat([
      componentPreamble,
      emptyInstanceType,
      instances,
      section(10, Buffer.concat([leb(imports.length), ...importing])),
      section(11, Buffer.concat([leb(exports.length), ...exporting])),
    ]),
  );
}

export const componentPreamble = Buffer.from("0061736d0d000100", "hex");
export const coreModule = Buffer.from("0061736d01000000", "hex");

export function section(id: number, content: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([id]), vector(content)]);
}

function vector(content: Uint8Array): Buffer {
  return Buffer.concat([leb(content.byteLength), content]);
}

function leb(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>>= 7) {
    if (rest < 0x80) return Buffer.from([...bytes, rest]);
    bytes.push((rest & 0x7f) | 0x80);
  }
}
