import test from "ava";
import fc from "fast-check";
import { YoiError } from "../../src/errors/yoi-error.ts";
import { boundCoreModules } from "../../src/sandbox/bound-core-modules.ts";
import { readCoreModule } from "../../src/sandbox/read-core-module.ts";
import { buildCoreModule } from "../support/wat-component.ts";

const wasm: {
  validate(bytes: Uint8Array): boolean;
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: Record<string, unknown> };
} = Reflect.get(globalThis, "WebAssembly");

const bounds = { memoryPagesMax: 100, tableElementsMax: 1000, coreInstancesMax: 8 };

async function modules(...texts: string[]): Promise<Map<string, Uint8Array>> {
  const entries = texts.map(
    async (text, index) => [`component.core${index}.wasm`, await buildCoreModule(text)] as const,
  );
  return new Map(await Promise.all(entries));
}

function maximaOf(files: ReadonlyMap<string, Uint8Array>, what: "memories" | "tables"): (number | undefined)[] {
  return [...files.values()].flatMap((bytes) => readCoreModule(bytes)[what].map(({ extent }) => extent.max));
}

// ATTACK: threats 23
test("a memory without a maximum gets the whole bound", async (t) => {
  const { files } = boundCoreModules(await modules("(module (memory 2))"), bounds);
  t.deepEqual(maximaOf(files, "memories"), [100]);
});

test("the maxima of all memories together are never above the bound", async (t) => {
  const extent = fc.record({ min: fc.nat({ max: 60 }), more: fc.option(fc.nat({ max: 200 })) });
  await fc.assert(
    fc.asyncProperty(fc.array(extent, { minLength: 1, maxLength: 5 }), async (extents) => {
      const texts = extents.map(({ min, more }) => `(module (memory ${min} ${more === null ? "" : min + more}))`);
      const minima = extents.reduce((sum, { min }) => sum + min, 0);
      const files = await modules(...texts);
      if (minima > bounds.memoryPagesMax) {
        t.throws(() => boundCoreModules(files, bounds), { instanceOf: YoiError });
        return;
      }
      const maxima = maximaOf(boundCoreModules(files, bounds).files, "memories");
      t.true(maxima.reduce<number>((sum, max) => sum + (max ?? Number.POSITIVE_INFINITY), 0) <= bounds.memoryPagesMax);
      for (const [index, { min, more }] of extents.entries()) {
        const max = maxima[index] ?? 0;
        t.true(max >= min && (more === null || max <= min + more));
      }
    }),
    { numRuns: 60 },
  );
});

test("several memories in one module count together", async (t) => {
  const { files, bounds: written } = boundCoreModules(
    await modules("(module (memory 10) (memory 10) (table 5 funcref))"),
    bounds,
  );
  t.deepEqual(maximaOf(files, "memories"), [50, 50]);
  t.deepEqual(written.modules, { "component.core0.wasm": { memoryPages: 100, tableElements: 1000 } });
});

test("a table keeps its type and initialiser, and gets a maximum", async (t) => {
  const text = `(module (func $f) (table 3 (ref null func) (ref.func $f)) (table 4 externref) (elem declare func $f))`;
  const { files } = boundCoreModules(await modules(text), bounds);
  t.deepEqual(maximaOf(files, "tables"), [499, 500]);
  for (const bytes of files.values()) t.true(wasm.validate(bytes));
});

test("what is not a memory or a table stays byte for byte", async (t) => {
  const text = `(module (memory 1) (global i32 (i32.const 7)) (data (i32.const 0) "kept") (func (export "f") (result i32) i32.const 42))`;
  const { files } = boundCoreModules(await modules(text), bounds);
  const [bytes = new Uint8Array(0)] = files.values();
  const { f } = new wasm.Instance(new wasm.Module(bytes)).exports;
  t.is(typeof f === "function" && f(), 42);
});

for (const [title, text] of [
  ["a shared memory", "(module (memory 1 2 shared))"],
  ["a 64-bit memory", "(module (memory i64 1))"],
  ["a 64-bit table", "(module (table i64 1 funcref))"],
] as const) {
  test(`${title} is refused`, async (t) => {
    const files = await modules(text);
    t.throws(() => boundCoreModules(files, bounds), { instanceOf: YoiError, code: "YOI_COMPONENT_INVALID" });
  });
}

test("bytes that are no module are read to the end, or refused, and nothing else", (t) => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      try {
        boundCoreModules(new Map([["component.core.wasm", bytes]]), bounds);
        t.pass();
      } catch (error) {
        t.true(YoiError.is(error, "YOI_COMPONENT_INVALID"));
      }
    }),
    { numRuns: 1000 },
  );
});
