import { chmod, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import test from "ava";
import fc from "fast-check";
import { YoiError } from "../../src/errors/yoi-error.ts";
import { createTranspiler } from "../../src/sandbox/transpile-component.ts";
import { watComponent } from "../support/sandboxes.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const transpileMs = 30_000;

test("a component is translated once, also for the next host", async (t) => {
  const folder = temporaryFolder(t);
  const component = await watComponent("honest-neighbour");
  const first = await createTranspiler(folder, transpileMs)(component);
  const glue = join(first.folder, "component.mjs");
  const { mtimeMs } = await stat(glue);
  t.deepEqual(await createTranspiler(folder, transpileMs)(component), first);
  t.is((await stat(glue)).mtimeMs, mtimeMs);
  t.is((await stat(glue)).mode & 0o777, 0o600);
  t.is((await readdir(folder)).length, 1);
});

test("other limits make another translation", async (t) => {
  const transpile = createTranspiler(temporaryFolder(t), transpileMs);
  const one = await transpile(await watComponent("honest-neighbour"));
  const other = await transpile(await watComponent("honest-neighbour", { guestMemoryBytesMax: 4 * 1024 * 1024 }));
  t.not(one.folder, other.folder);
  t.is(other.bounds.memoryPagesMax, 64);
});

// ATTACK: threats 30
test("a translation whose files are not what was written is made again", async (t) => {
  const folder = temporaryFolder(t);
  const component = await watComponent("honest-neighbour");
  const { folder: translated } = await createTranspiler(folder, transpileMs)(component);
  const glue = join(translated, "component.mjs");
  const written = await readFile(glue, "utf8");
  await writeFile(glue, "export const instantiate = () => 'mine';");
  await createTranspiler(folder, transpileMs)(component);
  t.is(await readFile(glue, "utf8"), written);
});

test("a cache that others can write to is not used", async (t) => {
  const folder = temporaryFolder(t);
  await chmod(folder, 0o777);
  const transpiled = createTranspiler(folder, transpileMs)(await watComponent("honest-neighbour"));
  t.true(YoiError.is(await t.throwsAsync(transpiled), "YOI_WORKSPACE_INVALID"));
  t.deepEqual(await readdir(folder), []);
});

// ATTACK: threats 23
test("a translation that takes too long is given up, and leaves nothing", async (t) => {
  const folder = temporaryFolder(t);
  const component = await watComponent("honest-neighbour");
  const error = await t.throwsAsync(createTranspiler(folder, 1)(component), { message: /within 1 ms/ });
  t.true(YoiError.is(error, "YOI_COMPONENT_INVALID"));
  t.deepEqual(await readdir(folder), []);
  await t.notThrowsAsync(createTranspiler(folder, transpileMs)(component));
});

test("bytes that are no component are refused, and the translator is none the worse", async (t) => {
  const transpile = createTranspiler(temporaryFolder(t), transpileMs);
  const component = await watComponent("honest-neighbour");
  const damage = fc.record({ at: fc.nat({ max: component.bytes.length - 1 }), byte: fc.nat({ max: 255 }) });
  await fc.assert(
    fc.asyncProperty(fc.array(damage, { minLength: 1, maxLength: 20 }), async (places) => {
      const bytes = component.bytes.slice();
      for (const { at, byte } of places) bytes[at] = byte;
      await transpile({ ...component, bytes }).catch((error: unknown) =>
        t.true(YoiError.is(error, "YOI_COMPONENT_INVALID")),
      );
    }),
    { numRuns: 10 },
  );
  await t.notThrowsAsync(transpile(component));
});
