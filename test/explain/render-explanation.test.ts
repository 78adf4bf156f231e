import test from "ava";
import { causes } from "../../src/decisions/cause.ts";
import type { Explanation } from "../../src/explain/explanation.ts";
import { remedies } from "../../src/explain/remedy-of-cause.ts";
import { renderExplanation } from "../../src/explain/render-explanation.ts";
import { columnsOf } from "../../src/terminal/layout.ts";
import { plain } from "../../src/terminal/paint.ts";

const plugin = { record: { id: { entity: { type: "Plugin", id: "project:example.notes" } } } } as const;
const request: Explanation["request"] = {
  principal: { type: "Plugin", id: "project:example.notes" },
  action: "fs.read",
  resource: { type: "Path", id: "notes/today.md" },
  context: { plugin },
  entities: [],
};

const denied: Explanation = {
  version: 1,
  answer: "deny",
  causes: [],
  request,
  policies: "sha256:0123456789",
  engines: ["cedar 1"],
  verdicts: [],
  obligations: [],
  traces: [],
  nearest: [],
};

for (const cause of causes) {
  test(`a denial for \`${cause}\` says what it means, who can change it, and how`, (t) => {
    const text = renderExplanation({ ...denied, cause, causes: [cause] }, plain, { full: false });
    const words = text.replace(/\s+/g, " ");
    const { meaning, who, how } = remedies[cause];
    t.true(words.startsWith(`DENIED project:example.notes → fs.read notes/today.md ${meaning} (${cause})`), words);
    t.true(words.includes(`Who can ${who}`), words);
    t.true(words.includes(how.replaceAll("<plugin>", "project:example.notes").replace(/\s+/g, " ")), words);
    t.true(
      text.split("\n").every((line) => columnsOf(line) <= 80),
      text,
    );
  });
}

test("every cause is shown, the first as the headline", (t) => {
  const all = { ...denied, cause: "not-enabled", causes: ["not-enabled", "undeclared", "engine-error"] } as const;
  t.regex(renderExplanation(all, plain, { full: false }), /\(not-enabled\)\n {9}also: undeclared, engine-error\n/);
});

const url = { type: "Url", id: "https://api.example.com/v1" } as const;
const subjects: readonly (readonly [asked: Partial<Explanation["request"]>, words: string])[] = [
  [
    { action: "https.request", resource: url, context: { method: "GET" } },
    "https.request GET https://api.example.com/v1",
  ],
  [
    { action: "network.connect", resource: url, context: { address: { ip: "::1" }, behalf: "https.request" } },
    "network.connect ::1 for https.request https://api.example.com/v1",
  ],
  [
    { action: "secret.use", resource: { type: "Secret", id: "key" }, context: { url: { entity: url } } },
    "secret.use key for https://api.example.com/v1",
  ],
  [{ action: "fs.remove" }, "fs.remove notes/today.md"],
];
for (const [asked, words] of subjects) {
  test(`the headline says \`${words}\``, (t) => {
    const explained = { ...denied, cause: "no-permit", request: { ...request, ...asked } } as const;
    const text = renderExplanation(explained, plain, { full: false }).replace(/\s+/g, " ");
    t.true(text.startsWith(`DENIED project:example.notes → ${words} no permit applies`), text);
  });
}

test("a suggestion that does not allow says so", (t) => {
  const suggestion = { policy: "permit (principal, action, resource);\n", allows: false };
  const text = renderExplanation({ ...denied, cause: "no-permit", causes: ["no-permit"], suggestion }, plain, {
    full: false,
  });
  t.regex(text, /→ still denied/);
  t.notRegex(text, /allowed ✓/);
});

test("a recorded answer that is not given again is called out", (t) => {
  const recorded = {
    decision: "D",
    call: "C",
    at: "2026-01-01T00:00:00.000Z",
    policies: "x",
    answer: "allow",
    steps: [],
    same: false,
  } as const;
  const text = renderExplanation({ ...denied, cause: "no-permit", causes: ["no-permit"], recorded }, plain, {
    full: false,
  });
  t.regex(text, /evaluated again just now: NOT the recorded answer \(allow\)/);
});

// ATTACK: threats 34: whatever came from a call or a package is shown escaped.
test("nothing that a stranger wrote is obeyed by the terminal", (t) => {
  const hostile = "\u001b[2J\u202e\u009b1A\nALLOWED";
  const request = {
    ...denied.request,
    principal: { type: "Agent", id: hostile } as const,
    resource: { type: "Path", id: hostile } as const,
    context: { agent: hostile },
  };
  const suggestion = { policy: hostile, allows: true };
  const recorded = {
    decision: "D",
    call: "C",
    at: "2026",
    policies: "x",
    answer: "deny",
    ending: hostile,
    steps: [],
    same: true,
  } as const;
  const text = renderExplanation(
    { ...denied, request, cause: "no-permit", causes: ["no-permit"], because: hostile, suggestion, recorded },
    plain,
    { full: true },
  );
  t.notRegex(text, /[^\P{Cc}\n]|\u202e/u);
});
