import { readFileSync } from "node:fs";
import { deflateRawSync } from "node:zlib";
import test from "ava";
import fc from "fast-check";
import { limits } from "../../src/calls/limits.ts";
import { YoiError } from "../../src/errors/yoi-error.ts";
import { readArchive } from "../../src/packages/read-archive.ts";
import { writeArchive } from "../../src/packages/write-archive.ts";
import { type ForgedArchive, type ForgedEntry, forgeArchive, u16 } from "../support/archives.ts";

const a: ForgedEntry = { path: "a.txt", content: "hello" };
const b: ForgedEntry = { path: "b/c.txt", content: "world ".repeat(20), method: 8 };

function refusalOf(bytes: Uint8Array): string {
  try {
    readArchive(bytes);
    return "taken";
  } catch (error) {
    if (!YoiError.is(error, "YOI_ARCHIVE_INVALID")) throw error;
    return `${error.details.kind}: ${error.message}`;
  }
}

function pathsOf(bytes: Uint8Array): readonly string[] {
  return readArchive(bytes).map(({ path }) => path);
}

test("files are read in the order of their paths, stored and deflated", (t) => {
  const files = readArchive(forgeArchive({ entries: [b, a] }));
  t.deepEqual(
    files.map(({ path, content }) => [path, Buffer.from(content).toString()]),
    [
      ["a.txt", "hello"],
      ["b/c.txt", "world ".repeat(20)],
    ],
  );
});

const folderAttributes = ((0o040755 << 16) | 0x10) >>> 0;
const times = Buffer.concat([u16(0x5455), u16(5), Buffer.from([3, 0, 0, 0, 0])]);
const taken: readonly (readonly [title: string, archive: ForgedArchive, paths: readonly string[]])[] = [
  ["no entries", { entries: [] }, []],
  ["an empty file", { entries: [{ path: "empty" }] }, ["empty"]],
  ["an empty file, deflated", { entries: [{ path: "empty", method: 8 }] }, ["empty"]],
  ["folders", { entries: [{ path: "b/", externalAttributes: folderAttributes }, b] }, ["b/c.txt"]],
  [
    "a folder after what lies in it",
    { entries: [b, { path: "b/", externalAttributes: folderAttributes }] },
    ["b/c.txt"],
  ],
  ["names of any script", { entries: [{ path: "天気/über.txt" }] }, ["天気/über.txt"]],
  ["plain names without the UTF-8 flag", { entries: [{ ...a, flags: 0 }] }, ["a.txt"]],
  [
    "times in extra fields",
    { entries: [{ ...a, extra: times, local: { extra: Buffer.concat([times, times]) } }] },
    ["a.txt"],
  ],
  ["no attributes", { entries: [{ ...a, externalAttributes: 0 }] }, ["a.txt"]],
];
for (const [title, archive, paths] of taken) {
  test(`an archive may have ${title}`, (t) => t.deepEqual(pathsOf(forgeArchive(archive)), paths));
}

const link = (0o120777 << 16) >>> 0;
const mode = (bits: number): number => (bits << 16) >>> 0;
const bomb = Buffer.alloc(200_000);

// ATTACK: threats 29
const refused: readonly (readonly [title: string, archive: ForgedArchive, refusal: RegExp])[] = [
  ["bytes after its end", { entries: [a], after: Buffer.from("x") }, /^malformed: the file is not a ZIP archive/],
  [
    "a comment",
    { entries: [a], end: { commentLength: 1 }, after: Buffer.from("x") },
    /^malformed: the file is not a ZIP archive/,
  ],
  ["a comment that lies", { entries: [a], end: { commentLength: 1 } }, /^malformed: the archive has a comment/],
  ["a second end record after the first", { entries: [a], after: forgeArchive({ entries: [b] }) }, /^malformed/],
  [
    "bytes before its first entry",
    { entries: [a], before: Buffer.from("#!/bin/sh\n") },
    /^malformed: `a.txt` does not begin where/,
  ],
  [
    "another archive before it",
    { entries: [a], before: forgeArchive({ entries: [b] }) },
    /^malformed: `a.txt` does not begin where/,
  ],
  [
    "bytes between entries",
    { entries: [{ ...a, padding: Buffer.from("x") }, b] },
    /^malformed: `b\/c.txt` does not begin where/,
  ],
  [
    "bytes before its directory",
    { entries: [a], beforeDirectory: Buffer.from("x") },
    /^malformed: the archive has bytes that belong to no entry/,
  ],
  [
    "bytes after its directory",
    { entries: [a], beforeEnd: Buffer.from("x") },
    /^malformed: the directory is not where/,
  ],
  [
    "bytes in its directory",
    { entries: [a], end: { bytes: 52 }, beforeEnd: Buffer.from("x") },
    /^malformed: the archive has bytes between its directory/,
  ],
  ["entries that overlap", { entries: [a, { ...a, path: "b.txt", offset: 0 }] }, /^malformed/],
  [
    "one content under two names",
    { entries: [a, { path: "z", offset: 0, compressedBytes: 5, expandedBytes: 5 }] },
    /^malformed/,
  ],
  ["an offset outside", { entries: [{ ...a, offset: 1_000 }] }, /^malformed: `a.txt` does not begin where/],
  ["more entries than it counts", { entries: [a, b], end: { count: 1 } }, /^malformed/],
  ["fewer entries than it counts", { entries: [a], end: { count: 2 } }, /^malformed: the directory is cut short/],
  ["several parts", { entries: [a], end: { disk: 1 } }, /^malformed: the archive is one part of several/],
  [
    "its directory in another part",
    { entries: [a], end: { directoryDisk: 1 } },
    /^malformed: the archive is one part of several/,
  ],
  ["a part of its entries", { entries: [a], end: { here: 0 } }, /^malformed: the archive is one part of several/],
  ["an entry in another part", { entries: [{ ...a, disk: 1 }] }, /^malformed: `a.txt` lies in another part/],
  ["the ZIP64 format", { entries: [a], end: { count: 0xffff } }, /^api: .*ZIP64/],
  ["an entry in the ZIP64 format", { entries: [{ ...a, compressedBytes: 0xffffffff }] }, /^api: `a.txt` .*ZIP64/],
  [
    "sizes in an extra field",
    { entries: [{ ...a, extra: Buffer.concat([u16(1), u16(8), Buffer.alloc(8)]) }] },
    /^malformed: `a.txt` has an extra field that packages do not use/,
  ],
  [
    "another name in an extra field",
    { entries: [{ ...a, extra: Buffer.concat([u16(0x7075), u16(1), Buffer.alloc(1)]) }] },
    /^malformed: `a.txt` has an extra field/,
  ],
  [
    "another name in the local extra field",
    { entries: [{ ...a, local: { extra: Buffer.concat([u16(0x7075), u16(0)]) } }] },
    /^malformed: `a.txt` has an extra field/,
  ],
  [
    "an extra field that is cut short",
    { entries: [{ ...a, extra: Buffer.from([0x55]) }] },
    /^malformed: `a.txt` has an extra field that is cut short/,
  ],
  [
    "an extra field that is too long",
    { entries: [{ ...a, extra: Buffer.concat([u16(0x5455), u16(9)]) }] },
    /^malformed: `a.txt` has an extra field that is cut short/,
  ],
  ["a comment on an entry", { entries: [{ ...a, comment: "x" }] }, /^malformed: `a.txt` has a comment/],
  ["encryption", { entries: [{ ...a, flags: 0x0801 }] }, /^api: `a.txt` is encrypted/],
  ["data descriptors", { entries: [{ ...a, flags: 0x0808 }] }, /^api: `a.txt` has its sizes after its content/],
  ["patched data", { entries: [{ ...a, flags: 0x0820 }] }, /^api: `a.txt` uses a feature/],
  ["another compression", { entries: [{ ...a, method: 12 }] }, /^api: `a.txt` is neither stored nor deflated/],
  ["a later format", { entries: [{ ...a, versionNeeded: 45 }] }, /^api: `a.txt` needs a later version/],
  [
    "content that goes on past the file",
    { entries: [{ ...a, compressedBytes: 1_000_000, expandedBytes: 1_000_000 }] },
    /^malformed: `a.txt` is cut short/,
  ],
  ["a wrong checksum", { entries: [{ ...a, crc: 1 }] }, /^malformed: `a.txt` does not have the checksum/],
  ["a checksum of 0", { entries: [{ ...a, crc: 0 }] }, /^malformed: `a.txt` does not have the checksum/],
  [
    "two sizes for what is stored",
    { entries: [{ ...a, expandedBytes: 6 }] },
    /^malformed: `a.txt` is stored, but has two sizes/,
  ],
  [
    "less content than it says",
    { entries: [{ ...b, expandedBytes: 121 }] },
    /^malformed: `b\/c.txt` is not as large as it says/,
  ],
  [
    "more content than it says",
    { entries: [{ ...b, expandedBytes: 119 }] },
    /^malformed: `b\/c.txt` is not as large as it says|cannot be expanded/,
  ],
  [
    "bytes after deflated content",
    {
      entries: [{ ...b, padding: Buffer.from("xx"), compressedBytes: deflateRawSync(b.content ?? "").byteLength + 2 }],
    },
    /^malformed: `b\/c.txt` has bytes after its compressed content/,
  ],
  [
    "deflated content that is none",
    { entries: [{ ...a, method: 8, content: "x", expandedBytes: 5, compressedBytes: 3 }] },
    /^malformed/,
  ],
  [
    "a local header that names another file",
    { entries: [{ ...a, local: { path: "e.txt" } }] },
    /^malformed: `a.txt` has two headers that do not agree/,
  ],
  ["a local header with another name's length", { entries: [{ ...a, local: { path: "evil.txt" } }] }, /^malformed/],
  [
    "a local header with another method",
    { entries: [{ ...a, local: { method: 8 } }] },
    /two headers that do not agree/,
  ],
  [
    "a local header with other flags",
    { entries: [{ ...a, local: { flags: 0x0808 } }] },
    /two headers that do not agree/,
  ],
  ["a local header with another checksum", { entries: [{ ...a, local: { crc: 1 } }] }, /two headers that do not agree/],
  [
    "a local header with another size",
    { entries: [{ ...a, local: { compressedBytes: 4 } }] },
    /two headers that do not agree/,
  ],
  [
    "a local header with another expanded size",
    { entries: [{ ...a, local: { expandedBytes: 4 } }] },
    /two headers that do not agree/,
  ],
  ["a local header of another time", { entries: [{ ...a, local: { time: 1 } }] }, /two headers that do not agree/],
  ["no local header", { entries: [{ ...a, local: { signature: 0 } }] }, /^malformed: `a.txt` has no header of its own/],
  [
    "a name that is not UTF-8",
    { entries: [{ ...a, path: Buffer.from([0x61, 0xff]) }] },
    /^malformed: an entry's name is not UTF-8/,
  ],
  [
    "a name in an unknown encoding",
    { entries: [{ ...a, path: Buffer.from("é"), flags: 0 }] },
    /^malformed: an entry's name is not marked/,
  ],
  ["a name twice", { entries: [a, a] }, /^duplicate: `a.txt` has the name of another/],
  ["names that differ in case", { entries: [a, { ...a, path: "A.TXT" }] }, /^duplicate: `A.TXT`/],
  ["names that fold to the same", { entries: [{ path: "straße" }, { path: "STRASSE" }] }, /^duplicate: `STRASSE`/],
  ["names that differ in composition", { entries: [{ path: "\u00e9" }, { path: "e\u0301" }] }, /^duplicate/],
  [
    "a folder twice",
    {
      entries: [
        { path: "b/", externalAttributes: 0 },
        { path: "B/", externalAttributes: 0 },
      ],
    },
    /^duplicate: `B\/`/,
  ],
  ["a file that is a folder as well", { entries: [{ path: "b" }, b] }, /^duplicate: `b\/c.txt` lies in what is a file/],
  [
    "a file and a folder of one name",
    { entries: [{ path: "b" }, { path: "B/", externalAttributes: 0 }] },
    /^duplicate: `B\/` lies in what is a file/,
  ],
  ["a symbolic link", { entries: [{ ...a, externalAttributes: link }] }, /^traversal: `a.txt` is a symbolic link/],
  [
    "a symbolic link called a folder",
    { entries: [{ path: "a/", externalAttributes: link }] },
    /^traversal: `a\/` is a symbolic link/,
  ],
  [
    "a device",
    { entries: [{ ...a, externalAttributes: mode(0o020644) }] },
    /^malformed: `a.txt` is neither a plain file/,
  ],
  [
    "a pipe",
    { entries: [{ ...a, externalAttributes: mode(0o010644) }] },
    /^malformed: `a.txt` is neither a plain file/,
  ],
  [
    "a socket",
    { entries: [{ ...a, externalAttributes: mode(0o140644) }] },
    /^malformed: `a.txt` is neither a plain file/,
  ],
  [
    "a file that runs as its owner",
    { entries: [{ ...a, externalAttributes: mode(0o104755) }] },
    /^malformed: `a.txt` has special permission bits/,
  ],
  [
    "a folder without a slash",
    { entries: [{ ...a, externalAttributes: mode(0o040755) }] },
    /^malformed: `a.txt` is neither/,
  ],
  ["a DOS folder without a slash", { entries: [{ ...a, externalAttributes: 0x10 }] }, /^malformed: `a.txt` is neither/],
  ["a volume label", { entries: [{ ...a, externalAttributes: 0x08 }] }, /^malformed: `a.txt` is neither/],
  [
    "a folder with content",
    { entries: [{ ...a, path: "a/", externalAttributes: 0 }] },
    /^malformed: `a\/` is a folder with content/,
  ],
  [
    "a file too large",
    { entries: [{ path: "big", content: Buffer.alloc(limits.packageEntryBytesMax + 1) }] },
    /^bounds: `big` is larger than 8388608/,
  ],
  ["a bomb", { entries: [{ path: "bomb", content: bomb, method: 8 }] }, /^bounds: `bomb` expands more than 100 times/],
  [
    "a bomb that lies about its size",
    { entries: [{ path: "bomb", content: bomb, method: 8, expandedBytes: 1_000 }] },
    /^malformed: `bomb` cannot be expanded to the size that it says/,
  ],
  [
    "too many entries",
    { entries: Array.from({ length: 513 }, (_, n) => ({ path: `f${n}` })) },
    /^bounds: the archive has more than 512 entries/,
  ],
  [
    "a name with a terminal's controls",
    { entries: [{ ...a, path: "a\u001b[2J" }] },
    /^traversal: `a\\u\{1b\}\[2J` is not a safe path/,
  ],
];
for (const [title, archive, refusal] of refused) {
  test(`an archive cannot have ${title}`, (t) => t.regex(refusalOf(forgeArchive(archive)), refusal));
}

// ATTACK: threats 29
for (const path of [
  "/etc/passwd",
  "../evil",
  "a/../../evil",
  "a/./b",
  "a//b",
  "./a",
  "..",
  ".",
  "~/x",
  "C:evil",
  "c:\\evil",
  "a\\b",
  "a\u0000b",
  "a\nb",
  "NUL",
  "con.txt",
  "a/LPT1",
  "COM¹.log",
  "aux.",
  "dot.",
  "blank ",
  "x".repeat(256),
  `${"a/".repeat(600)}b`,
]) {
  test(`no archive's entry is called ${JSON.stringify(path.slice(0, 40))}`, (t) => {
    t.regex(refusalOf(forgeArchive({ entries: [{ path }] })), /^traversal: /);
    t.regex(refusalOf(forgeArchive({ entries: [{ path: `${path}/` }] })), /^traversal: /);
  });
}

test("what an archive expands to is bounded as a whole", (t) => {
  // Nine files of 7.9 MB, each just below the allowed ratio.
  const content = Buffer.concat([deflateRawSync(Buffer.alloc(1)), Buffer.alloc(7_900_000)]);
  for (let at = 0; at < content.byteLength; at += 150) content.writeUInt16LE((at * 7919) & 0xffff, at);
  const entries = Array.from({ length: 9 }, (_, n) => ({ path: `f${n}`, content, method: 8 }));
  t.regex(refusalOf(forgeArchive({ entries })), /^bounds: the archive expands to more than 67108864 bytes/);
});

test("a package is bounded in bytes before anything in it is read", (t) => {
  t.regex(refusalOf(new Uint8Array(limits.packageBytesMax + 1)), /^bounds: the package is larger than 16777216 bytes/);
});

for (const [title, bytes] of [
  ["nothing", ""],
  ["text", "hello"],
  ["an end record cut short", "PK\u0005\u0006"],
] as const) {
  test(`${title} is no archive`, (t) => t.regex(refusalOf(Buffer.from(bytes)), /^malformed: the file is not a ZIP/));
}

test("a view into a larger buffer is read as what it is", (t) => {
  const archive = forgeArchive({ entries: [a, b] });
  const larger = Buffer.concat([Buffer.from("before"), archive, Buffer.from("after")]);
  t.deepEqual(pathsOf(larger.subarray(6, 6 + archive.byteLength)), ["a.txt", "b/c.txt"]);
});

const segment = fc
  .stringMatching(/^[a-z][a-z0-9]{0,5}$/)
  .filter((text) => !/^(con|prn|aux|nul|com\d|lpt\d)$/.test(text));
const files = fc.uniqueArray(
  fc.record({
    path: fc.array(segment, { minLength: 1, maxLength: 3 }).map((parts) => `${parts.join("/")}.x`),
    content: fc.uint8Array({ maxLength: 300 }),
  }),
  { selector: ({ path }) => path, maxLength: 8 },
);

test("what is written is read back, whatever the order", (t) => {
  const property = fc.property(files, (entries) => {
    const written = writeArchive(entries);
    t.deepEqual(Buffer.from(writeArchive(entries.toReversed())), Buffer.from(written));
    const expected = entries.toSorted((x, y) => Buffer.compare(Buffer.from(x.path), Buffer.from(y.path)));
    t.deepEqual(
      readArchive(written).map(({ path, content }) => [path, Buffer.from(content).toString("hex")]),
      expected.map(({ path, content }) => [path, Buffer.from(content).toString("hex")]),
    );
  });
  fc.assert(property, { numRuns: 100 });
});

test("what compresses too well is stored, so that it can be read back", (t) => {
  const content = new Uint8Array(1_000_000);
  const written = writeArchive([{ path: "zeros", content }]);
  t.true(written.byteLength > content.byteLength);
  t.is(readArchive(written)[0]?.content.byteLength, content.byteLength);
});

test("the bytes of an archive are these, as other tools read and test them", (t) => {
  t.is(
    Buffer.from(writeArchive([{ path: "b", content: Buffer.from("abc") }])).toString("hex"),
    [
      "504b0304 1400 0008 0000 0000 2100 c2412435 03000000 03000000 0100 0000 62 616263",
      "504b0102 1403 1400 0008 0000 0000 2100 c2412435 03000000 03000000 0100 0000 0000 0000 0000 0000a481 00000000 62",
      "504b0506 0000 0000 0100 0100 2f000000 22000000 0000",
    ]
      .join("")
      .replaceAll(" ", ""),
  );
});

test("an archive of another tool is read, folders, times and owners included", (t) => {
  const bytes = readFileSync(new URL("../../fixtures/packages/written-by-info-zip.zip", import.meta.url));
  t.deepEqual(pathsOf(bytes), ["assets/deep/text.txt", "assets/units.json", "plugin.toml"]);
  t.is(Buffer.from(readArchive(bytes)[0]?.content ?? "").toString(), "hello\n".repeat(40));
});

// ATTACK: threats 29
test("any bytes are an archive or a YoiError", (t) => {
  const whole = forgeArchive({ entries: [a, b, { path: "d/", externalAttributes: folderAttributes }] });
  const flipped = fc
    .array(fc.tuple(fc.nat(whole.byteLength - 1), fc.nat(255)), { minLength: 1, maxLength: 6 })
    .map((edits) => {
      const bytes = whole.slice();
      for (const [at, value] of edits) bytes[at] = value;
      return bytes;
    });
  const cut = fc.tuple(fc.nat(whole.byteLength), fc.nat(whole.byteLength)).map(([from, to]) => whole.slice(from, to));
  const property = fc.property(
    fc.oneof(flipped, cut, fc.uint8Array({ maxLength: 200 })),
    (bytes) => refusalOf(bytes) !== "",
  );
  t.notThrows(() => fc.assert(property, { numRuns: 5_000 }));
});

// ATTACK: threats 29
test("no byte of an archive can change unnoticed, but for attributes that say nothing", (t) => {
  const whole = forgeArchive({ entries: [a, b] });
  const before = JSON.stringify(readArchive(whole).map(({ path, content }) => [path, [...content]]));
  for (let at = 0; at < whole.byteLength; at++) {
    const bytes = whole.slice();
    bytes[at] = (bytes[at] ?? 0) ^ 0x41;
    const said = refusalOf(bytes);
    if (said === "taken") {
      t.is(JSON.stringify(readArchive(bytes).map(({ path, content }) => [path, [...content]])), before, `byte ${at}`);
    }
  }
});
