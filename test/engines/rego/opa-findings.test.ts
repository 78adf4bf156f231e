import { createOpaProgram } from "../../../src/engines/rego/opa/start-opa-program.ts";
import { findingsIn, opaTest } from "../../support/opa.ts";
import { regoUnit } from "../../support/shipped-rego.ts";

const opa = createOpaProgram();

interface Row {
  readonly title: string;
  readonly files: { readonly [file: string]: string };
  /** `file:line:column`, as much of it as there is. */
  readonly place: string;
  readonly message: RegExp;
  readonly remedy?: RegExp;
}

const policy = (text: string) => ({ "a.rego": `package yoi.policy.a\n\n${text}\n` });
const data = (text: string, file = "data.json") => ({ "a.rego": "package lib.a\n\nx := 1\n", [file]: text });
const permit = 'permit contains {"id": "one"} if ';
const numbers = /^the number does not survive evaluation: integers of 64 bits do, and decimals of at most 15 digits$/;

const rows: readonly Row[] = [
  {
    title: "text that is no Rego",
    files: policy(`${permit}{ input.action == }`),
    place: "a.rego:3:52",
    message: /^unexpected } token/,
  },
  {
    title: "a file without a package",
    files: { "a.rego": "x := 1\n" },
    place: "a.rego:1:1",
    message: /^package expected$/,
  },
  {
    title: "an empty file",
    files: { "a.rego": "\n" },
    place: "a.rego",
    message: /^the file is empty$/,
    remedy: /remove/,
  },
  {
    title: "a member that the input does not have",
    files: policy(`${permit}input.resource.hots == "example.com"`),
    place: "a.rego:3:34",
    message: /^`input\.resource` has no `hots`$/,
    remedy: /^did you mean `host`/,
  },
  {
    title: "a member that is like none",
    files: policy(`${permit}input.context.zzzzzzzz`),
    place: "a.rego:3:34",
    message: /^`input\.context` has no `zzzzzzzz`$/,
    remedy: /^it has `/,
  },
  // ATTACK: threats 16: valid Rego that guards nothing.
  {
    title: "an action that nobody asks for",
    files: policy(`${permit}input.action == "https.reqest"`),
    place: "a.rego:3:50",
    message: /^there is no action `https\.reqest`$/,
    remedy: /^did you mean `https\.request`\?$/,
  },
  {
    title: "an action among others that nobody asks for",
    files: policy(`${permit}input.action in {"fs.read", "fs.raed"}`),
    place: "a.rego:3:62",
    message: /^there is no action `fs\.raed`$/,
    remedy: /`fs\.read`/,
  },
  {
    title: "a policy that adds to nothing",
    files: policy('deny contains "no" if input.action == "fs.read"'),
    place: "a.rego:1:1",
    message: /^the policy `a` says nothing$/,
    remedy: /`permit`, `forbid` or `oblige`/,
  },
  {
    title: "a forbid outside of the packages that are collected",
    files: { "a.rego": 'package team\n\nforbid contains {"id": "x"} if input.action == "fs.read"\n' },
    place: "a.rego:3:1",
    message: /^`forbid` of the package `team` is collected by nobody$/,
    remedy: /yoi\.policy\.<name>/,
  },
  {
    title: "a member that nobody reads",
    files: policy('permit contains {"id": "x", "becuase": "y"} if input.action == "fs.read"'),
    place: "a.rego:3:29",
    message: /^an entry of `permit` has no member `becuase`$/,
    remedy: /^did you mean `because`\?$/,
  },
  {
    title: "a variable that is never used",
    files: policy(`${permit}{ x := input.action }`),
    place: "a.rego:3:36",
    message: /^assigned var x unused$/,
  },
  {
    title: "an import that is never used",
    files: policy(`import data.lib.x\n\n${permit}input.action == "fs.read"`),
    place: "a.rego:3:1",
    message: /^import data\.lib\.x unused$/,
  },
  {
    title: "an unsafe variable",
    files: policy(`${permit}x == y`),
    place: "a.rego:3:34",
    message: /^var x is unsafe$/,
  },
  {
    title: "a function that does not exist",
    files: policy(`${permit}startwith(input.action, "fs.")`),
    place: "a.rego:3:34",
    message: /^there is no function `startwith`$/,
    remedy: /^did you mean `startswith`\?$/,
  },
  {
    title: "the clock",
    files: policy(`${permit}time.now_ns() > 1`),
    place: "a.rego:3:34",
    message: /^`time\.now_ns` cannot be used in a policy: its answer depends on when it is asked$/,
    remedy: /^policies read no clock: use `input\.context\.now`$/,
  },
  ...[
    [
      "http.send",
      'http.send({"method": "GET", "url": "https://example.com"}).status_code == 200',
      "it reaches the network",
    ],
    ["net.lookup_ip_addr", 'net.lookup_ip_addr("example.com") == {"192.0.2.1"}', "it reaches the network"],
    ["rand.intn", 'rand.intn("x", 5) == 3', "its answer is random"],
    ["uuid.rfc4122", 'uuid.rfc4122("x") != ""', "its answer is random"],
    ["opa.runtime", "opa.runtime().version", "its answer depends on the machine"],
    ["io.jwt.encode_sign", 'io.jwt.encode_sign({}, {}, {}) == ""', "signatures are random"],
    ["io.jwt.encode_sign_raw", 'io.jwt.encode_sign_raw("", "", "") == ""', "signatures are random"],
    [
      "crypto.x509.parse_and_verify_certificates",
      'crypto.x509.parse_and_verify_certificates("")[0]',
      "when it is asked",
    ],
    ["trace", 'trace("x")', "it changes nothing"],
    ["print", "print(input)", "seen nowhere outside tests"],
  ].map(
    ([name = "", call = "", why = ""]): Row => ({
      title: `the builtin ${name}`,
      files: policy(`${permit}{ ${call} }`),
      place: "a.rego:3:36",
      message: new RegExp(`^\`${name.replaceAll(".", "\\.")}\` cannot be used in a policy: .*${why}`),
      remedy: /./,
    }),
  ),
  {
    title: "a package of Yoi's own",
    files: { "a.rego": `package yoi.domain\n\nx := 1\n` },
    place: "a.rego:1:1",
    message: /^the package `yoi\.domain` is not an operator's to write in$/,
    remedy: /^name it `yoi\.policy\.<name>`/,
  },
  {
    title: "the package that collects",
    files: { "a.rego": `package yoi\n\nx := 1\n` },
    place: "a.rego:1:1",
    message: /^the package `yoi` is not/,
  },
  {
    title: "a policy's package that is deeper",
    files: { "a.rego": `package yoi.policy.a.b\n\npermit contains {"id": "one"}\n` },
    place: "a.rego:1:1",
    message: /^the package `yoi\.policy\.a\.b` is not/,
  },
  {
    title: "a policy's name that is not plain",
    files: { "a.rego": `package yoi.policy["a/b"]\n\npermit contains {"id": "one"}\n` },
    place: "a.rego:1:1",
    message: /^the policy's name `a\/b` is more than letters, digits, `_` and `-`$/,
  },
  ...[
    ["a complete rule", 'permit := {"id": "one"}'],
    ["a condition", 'permit if input.action == "fs.read"'],
    ["a default", "default permit := false"],
    ["an object", 'permit["one"] := {"id": "one"}'],
    ["a function", 'permit(x) := {"id": "one"} if x'],
    ["a deeper set", 'permit.more contains {"id": "one"}'],
  ].map(
    ([title = "", text = ""]): Row => ({
      title: `a permit that is ${title}`,
      files: policy(text),
      place: "a.rego:3:1",
      message: /^`permit` must be a set that rules add entries to$/,
      remedy: /^write `permit contains \{"id": "…", "because": "…"\} if \{ … \}`$/,
    }),
  ),
  {
    title: "a forbid that is not a set",
    files: policy("forbid := true"),
    place: "a.rego:3:1",
    message: /^`forbid` must be a set/,
  },
  {
    title: "an entry that is no object",
    files: policy('oblige contains "one"'),
    place: "a.rego:3:17",
    message: /^an entry of `oblige` must be written as an object in the head of its rule$/,
  },
  {
    title: "an entry out of a variable",
    files: policy('permit contains entry if entry := {"id": "one"}'),
    place: "a.rego:3:17",
    message: /^an entry of `permit` must be written as an object/,
  },
  {
    title: "an entry without an id",
    files: policy('permit contains {"because": "so"}'),
    place: "a.rego:3:17",
    message: /^an entry of `permit` has no usable id$/,
    remedy: /literal string/,
  },
  {
    title: "an id that is computed",
    files: policy('permit contains {"id": input.action}'),
    place: "a.rego:3:24",
    message: /^the `id` of an entry must be a literal string$/,
  },
  {
    title: "an id that cannot be seen",
    files: policy('permit contains {"id": "a\\nb"}'),
    place: "a.rego:3:17",
    message: /^an entry of `permit` has no usable id$/,
  },
  {
    title: "an id that the metadata contradicts",
    files: policy('# METADATA\n# custom:\n#   id: two\npermit contains {"id": "one"}'),
    place: "a.rego:6:24",
    message: /^the entry's id is `one`, and its metadata says `two`$/,
  },
  {
    title: "an id of the metadata that is no string",
    files: policy("# METADATA\n# custom:\n#   id: 2\npermit contains {}"),
    place: "a.rego:3:1",
    message: /^the `id` of the metadata must be a string$/,
  },
  {
    title: "an id that is taken, over all kinds and files",
    files: {
      "a.rego": 'package yoi.policy.a\n\npermit contains {"id": "one"}\n',
      "b.rego": 'package yoi.policy.a\n\nforbid contains {"id": "one"}\n',
    },
    place: "b.rego:3:1",
    message: /^the id `one` is taken in `a`: a\.rego:3 has it$/,
  },
  {
    title: "a policy that asks for the decision",
    files: policy(`${permit}data.yoi.decision.permit`),
    place: "a.rego:3:1",
    message: /recursive/,
  },
  ...["18446744073709551616", "-9223372036854775809", "1e20", "1e400", "1e-400", "0.1234567890123456"].flatMap(
    (number): Row[] => [
      {
        title: `${number} in a rule`,
        files: policy(`${permit}input.x == ${number}`),
        place: "a.rego:3:45",
        message: numbers,
      },
      { title: `${number} in data`, files: data(`{"n": [${number}]}`), place: "data.json:1:8", message: numbers },
      { title: `${number} in YAML`, files: data(`n: ${number}`, "d.yaml"), place: "d.yaml:1:4", message: numbers },
    ],
  ),
  ...["1e999999999999", "1e99999999999999999999"].map(
    (number): Row => ({
      title: `${number}, an exponent that no memory holds, in data`,
      files: data(`{"n": ${number}}`),
      place: "data.json:1:7",
      message: numbers,
    }),
  ),
  {
    title: "data that is no JSON",
    files: data('{"a": 1,\n "b": }'),
    place: "data.json:2:7",
    message: /^the file is no JSON$/,
  },
  {
    title: "half of a surrogate pair in data",
    files: data('{"a": "\\ud800x"}'),
    place: "data.json:1:7",
    message: /^a text has half of a character in it$/,
  },
  {
    title: "data after the document",
    files: data('{} {"a": 1}'),
    place: "data.json:1:4",
    message: /^there is more after/,
  },
  {
    title: "a root that is no object",
    files: data("[1]"),
    place: "data.json:1:1",
    message: /^the root of a data file must/,
  },
  {
    title: "a name that is there twice, counted past two-byte characters",
    files: data('{\n "é": {"a": 1, "a": 2}}'),
    place: "data.json:2:16",
    message: /^`a` is there twice$/,
  },
  {
    title: "a name that two files have",
    files: { "a.json": '{"hosts": 1}', "b.json": '{"hosts": 1}' },
    place: "b.json:1:2",
    message: /^`hosts` is also in a\.json:1$/,
  },
  {
    title: "data that is nested too deep",
    files: data(`{"a": ${"[".repeat(70)}${"]".repeat(70)}}`),
    place: "data.json:1:71",
    message: /^the document is nested more than 64 deep$/,
  },
  {
    title: "YAML that is nested too deep",
    files: data(`a: ${"[".repeat(70)}${"]".repeat(70)}`, "d.yaml"),
    place: "d.yaml:1:68",
    message: /^the document is nested more than 64 deep$/,
  },
  {
    title: "data of Yoi's own",
    files: data('{"yoi": {"policy": {}}}'),
    place: "data.json:1:2",
    message: /^`data\.yoi` is not an operator's to write in$/,
  },
  {
    title: "data where a package is",
    files: data('{"lib": {"a": {"y": 1}}}'),
    place: "data.json:1:10",
    message: /^the data `lib\.a` is in the way of the package `lib\.a`$/,
  },
  {
    title: "data above a package",
    files: data('{"lib": 1}'),
    place: "data.json:1:2",
    message: /^the data `lib` is in the way of the package `lib\.a`$/,
  },
  {
    title: "data that is no YAML",
    files: data("a: [1\nb: 2", "d.yaml"),
    place: "d.yaml:1",
    message: /^the file is no YAML$/,
  },
  {
    title: "a second YAML document",
    files: data("a: 1\n---\nb: 2", "d.yml"),
    place: "d.yml",
    message: /more than one document/,
  },
  {
    title: "a YAML alias",
    files: data("a: &x 1\nb: *x", "d.yaml"),
    place: "d.yaml:2:4",
    message: /^aliases are not read here$/,
  },
  {
    title: "a YAML tag",
    files: data("a: !!binary aGk=", "d.yaml"),
    place: "d.yaml:1:4",
    message: /^tags are not read here$/,
  },
  {
    title: "a YAML name that is no string",
    files: data("1: a", "d.yaml"),
    place: "d.yaml:1:1",
    message: /^a name must be a string$/,
  },
  {
    title: "a YAML name that is there twice",
    files: data("a: 1\na: 2", "d.yaml"),
    place: "d.yaml:2:1",
    message: /^`a` is there twice$/,
  },
  {
    title: "a YAML number that JSON has not",
    files: data("a: .inf", "d.yaml"),
    place: "d.yaml:1:4",
    message: /none that JSON has$/,
  },
];

for (const { title, files, place, message, remedy } of rows) {
  opaTest(`a mistake has its place and its words: ${title}`, async (t) => {
    const [finding] = findingsIn(await opa.compile(regoUnit(files)));
    const { file = "", line, column } = finding?.place ?? {};
    t.is([file, line, column].filter((part) => part !== undefined).join(":"), place, finding?.message);
    t.regex(finding?.message ?? "", message);
    t.regex(finding?.message ?? "", /^[^A-Z\n].*[^.]$/);
    if (remedy !== undefined) t.regex(finding?.remedy ?? "", remedy);
  });
}

opaTest(
  "one look tells of the mistakes of all files, in their order, and of no more than a person reads",
  async (t) => {
    const mistake = (index: number) => [`${index}.rego`, `package yoi.policy.p${index}\n\npermit := 1\n`];
    const files = Object.fromEntries(Array.from({ length: 60 }, (_, index) => mistake(index + 10)));
    const findings = findingsIn(await opa.compile(regoUnit({ "00.rego": "package", ...files })));
    t.deepEqual(
      findings.map(({ place }) => place?.file),
      ["00.rego", ...Object.keys(files)].slice(0, 50),
    );
  },
);

// ATTACK: threats 34
opaTest("a name that would move a terminal's cursor is told of without it", async (t) => {
  const findings = findingsIn(await opa.compile(regoUnit(data('{"\\u001b[2Jx": 1, "\\u001b[2Jx": 2}'))));
  t.is(findings[0]?.message, "`\ufffd[2Jx` is there twice");
});
