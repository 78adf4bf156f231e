import test from "ava";
import fc from "fast-check";
import { isSegment, parseGuestPath, parseMountPath, pathAncestors, pathId } from "../../src/calls/guest-path.ts";
import { limits } from "../../src/calls/limits.ts";

test("a path is its mount and its segments", (t) => {
  t.deepEqual(parseGuestPath("notes/2026/plan.md"), { mount: "notes", segments: ["2026", "plan.md"] });
});

test("a mount alone is the mount's own folder, and names no file", (t) => {
  t.deepEqual(parseMountPath("notes"), { mount: "notes", segments: [] });
  t.deepEqual(parseMountPath("notes/2026"), { mount: "notes", segments: ["2026"] });
  t.regex(String(parseGuestPath("notes")), /names a file inside its mount/);
  t.is(pathId("notes", []), "notes");
});

test("a path lies in every folder above it, nearest first, and a mount in none", (t) => {
  t.deepEqual(pathAncestors("notes/2026/plan.md"), ["notes/2026", "notes"]);
  t.deepEqual(pathAncestors("notes"), []);
});

// ATTACK: threats 26
for (const [path, why] of [
  ["", /begins with the name of a mount/],
  ["/etc/passwd", /begins with the name of a mount/],
  ["Notes/x", /begins with the name of a mount/],
  ["C:/x", /begins with the name of a mount/],
  ["notes\\x", /backslash/],
  ["notes/", /no slash at its end/],
  ["notes//x", /no empty/],
  ["notes/.", /no empty/],
  ["notes/..", /no empty/],
  ["notes/../x", /no empty/],
  ["notes/x/..", /no empty/],
  ["notes/a\\b", /backslash/],
  ["notes/a\0b", /control character/],
  ["notes/a\nb", /control character/],
  ["notes/a\u007f", /control character/],
  ["notes/\ud800", /half a character/],
  ["notes/e\u0301", /NFC/],
  [`notes/${"x".repeat(256)}`, /longer than 255 bytes/],
  [`notes/${"é".repeat(128)}`, /longer than 255 bytes/],
  [`notes${"/x".repeat(65)}`, /more than 64 segments/],
  [`notes${`/${"x".repeat(200)}`.repeat(21)}`, /longer than 4096 bytes/],
] as const) {
  const shown = path.length > 24 ? `${path.slice(0, 24)}… of ${path.length}` : path;
  test(`the path ${JSON.stringify(shown)} is refused, and nothing of it repaired`, (t) => {
    t.regex(String(parseGuestPath(path)), why);
    t.regex(String(parseMountPath(path)), why);
  });
}

test("a path is taken to its last allowed byte and segment", (t) => {
  for (const path of [`notes/${"x".repeat(255)}`, `notes${"/x".repeat(64)}`, "notes/é/…/\u{1f600} b"]) {
    t.is(typeof parseGuestPath(path), "object", path);
  }
});

// ATTACK: threats 45
for (const name of [
  ".yoi",
  ".YOI",
  ".yOi",
  ".yoi-",
  ".yoi-0123456789abcdef",
  ".Yoi-x",
  ".y\u200doi",
  "\ufeff.yoi",
  ".yoi\u00ad-x",
  ".yoi.",
  ".yoi ",
  ".yoi. .",
  ".yoi. \u200b",
]) {
  test(`the name ${JSON.stringify(name)} is reserved, wherever it stands in a path`, (t) => {
    for (const path of [`notes/${name}`, `notes/${name}/policies`, `notes/2026/${name}`]) {
      t.regex(String(parseMountPath(path)), /reserved/);
    }
    t.false(isSegment(name));
  });
}

for (const name of [".yo", "yoi", ".yoi.md", ".yoix", "x.yoi", "yoi-1", ".git", "..a", "a.", "a b", "\ufeffa"]) {
  test(`the name ${JSON.stringify(name)} is as good as any`, (t) => {
    t.deepEqual(parseGuestPath(`notes/${name}`), { mount: "notes", segments: [name] });
  });
}

// ATTACK: threats 26
test("whatever is taken is said again byte for byte, and has no segment that climbs, hides or is reserved", (t) => {
  const piece = fc.constantFrom(
    "/",
    ".",
    "..",
    "a",
    "é",
    "\u0301",
    "\\",
    "\0",
    ".yoi",
    "-",
    "\u200d",
    " ",
    "notes",
    "\ud83d",
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const text = `notes/${pieces.join("")}`;
      const path = parseMountPath(text);
      if (typeof path === "string") return;
      t.is(pathId(path.mount, path.segments), text);
      t.true(path.segments.every((name) => isSegment(name) && !/^\.{0,2}$|[\\/\0]/.test(name)));
      t.true(path.segments.length <= limits.pathSegmentsMax);
    }),
  );
});
