import test from "ava";
import fc from "fast-check";
import { encodeFrame, type Frame, FrameReader } from "../../src/sandbox/frame-codec.ts";

const bounds = { headerBytesMax: 256, frameBytesMax: 1024 };

function readAll(reader: FrameReader, chunks: Iterable<Uint8Array>): Frame[] {
  return [...chunks].flatMap((chunk) => [...reader.push(chunk)]);
}

function prefixOf(headerBytes: number, bodyBytes: number): Uint8Array {
  const prefix = new Uint8Array(8);
  new DataView(prefix.buffer).setUint32(0, headerBytes);
  new DataView(prefix.buffer).setUint32(4, bodyBytes);
  return prefix;
}

test("what is written is what is read, however the bytes are cut", (t) => {
  const frame = fc.record({
    header: fc.record({ kind: fc.string({ maxLength: 20 }) }),
    body: fc.uint8Array({ maxLength: 500 }),
  });
  fc.assert(
    fc.property(
      fc.array(frame, { maxLength: 8 }),
      fc.array(fc.nat({ max: 700 }), { maxLength: 20 }),
      (frames, cuts) => {
        const whole = Buffer.concat(frames.map(({ header, body }) => encodeFrame(header, body, bounds)));
        const edges = [
          0,
          ...cuts.map((cut) => cut % (whole.length + 1)).sort((one, other) => one - other),
          whole.length,
        ];
        const chunks = edges.slice(1).map((edge, index) => whole.subarray(edges[index], edge));
        const read = readAll(new FrameReader(bounds), chunks);
        t.deepEqual(
          read.map(({ header, body }) => ({ header, body: [...body] })),
          frames.map(({ header, body }) => ({ header: { ...header }, body: [...body] })),
        );
      },
    ),
  );
});

// ATTACK: threats 22
test("no bytes make a reader throw anything but its own refusals, or keep more than one frame", (t) => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 10 }), (chunks) => {
      try {
        for (const { body } of readAll(new FrameReader(bounds), chunks)) t.true(body.length <= bounds.frameBytesMax);
      } catch (error) {
        t.true(error instanceof RangeError || error instanceof SyntaxError || error instanceof TypeError);
      }
    }),
  );
});

for (const [title, prefix] of [
  ["a header over its bound", prefixOf(257, 0)],
  ["a frame over its bound", prefixOf(1, 1024)],
  ["lengths of 4 GiB", prefixOf(0xffff_ffff, 0xffff_ffff)],
  ["no header", prefixOf(0, 0)],
] as const) {
  test(`${title} is refused by its lengths alone`, (t) => {
    t.throws(() => [...new FrameReader(bounds).push(prefix)], { instanceOf: RangeError });
  });
}

test("a writer refuses what its reader would refuse", (t) => {
  t.throws(() => encodeFrame({}, new Uint8Array(1024), bounds), { instanceOf: RangeError });
});
