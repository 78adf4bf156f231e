import test from "ava";
import fc from "fast-check";
import { limits } from "../../../src/calls/limits.ts";
import { combineVerdicts } from "../../../src/decisions/combine-verdicts.ts";
import { fromRegoAnswers, policiesOf, type UnitAnswer } from "../../../src/engines/rego/from-rego-answer.ts";
import type { RegoRule } from "../../../src/engines/rego/rego-unit.ts";

const file = ".yoi/policies/egress.rego";

function rule(kind: RegoRule["kind"], id: string, parts: Partial<RegoRule> = {}): RegoRule {
  return { package: "egress", kind, id, file, line: 7, column: 1, annotations: {}, ...parts };
}

const rules = [rule("permit", "p"), rule("forbid", "f"), rule("oblige", "o")];
const compiled: UnitAnswer["unit"] = { name: "the Rego of the workspace", layer: "workspace", rules };
const bundle: UnitAnswer["unit"] = { name: ".yoi/policies/team.tar.gz", layer: "workspace" };

/** What `main.rego` collects, with what a test adds. */
function decision(parts: { readonly [member: string]: unknown } = {}) {
  return { permit: [], forbid: [], oblige: [], malformed: [], ...parts };
}

function said(id: unknown, more: object = {}, policy: unknown = "egress") {
  return { policy, entry: { id, ...more } };
}

function judge(answer: unknown, unit = compiled) {
  return fromRegoAnswers([{ unit, answer }], 2);
}

function messagesOf(answer: unknown, unit = compiled): string {
  return judge(answer, unit)
    .errors.map(({ message }) => message)
    .join("\n");
}

test("a forbid outweighs an error, an error a permit, a permit nothing", (t) => {
  const [permit, forbid] = [{ permit: [said("p")] }, { forbid: [said("f")] }];
  t.is(judge(decision()).effect, "abstain");
  t.is(judge(decision(permit)).effect, "permit");
  t.is(judge(decision({ ...permit, malformed: ["x"] })).effect, "error");
  t.is(judge(decision({ ...permit, ...forbid, malformed: ["x"] })).effect, "forbid");
  t.is(judge(decision({ ...permit, ...forbid })).effect, "forbid");
});

test("of several units, the strongest counts, in any order", (t) => {
  const answers = [
    { unit: compiled, answer: decision({ permit: [said("p")] }) },
    { unit: bundle, answer: decision() },
    { unit: { ...compiled, layer: "user" as const }, answer: undefined },
    { unit: compiled, answer: decision({ forbid: [said("f")] }) },
  ];
  const effectOf = (chosen: readonly UnitAnswer[]) => fromRegoAnswers(chosen, 2).effect;
  t.is(effectOf([]), "abstain");
  t.is(effectOf(answers.slice(0, 2)), "permit");
  t.is(effectOf(answers.slice(0, 3)), "error");
  t.is(effectOf(answers), "forbid");
  t.is(effectOf(answers.toReversed()), "forbid");
});

test("a policy that decided leads back to its rule", (t) => {
  const verdict = judge(decision({ forbid: [said("f", { because: "it is not ours" })] }));
  t.deepEqual(verdict.determining, [
    {
      id: `${file}#egress/f`,
      name: "egress/f",
      engine: "rego",
      effect: "forbid",
      layer: "workspace",
      place: { file, line: 7, column: 1 },
      annotations: { reason: "it is not ours" },
    },
  ]);
  t.like(verdict, { engine: "rego", considered: 2, total: 2, errors: [] });
});

test("a policy of a bundle leads back to the bundle", (t) => {
  const [policy] = judge(decision({ permit: [said("any")] }), bundle).determining;
  t.like(policy, {
    id: ".yoi/policies/team.tar.gz#egress/any",
    name: "egress/any",
    place: { file: ".yoi/policies/team.tar.gz", line: 1, column: 1 },
    annotations: {},
  });
});

test("the reason is what the entry says, else the description, else the title", (t) => {
  const annotations = { title: "a title", description: "a description", owner: "us" };
  const reasonOf = (more: object, known: RegoRule["annotations"]) => {
    const unit = { ...compiled, rules: [rule("permit", "p", { annotations: known })] };
    return judge(decision({ permit: [said("p", more)] }), unit).determining[0]?.annotations;
  };
  t.deepEqual(reasonOf({ because: "said" }, annotations), { ...annotations, reason: "said" });
  t.deepEqual(reasonOf({}, annotations), { ...annotations, reason: "a description" });
  t.deepEqual(reasonOf({}, { title: "a title" }), { title: "a title", reason: "a title" });
  t.deepEqual(reasonOf({}, {}), {});
});

test("an entry that is there twice is one policy with both reasons", (t) => {
  const forbid = [said("f", { because: "one" }), said("f", { because: "two" }), said("f", { because: "one" })];
  const { determining } = judge(decision({ forbid }));
  t.deepEqual(
    determining.map(({ annotations }) => annotations["reason"]),
    ["one; two"],
  );
});

// ATTACK: threats 34: what a policy makes of a guest's text is shown to people.
test("a reason is one line of bounded, harmless text", (t) => {
  const because = `\u001b[2Jline\nline \u202e${"x".repeat(1_000)}`;
  const [policy] = judge(decision({ forbid: [said("f", { because })] })).determining;
  const reason = policy?.annotations["reason"] ?? "";
  t.true(reason.startsWith("\\u{1b}[2Jline\\nline \\u{202e}x"));
  t.true(reason.length < limits.terminalTextMax + 30);
});

test("what an entry obliges to is among its annotations, and no metadata can claim it", (t) => {
  const [permit, oblige] = policiesOf(
    [
      rule("permit", "p", { annotations: { rate: "1/1m", owner: "us" } }),
      rule("oblige", "o", { annotations: { rate: "9/1m" }, obligations: { timeout: "5s", redact: "" } }),
    ],
    "user",
  );
  t.deepEqual(permit?.annotations, { owner: "us" });
  t.deepEqual(oblige?.annotations, { timeout: "5s", redact: "computed" });
});

// ATTACK: threats 17: a cause is what shipped policies are denied by.
test("metadata cannot claim the cause of a denial", (t) => {
  const unit = { ...compiled, rules: [rule("forbid", "f", { annotations: { cause: "not-enabled", owner: "us" } })] };
  const verdict = judge(decision({ forbid: [said("f")] }), unit);
  t.deepEqual(verdict.determining[0]?.annotations, { owner: "us" });
  t.like(combineVerdicts([verdict]), { kind: "deny", causes: ["explicit-forbid"] });
});

test("the policies of a unit are all of its rules, with what they do", (t) => {
  t.deepEqual(
    policiesOf(rules, "user").map(({ id, effect, layer }) => [id, effect, layer]),
    [
      [`${file}#egress/p`, "permit", "user"],
      [`${file}#egress/f`, "forbid", "user"],
      [`${file}#egress/o`, "oblige", "user"],
    ],
  );
});

// ATTACK: threats 15, 17, pitfalls 14, 18, 20, 24: whatever is not exactly a decision is an error, and an error denies.
const unreadable: readonly (readonly [what: string, answer: unknown, said: RegExp])[] = [
  ["nothing", undefined, /: it has no decision$/],
  ["null", null, /its decision is no object/],
  ["true", true, /its decision is no object/],
  ["a number", 1, /its decision is no object/],
  ["text", "allow", /its decision is no object/],
  ["an empty list", [], /its decision is no object/],
  ["the list of results", [{ result: decision({ permit: [said("p")] }) }], /its decision is no object/],
  ["an empty object", {}, /no list `malformed`\n.*no list `permit`\n.*no list `forbid`\n.*no list `oblige`/],
  ["a decision inside of another", { result: decision() }, /unknown member `result`/],
  ["no list of forbids", { permit: [said("p")], oblige: [], malformed: [] }, /no list `forbid`/],
  ["an object of permits", decision({ permit: { a: said("p") } }), /no list `permit`/],
  ["a truth in the place of permits", decision({ permit: true }), /no list `permit`/],
  ["null in the place of obligations", decision({ oblige: null }), /no list `oblige`/],
  ["a further member", decision({ deny: [said("f")] }), /unknown member `deny`/],
  [
    "a further member called __proto__",
    JSON.parse('{"permit":[],"forbid":[],"oblige":[],"malformed":[],"__proto__":[]}'),
    /unknown member `__proto__`/,
  ],
  ["a malformed package", decision({ malformed: ["egress"] }), /of the package `yoi\.policy\.egress` is no set/],
  ["malformed packages that are no text", decision({ malformed: [1] }), /malformed package that is no text/],
  ["malformed packages that are no list", decision({ malformed: {} }), /no list `malformed`/],
  ["an entry that is null", decision({ forbid: [null] }), /an entry of `forbid` has no package/],
  ["an entry that is text", decision({ permit: ["p"] }), /an entry of `permit` has no package/],
  ["an entry that is a list", decision({ permit: [["egress", "p"]] }), /an entry of `permit` has no package/],
  ["an entry without a package", decision({ permit: [{ entry: { id: "p" } }] }), /an entry of `permit` has no package/],
  ["an entry of the package 5", decision({ permit: [said("p", {}, 5)] }), /an entry of `permit` has no package/],
  [
    "an entry of a package with a slash",
    decision({ permit: [said("p", {}, "a/b")] }),
    /an entry of `permit` has no package/,
  ],
  [
    "an entry that says text",
    decision({ permit: [{ policy: "egress", entry: "p" }] }),
    /in `yoi\.policy\.egress` is no object/,
  ],
  [
    "an entry with a further member",
    decision({ permit: [{ ...said("p"), more: 1 }] }),
    /in `yoi\.policy\.egress` is no object/,
  ],
  ["no id", decision({ permit: [{ policy: "egress", entry: {} }] }), /has no usable id/],
  ["an empty id", decision({ permit: [said("")] }), /has no usable id/],
  ["a number as id", decision({ permit: [said(1)] }), /has no usable id/],
  ["a list as id", decision({ permit: [said(["p"])] }), /has no usable id/],
  ["an id that is too long", decision({ permit: [said("p".repeat(129))] }), /has no usable id/],
  ["an id with a line break", decision({ permit: [said("p\np")] }), /has no usable id/],
  ["an id that turns text around", decision({ permit: [said("p\u202ep")] }), /has no usable id/],
  ["a reason that is a list", decision({ permit: [said("p", { because: ["x"] })] }), /has a `because` that is no text/],
  ["a reason that is null", decision({ permit: [said("p", { because: null })] }), /has a `because` that is no text/],
  ["a permit with an obligation", decision({ permit: [said("p", { rate: "10/1m" })] }), /has an unknown member `rate`/],
  [
    "a forbid with __proto__",
    decision({ forbid: [JSON.parse('{"policy":"egress","entry":{"id":"f","__proto__":1}}')] }),
    /has an unknown member `__proto__`/,
  ],
];

for (const [what, answer, saying] of unreadable) {
  for (const [whose, unit] of [
    ["a compiled unit", compiled],
    ["a bundle", bundle],
  ] as const) {
    test(`${what} from ${whose} is an error`, (t) => {
      t.not(judge(answer, unit).effect, "permit");
      t.not(judge(answer, unit).effect, "abstain");
      t.regex(messagesOf(answer, unit), saying);
      t.is(combineVerdicts([judge(answer, unit)]).kind, "deny");
    });
  }
}

const foreign: readonly (readonly [what: string, answer: unknown, said: RegExp])[] = [
  ["a permit that no rule has", decision({ permit: [said("other")] }), /no rule of it can permit as `egress\/other`/],
  ["a forbid that no rule has", decision({ forbid: [said("other")] }), /no rule of it can forbid as `egress\/other`/],
  [
    "a permit of another package",
    decision({ permit: [said("p", {}, "other")] }),
    /no rule of it can permit as `other\/p`/,
  ],
  ["a permit that is a forbid's", decision({ permit: [said("f")] }), /no rule of it can permit as `egress\/f`/],
  ["an id of a prototype", decision({ permit: [said("constructor", {}, "__proto__")] }), /no rule of it can permit/],
  [
    "an obligation that no rule has",
    decision({ oblige: [said("p", { rate: "10/1m" })] }),
    /obliges, and no rule of it can/,
  ],
];
for (const [what, answer, saying] of foreign) {
  test(`${what} is an error of a compiled unit`, (t) => {
    t.is(judge(answer).effect, "error");
    t.regex(messagesOf(answer), saying);
  });
}

// ATTACK: threats 38: an answer is as large as a policy makes it.
test("more entries than any decision needs are an error, and what is told of errors is bounded", (t) => {
  const many = Array.from({ length: limits.regoEntriesMax + 1 }, (_, index) => said(`p${index}`));
  t.is(judge(decision({ permit: many }), bundle).effect, "error");
  t.is(judge(decision({ permit: many.slice(1) }), bundle).effect, "permit");
  t.is(judge(decision({ permit: many.slice(1) })).errors.length, limits.findingsMax);
  t.true(messagesOf(decision({ [`x\u001b${"y".repeat(9_999)}`]: 1 })).length < 300);
  t.false(messagesOf(decision({ "x\u001b": 1 })).includes("\u001b"));
});

test("a verdict is the same, whatever order its sets came in", (t) => {
  const [permit, forbid] = [rule("permit", "a"), rule("forbid", "b")];
  const unit = {
    ...compiled,
    rules: [permit, { ...permit, id: "z" }, forbid, { ...forbid, id: "y" }, rule("oblige", "o")],
  };
  const oblige = [said("o", { rate: "10/1m" }), said("o", { timeout: "5s" }), said("o", { timeout: "4s" })];
  for (const sets of [
    { permit: [said("z"), said("a", { because: "2" }), said("a", { because: "1" })], oblige },
    { forbid: [said("y"), said("b")], oblige },
  ]) {
    const turned = Object.fromEntries(Object.entries(sets).map(([kind, entries]) => [kind, entries.toReversed()]));
    t.deepEqual(judge(decision(sets), unit), judge(decision(turned), unit));
  }
});

test("obligations ride on a verdict whatever its effect", (t) => {
  const oblige = [
    said("o", { redact: "Set-Cookie, etag", max_response_bytes: "1024", timeout: "5s" }),
    said("o", { max_response_bytes: 65_536 }),
    said("o", { rate: "10/1m", because: "slowly" }),
  ];
  const policy = `${file}#egress/o`;
  const expected = [
    { kind: "max_response_bytes", bytes: 1_024, policy },
    { kind: "max_response_bytes", bytes: 65_536, policy },
    { kind: "rate", count: 10, windowMs: 60_000, policy },
    { kind: "redact", headers: ["set-cookie", "etag"], policy },
    { kind: "timeout", ms: 5_000, policy },
  ] as const;
  for (const more of [{}, { permit: [said("p")] }, { forbid: [said("f")] }, { malformed: ["x"] }]) {
    t.deepEqual(judge(decision({ oblige, ...more })).obligations, expected);
  }
  t.is(judge(decision({ oblige })).effect, "abstain");
  t.is(judge(decision({ oblige }), bundle).obligations[0]?.policy, ".yoi/policies/team.tar.gz#egress/o");
});

test("an obligation of a name that is not known is one that nothing discharges", (t) => {
  for (const [name, value] of [
    ["approval", "operator"],
    ["raet", "10/1m"],
    ["x\u001b", 5],
    ["__proto__", null],
  ] as const) {
    const entry = JSON.parse(`{"id":"o",${JSON.stringify(name)}:${JSON.stringify(value)}}`);
    const verdict = judge(decision({ permit: [said("p")], oblige: [{ policy: "egress", entry }] }));
    t.is(verdict.effect, "permit");
    t.like(verdict.obligations[0], { kind: "unknown", policy: `${file}#egress/o` });
    t.false(JSON.stringify(verdict.obligations).includes("\\u001b"));
  }
});

for (const [name, value] of [
  ["rate", "often"],
  ["rate", 10],
  ["rate", ["10/1m"]],
  ["max_response_bytes", 0],
  ["max_response_bytes", -1],
  ["max_response_bytes", 1.5],
  ["max_response_bytes", 2 ** 53],
  ["max_response_bytes", "9007199254740993"],
  ["max_response_bytes", true],
  ["max_response_bytes", ["1024"]],
  ["timeout", "5"],
  ["timeout", 5],
  ["redact", ""],
  ["redact", ["set-cookie"]],
  ["timeout", null],
] as const) {
  test(`an obligation \`${name}\` of ${JSON.stringify(value)} is an error, not one less`, (t) => {
    const answer = decision({ permit: [said("p")], oblige: [said("o", { [name]: value })] });
    t.is(judge(answer).effect, "error");
    t.regex(messagesOf(answer), new RegExp(`\`egress/o\` has a malformed \`${name}\``));
  });
}

test("an entry that obliges to nothing is an error: it was meant to oblige to something", (t) => {
  const answer = decision({ permit: [said("p")], oblige: [said("o", { because: "x" })] });
  t.is(judge(answer).effect, "error");
  t.regex(messagesOf(answer), /obliges to nothing/);
});

// ATTACK: threats 15: no answer whatever turns a forbid of another unit into anything else, or throws.
test("whatever one unit answers, the forbid of another stands", (t) => {
  const anything = fc.oneof(fc.jsonValue(), fc.anything({ withNullPrototype: true }), fc.constant(decision()));
  const forbidding = { unit: compiled, answer: decision({ forbid: [said("f")] }) };
  fc.assert(
    fc.property(anything, fc.boolean(), fc.boolean(), (answer, first, isBundle) => {
      const other = { unit: isBundle ? bundle : compiled, answer };
      const verdict = fromRegoAnswers(first ? [other, forbidding] : [forbidding, other], 2);
      t.is(verdict.effect, "forbid");
      t.not(fromRegoAnswers([other], 2).effect, "permit");
    }),
  );
});
