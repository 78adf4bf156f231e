import { execFileSync } from "node:child_process";
import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inspect } from "node:util";
import test, { type ExecutionContext } from "ava";
import type { SecretStanding } from "../../../src/calls/inventory.ts";
import { limits } from "../../../src/calls/limits.ts";
import { createSecretReader } from "../../../src/effectors/https/read-secret.ts";
import type { Warrant } from "../../../src/warrants/warrant.ts";
import { failureOf, secretStanding, urlOf } from "../../support/https-requests.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import { warrantFor } from "../../support/warrants.ts";

function warrantOf(from: SecretStanding["from"]): Warrant<"secret.use"> {
  const url = "https://api.example.com/";
  const secret = { ...secretStanding("key", { header: "x-api-key" }), from };
  return warrantFor("secret.use", { secret: "key", url }, { url: urlOf(url), secret });
}

const fromEnvironment = (value: string | undefined) =>
  createSecretReader((name) => (name === "KEY" ? value : undefined))(warrantOf({ env: "KEY" }));

function fromFile(t: ExecutionContext, bytes: string | Uint8Array) {
  const file = join(temporaryFolder(t), "key");
  writeFileSync(file, bytes);
  return createSecretReader(() => undefined)(warrantOf({ file }));
}

test("a secret comes from the environment as it is there, and prints as its name", async (t) => {
  const secret = await fromEnvironment("s3cr3t é value");
  t.is(secret.reveal(), "s3cr3t é value");
  t.is(`${secret} ${JSON.stringify(secret)} ${inspect(secret)}`, '{key} "{key}" {key}');
});

for (const [what, text, value] of [
  ["as it is", "s3cr3t-value", "s3cr3t-value"],
  ["without one line break at its end", "s3cr3t-value\n", "s3cr3t-value"],
  ["without one of Windows' line breaks", "s3cr3t-value\r\n", "s3cr3t-value"],
] as const) {
  test(`a secret comes from its file ${what}`, async (t) => {
    t.is((await fromFile(t, text)).reveal(), value);
  });
}

test("a link to a secret's file is followed, for it is the operator's", async (t) => {
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, "key"), "s3cr3t-value");
  symlinkSync("key", join(folder, "link"));
  t.is((await createSecretReader(() => undefined)(warrantOf({ file: join(folder, "link") }))).reveal(), "s3cr3t-value");
});

test("the shortest and the longest secret are taken", async (t) => {
  for (const length of [limits.secretBytesMin, limits.secretBytesMax]) {
    const value = "x".repeat(length);
    t.is((await fromEnvironment(value)).reveal(), value);
    t.is((await fromFile(t, `${value}\r\n`)).reveal(), value);
  }
});

// ATTACK: threats 33
for (const [what, value] of [
  ["absent", undefined],
  ["empty", ""],
  [".", "."],
  ["..", ".."],
  ["too short", "x".repeat(limits.secretBytesMin - 1)],
  ["too long", "x".repeat(limits.secretBytesMax + 1)],
  ["two lines", "s3cr3t\r\nx-other: 1"],
  ["text with a NUL", "s3cr3t\0value"],
  ["text with an escape", "s3cr3t\u009bvalue"],
  ["bytes that are no text", "s3cr3t\ufffdvalue"],
] as const) {
  test(`a secret that is ${what} is not used, and the failure does not say it`, async (t) => {
    t.is(await failureOf(fromEnvironment(value)), "secret");
    if (value !== undefined) t.is(await failureOf(fromFile(t, value)), "secret");
    const error = await t.throwsAsync(fromEnvironment(value));
    t.false(value !== undefined && value.length > 2 && inspect(error, { showHidden: true }).includes(value));
  });
}

test("a file that is none, is no text, or is enormous is not used", async (t) => {
  const folder = temporaryFolder(t);
  mkdirSync(join(folder, "folder"));
  writeFileSync(join(folder, "giant"), "");
  truncateSync(join(folder, "giant"), 2 ** 40);
  execFileSync("bash", ["-c", 'mkfifo "$1"', "bash", join(folder, "fifo")]);
  for (const name of ["nothing", "folder", "giant", "fifo"]) {
    t.is(await failureOf(createSecretReader(() => undefined)(warrantOf({ file: join(folder, name) }))), "secret", name);
  }
  t.is(await failureOf(fromFile(t, Buffer.from("s3cr3t-\xff-value", "latin1"))), "secret");
});

test("a warrant reads once, and a look-alike never", async (t) => {
  const read = createSecretReader(() => "s3cr3t-value");
  const warrant = warrantOf({ env: "KEY" });
  await read(warrant);
  t.is(await failureOf(read(warrant)), "no warrant");
  t.is(await failureOf(read({ ...warrantOf({ env: "KEY" }) })), "no warrant");
});
