import test from "ava";
import { causes } from "../../src/decisions/cause.ts";
import type { PolicyInfo } from "../../src/decisions/policy-info.ts";
import type { CallTree, Explanation, RequestChanges } from "../../src/explain/explanation.ts";
import { remedies } from "../../src/explain/remedy-of-cause.ts";
import { renderExplanation } from "../../src/explain/render-explanation.ts";
import { columnsOf } from "../../src/terminal/layout.ts";
import { plain } from "../../src/terminal/paint.ts";
import { bareDenial, denialSaying } from "../support/explanations.ts";
import { suggested } from "../support/suggestions.ts";

const shown = (explanation: Explanation, full = false) => renderExplanation(explanation, plain, { full });

for (const cause of causes) {
  test(`a denial for \`${cause}\` says what it means, who can change it, and how`, (t) => {
    const text = shown({ ...bareDenial, cause, causes: [cause] });
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
  const all = { ...bareDenial, cause: "not-enabled", causes: ["not-enabled", "undeclared", "engine-error"] } as const;
  t.regex(shown(all), /\(not-enabled\)\n {9}also: undeclared, engine-error\n/);
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
    const explained = { ...bareDenial, cause: "no-permit", request: { ...bareDenial.request, ...asked } } as const;
    const text = shown(explained).replace(/\s+/g, " ");
    t.true(text.startsWith(`DENIED project:example.notes → ${words} no permit applies`), text);
  });
}

const noPermit = { ...bareDenial, cause: "no-permit", causes: ["no-permit"] } as const;
const forbid: PolicyInfo = {
  id: "a.cedar#hours",
  name: "hours",
  engine: "cedar",
  effect: "forbid",
  layer: "workspace",
  place: { file: "a.cedar", line: 4, column: 1 },
  annotations: {},
};

test("a suggestion that does not allow says so, and what stands in its way", (t) => {
  const suggestion = { ...suggested("permit (principal, action, resource);\n", false), standing: ["hours", "quota"] };
  const text = shown({ ...noPermit, suggestions: [suggestion] });
  t.regex(
    text,
    /^What was tried\n {2}the policy {3}a permit for this plugin, action and path +→ still denied\n +still denied by hours, quota$/m,
  );
  t.notRegex(text, /allowed ✓/);
});

test("of several suggestions the narrowest is shown whole, and the others when asked for", (t) => {
  const [one, other] = [
    suggested("permit (one);\n", true),
    { ...suggested("permit (other);\n", true), title: "wider" },
  ];
  const explanation = { ...noPermit, suggestions: [one, { ...other, newly: { allowed: 3, of: 1_204 } }] };
  t.regex(shown(explanation), /^ {4}in a new file \.yoi\/policies\/suggested\.cedar\n {4}permit \(one\);$/m);
  t.regex(shown(explanation), /^ {2}the policy {3}wider +→ allowed ✓$/m);
  t.regex(shown(explanation), /^ {15}would also have allowed 3 of the last 1,204 denied like this$/m);
  t.notRegex(shown(explanation), /permit \(other\)/);
  t.regex(shown(explanation, true), /^ {4}permit \(other\);$/m);
});

test("a change of a policy is shown as what is taken out of its file and what comes in", (t) => {
  const before = '@id("hours")\nforbid (principal, action, resource)\nwhen { true };';
  const after = '@id("hours")\nforbid (principal, action, resource)\nunless { false }\nwhen { true };';
  const edit = { kind: "replace", file: "a.cedar", line: 4, before, after } as const;
  const text = shown({
    ...noPermit,
    suggestions: [{ title: "an exception", edits: [edit], allows: true, standing: [] }],
  });
  const diff = `    a.cedar:4
      @id("hours")
      forbid (principal, action, resource)
    + unless { false }
      when { true };
`;
  t.true(text.includes(diff), text);
});

// ATTACK: threats 34: a guest chooses the words, and a second line by itself would be a command of its choice.
test("a command that is longer than a line is still one command, and words that cannot all be seen make none", (t) => {
  const shownFor = (words: readonly string[]) => {
    const allowed = [{ parts: [{ what: "path", from: "a", to: "b" }], words }];
    return shown({ ...noPermit, changes: { tried: 1, unfinished: false, allowed, standing: [] } });
  };
  const long = `notes/${"summary-".repeat(12)}`;
  t.true(
    shownFor(["example.notes", "fs.read", long]).includes(
      `yoi plugin explain example.notes fs.read \\\n      ${long}\n`,
    ),
  );
  t.regex(shownFor(["example.notes", "fs.read", "notes/a\u200bb"]), /^ +# no command: not all of it can be seen$/m);
});

const changes: readonly (readonly [title: string, changes: RequestChanges, said: string])[] = [
  [
    "a request nearby that is allowed, with the words to ask about it",
    {
      tried: 4,
      unfinished: false,
      allowed: [
        {
          parts: [{ what: "method", from: "POST", to: "GET" }],
          words: ["example.notes", "https.request", "GET", "it's"],
        },
      ],
      standing: [],
    },
    "the request method GET instead of POST → allowed ✓ yoi plugin explain example.notes https.request GET 'it'\\''s'",
  ],
  [
    "that no request nearby is allowed, and what holds back each",
    { tried: 57, unfinished: false, allowed: [], standing: [forbid] },
    "the request none of the 57 requests nearby is allowed; held back each time by hours",
  ],
  [
    "how to ask about what begins as an option does",
    {
      tried: 1,
      unfinished: false,
      allowed: [{ parts: [{ what: "path", from: "", to: "-x" }], words: ["a", "-x"] }],
      standing: [],
    },
    "path -x instead of nothing → allowed ✓ yoi plugin explain -- a -x",
  ],
  [
    "that there is no request nearby",
    { tried: 0, unfinished: false, allowed: [], standing: [forbid] },
    "the request no other request comes near",
  ],
];
for (const [title, found, said] of changes) {
  test(`a denial says ${title}`, (t) => {
    const words = shown({ ...noPermit, changes: found }).replace(/\s+/g, " ");
    t.true(words.includes(said), words);
  });
}

test("a forbid that ships with Yoi is said to be nobody's to lift", (t) => {
  const verdict = { engine: "cedar", effect: "forbid", errors: [], obligations: [], considered: 1, total: 1 } as const;
  const determining = [{ ...forbid, layer: "invariant" } as const];
  const text = shown({ ...bareDenial, cause: "explicit-forbid", verdicts: [{ ...verdict, determining }] });
  t.regex(
    text.replace(/\s+/g, " "),
    /What was tried the policy none can lift hours, which ships with Yoi and holds for everybody/,
  );
});

test("a name that the request does not have is told beside the policy that asks for it", (t) => {
  const permit = { ...forbid, id: "a.cedar#reads", name: "reads", effect: "permit" } as const;
  const clause = { text: 'context.methd == "GET"', value: "false", kind: "when", children: [] } as const;
  const text = shown({
    ...noPermit,
    traces: [{ policy: permit, value: "false", clauses: [clause] }],
    nearest: [permit.id],
    misfits: [
      {
        policy: "reads",
        place: permit.place,
        path: "context.methd",
        message: "`context.methd` is not part of this request",
        remedy: "did you mean `method`?",
      },
    ],
  });
  const told = `✗ permit reads                                                       a.cedar:4:1
  ├ ✗ when context.methd == "GET"
  └ ! \`context.methd\` is not part of this request
        did you mean \`method\`?
`;
  t.true(text.includes(told), text);
});

test("the chain of a tool's execution is a tree that ends in its capabilities", (t) => {
  const chain: Explanation["chain"] = [
    { what: "enablement", words: "project:example.notes 0.1.0", answer: "allow", by: [] },
    { what: "execution", words: "read_note for cli", answer: "deny", cause: "no-permit", by: [] },
    { what: "capability", words: "fs.read notes/", answer: "allow", by: [forbid] },
    { what: "capability", words: "https.request GET https://api.example.com", answer: "depends", by: [forbid] },
  ];
  const told = `
  ✓ enablement   project:example.notes 0.1.0
  ✗ execution    read_note for cli                                   (no-permit)
    ├ ✓ fs.read notes/
    └ ? https.request GET https://api.example.com                 on the request
          by hours
`;
  t.true(shown({ ...noPermit, chain }).includes(told), shown({ ...noPermit, chain }));
});

const recorded = {
  decision: "D",
  call: "C",
  at: "2026-01-01T00:00:00.000Z",
  policies: "x",
  answer: "allow",
  steps: [],
  same: true,
} as const;

test("the calls under a recorded one stand in a tree, what became of each in one column and how long it took in another", (t) => {
  const below = (words: string, parts: Partial<CallTree>): CallTree => ({
    decision: "01",
    words: `project:example.notes → ${words}`,
    answer: "allow",
    ending: "performed",
    tookUs: 1_240,
    spent: { evaluate: 1_240 },
    below: [],
    ...parts,
  });
  const url = "https://api.example.com/v1";
  const connect = below(`network.connect 9.9.9.9 for https.request ${url}`, { tookUs: 101_000 });
  const tree: CallTree = {
    ...below("", { tookUs: 1_234_560 }),
    words: "cli → tool.execute project:example.notes/read_note",
    below: [
      below(`https.request GET ${url}`, { ending: "failed: timeout", below: [connect] }),
      below("fs.read secrets/key", { answer: "deny", cause: "explicit-forbid" }),
    ],
    leftOut: 7,
  };
  const told = `The calls that it led to
  ✓ cli → tool.execute                               performed        1,234.6 ms
    project:example.notes/read_note
    ├ ✓ project:example.notes → https.request GET    failed: timeout      1.2 ms
    │     https://api.example.com/v1
    │     yoi plugin explain 01
    │ └ ✓ network.connect 9.9.9.9                    performed          101.0 ms
    └ ✗ project:example.notes → fs.read              explicit-forbid      1.2 ms
          secrets/key
          yoi plugin explain 01
  … 7 more: yoi journal show 01
`;
  const text = shown({ ...noPermit, recorded: { ...recorded, tree } });
  t.true(text.includes(told), text);
});

test("a recorded answer that is not given again is called out before anything else", (t) => {
  const text = shown({ ...noPermit, recorded: { ...recorded, same: false } });
  t.regex(text, /\(no-permit\)\n\n! evaluated again just now: NOT the recorded answer \(allow\)\n\n/);
  t.notRegex(text, /same answer/);
});

test("reasons that do not come to the answer are called out before anything else", (t) => {
  t.regex(shown({ ...noPermit, consistent: false }), /\(no-permit\)\n\n! THE REASONS BELOW DO NOT COME TO THIS ANSWER/);
  t.notRegex(shown(noPermit), /THE REASONS/);
});

test("a second opinion that differs is called out", (t) => {
  const traces = [{ policy: forbid, value: "false", clauses: [], secondOpinion: "different" }] as const;
  t.regex(shown({ ...noPermit, traces }), /^! OPA itself comes to another answer/m);
});

test("what decided and cannot be taken apart is named with its place all the same", (t) => {
  const verdict = { engine: "rego", effect: "forbid", errors: [], obligations: [], considered: 1, total: 1 } as const;
  const text = shown({ ...bareDenial, cause: "explicit-forbid", verdicts: [{ ...verdict, determining: [forbid] }] });
  t.regex(
    text,
    /^✓ forbid hours, which applies +a\.cedar:4:1\n {2}└ it was compiled, so its conditions cannot be shown$/m,
  );
});

// ATTACK: threats 34: whatever came from a call or a package is shown escaped.
test("nothing that a stranger wrote is obeyed by the terminal, wherever it stands", (t) => {
  const hostile = "\u001b[2J\u202e\u009b1A\nALLOWED";
  for (const full of [false, true]) {
    const text = shown(denialSaying(hostile), full);
    t.notRegex(text, /[^\P{Cc}\n]|\u202e/u);
    t.notRegex(text, /^ALLOWED/m);
    t.true(text.split("\\u{1b}[2J").length > 20);
  }
});
