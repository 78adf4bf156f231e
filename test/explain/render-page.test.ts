import { join } from "node:path";
import { pathToFileURL } from "node:url";
import test, { type ExecutionContext } from "ava";
import type { Browser, Page } from "playwright-core";
import { escapeText } from "../../src/errors/escape-text.ts";
import { renderPage } from "../../src/explain/render-explanation.ts";
import { readJournal } from "../../src/journal/read-journal.ts";
import { browserTest, hasBrowser, openBrowser } from "../support/browser.ts";
import { denialSaying } from "../support/explanations.ts";
import { measurePage } from "../support/measure-page.ts";
import { getsForecasts, networkWorkspace } from "../support/network-workspace.ts";
import { emptyWorkspace, notesWorkspace, type TestWorkspace } from "../support/workspaces.ts";

let browser: Browser | undefined;
test.before(async () => {
  if (hasBrowser) browser = await openBrowser();
});
test.after.always(() => browser?.close());

const forecast = ["example.weather", "https.request", "GET", "https://api.example.com/v1/oslo"] as const;

// ATTACK: threats 34: what a guest, a package or a policy could write to get out of a page's text.
const hostile = [
  '<script>document.title="owned"</script></style><style>*{color:red}</style>',
  "\"><img src=x onerror=alert(1)>' onmouseover='x",
  '<a href="https://evil.example">x</a>&lt;b&gt;<!-- --><svg onload=alert(1)>',
  "\u202egnp.\u2066\u0000\u001b[2J\u009b\u200b\ud800 a\nb",
].join(" ");

/** Pages of explanations of every sort, each as the command prints it. */
const pages: { readonly [title: string]: (t: ExecutionContext) => Promise<string> } = {
  "a denial without a permit": async (t) => {
    const workspace = await networkWorkspace(t);
    workspace.write(".yoi/policies/test.cedar", getsForecasts.replace("/v1", "/v1/bergen"));
    return explained(t, workspace, ...forecast);
  },
  "a forbid that errs": async (t) => {
    const workspace = await networkWorkspace(t);
    const quota = "forbid (principal, action, resource) when { (context.now.weekday + 1) * 9223372036854775807 > 1 };";
    workspace.write(".yoi/policies/quota.cedar", `@id("quota")\n${quota}\n`);
    return explained(t, workspace, ...forecast);
  },
  "an allowed call on record": async (t) => {
    const workspace = await notesWorkspace(t);
    await workspace.yoi("tool", "call", "read_note", '{"path":"notes/none.md"}');
    const entries = readJournal(workspace.places.journal).list({ limit: 50 });
    const call = entries
      .map(({ entry }) => entry)
      .findLast((entry) => "action" in entry && entry.action === "tool.execute");
    return explained(t, workspace, call !== undefined && "decision" in call ? call.decision : "");
  },
  "a text of strangers everywhere": async () => renderPage(denialSaying(hostile)),
};

async function explained(t: ExecutionContext, { yoi }: TestWorkspace, ...words: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await yoi("plugin", "explain", ...words, "--html");
  t.is(code, 0, stderr);
  return stdout;
}

for (const [title, made] of Object.entries(pages)) {
  browserTest(`the page of ${title} is one that anybody can read, on any screen and on paper`, async (t) => {
    const { page, heard } = await openPage(t, await made(t));
    for (const colorScheme of ["light", "dark"] as const) {
      for (const width of [320, 1280]) {
        await page.emulateMedia({ colorScheme, media: "screen" });
        await page.setViewportSize({ width, height: 900 });
        const where = `${colorScheme}, ${width} px`;
        const { overflows, hidden } = await measurePage(page);
        t.true(!overflows && hidden.length > 0, where);
        t.true(await isDrawn(page), where);
        await page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true");
        t.like(await measurePage(page), { overflows: false, hidden: [], faint: [] }, where);
        await page.evaluate("for (const one of document.querySelectorAll('details')) one.open = false");
      }
    }
    await page.emulateMedia({ colorScheme: "dark", media: "print" });
    t.like(await measurePage(page), { hidden: [], faint: [] }, "what is folded on a screen is shown on paper");
    t.true((await page.pdf({ format: "A4" })).length > 10_000);
    t.deepEqual(heard, []);
  });

  browserTest(
    `the page of ${title} is in order: its language, its landmarks, its headings and its marks`,
    async (t) => {
      const { page, heard } = await openPage(t, await made(t));
      const { language, landmarks, headings, unnamedMarks, elements, attributes } = await measurePage(page);
      t.deepEqual(
        { language, landmarks, unnamedMarks },
        { language: "en", landmarks: ["header", "main", "footer"], unnamedMarks: 0 },
      );
      t.regex(await page.title(), /^(Allowed|Denied): /);
      t.deepEqual(headings, ["h1", ...headings.slice(1).map(() => "h2")]);
      // ATTACK: threats 34: any other element or attribute would have been made by a stranger's text.
      t.deepEqual(
        elements.filter((name) => !ownElements.includes(name)),
        [],
      );
      t.deepEqual(
        attributes.filter((name) => !ownAttributes.includes(name)),
        [],
      );
      t.deepEqual(heard, []);
    },
  );
}

const ownAttributes = ["aria-hidden", "aria-label", "class", "role"];
const ownElements = (
  "html head meta title style body header main footer section h1 h2 p span code strong ul li dl div dt dd " +
  "details summary pre figure figcaption del ins"
).split(" ");

browserTest("a stranger's text is shown as it was written, and its controls are made visible", async (t) => {
  const { page } = await openPage(t, renderPage(denialSaying(hostile)));
  const shown = escapeText(hostile);
  t.is(await page.locator("h1 .asked").textContent(), `${shown} → fs.read ${shown}`);
  const text = (await page.locator("body").textContent()) ?? "";
  t.notRegex(text, /[^\P{Cc}\n]|[\u200b-\u200f\u202a-\u202e\u2066-\u2069]/u);
  t.true(text.split(shown).length > 50);
});

browserTest("even a page in which text became markup runs and loads nothing", async (t) => {
  const attack =
    '<script>document.title = "owned"</script><style>h1 { display: none }</style>' +
    '<img src="https://evil.example/x.png" onerror="document.title = 1"><p style="color: red">x</p>';
  const { page, heard } = await openPage(t, renderPage(denialSaying("x")).replace("<main>", `<main>${attack}`));
  t.regex(await page.title(), /^Denied: /);
  t.true(await page.locator("h1").isVisible());
  t.is(heard.filter((message) => /Content Security Policy/.test(message)).length, 5, heard.join("\n"));
});

/** A page as a browser shows it from a file, and everything that it complained of or asked for. */
async function openPage(
  t: ExecutionContext,
  html: string,
): Promise<{ readonly page: Page; readonly heard: readonly string[] }> {
  const { folder, write } = emptyWorkspace(t);
  write("page.html", html);
  if (browser === undefined) throw new Error("no browser was started");
  const page = await browser.newPage();
  t.teardown(() => page.close());
  const url = pathToFileURL(join(folder, "page.html")).href;
  const heard: string[] = [];
  page.on("console", (message) => heard.push(message.text()));
  page.on("pageerror", (error) => heard.push(String(error)));
  page.on("request", (request) => {
    if (request.url() !== url) heard.push(request.url());
  });
  await page.goto(url);
  return { page, heard };
}

/** Whether a screenshot shows more than one colour: what has one alone is packed to almost nothing. */
async function isDrawn(page: Page): Promise<boolean> {
  const image = await page.screenshot();
  const width = image.readUInt32BE(16);
  return image.length > width * 20;
}
