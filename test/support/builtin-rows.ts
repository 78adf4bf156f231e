import { createHmac, generateKeyPairSync, sign } from "node:crypto";
import { certificateFor, loopbackRoot } from "./certificates.ts";

/**
 * A call in Rego of what its cases have at `i`. `failing` are cases in which OPA has no result: a wrong type, a text
 * that does not parse.
 */
export interface BuiltinRow {
  readonly call: string;
  readonly cases: readonly (readonly unknown[])[];
  readonly failing?: readonly (readonly unknown[])[];
}

const base64url = (value: unknown) =>
  (Buffer.isBuffer(value) ? value : Buffer.from(JSON.stringify(value))).toString("base64url");
const claims = { iss: "yoi", sub: "agent", exp: 2_000_000_000, big: 1 };

function signed(alg: string, make: (text: Buffer) => Buffer): string {
  const text = `${base64url({ alg, typ: "JWT" })}.${base64url(claims)}`;
  return `${text}.${base64url(make(Buffer.from(text)))}`;
}

const secret = "a shared secret of some length";
const hmac = (hash: string) => (text: Buffer) => createHmac(hash, secret).update(text).digest();
const rsa = generateKeyPairSync("rsa", { modulusLength: 2_048 });
const ec = generateKeyPairSync("ec", { namedCurve: "P-256" });
const pem = (key: typeof rsa.publicKey) => key.export({ type: "spki", format: "pem" }).toString();
const rsaPem = rsa.privateKey.export({ type: "pkcs1", format: "pem" }).toString();
const tokens = {
  hs256: signed("HS256", hmac("sha256")),
  hs512: signed("HS512", hmac("sha512")),
  rs256: signed("RS256", (text) => sign("sha256", text, rsa.privateKey)),
  es256: signed("ES256", (text) => sign("sha256", text, { key: ec.privateKey, dsaEncoding: "ieee-p1363" })),
};
const jwk = JSON.stringify({ keys: [{ ...rsa.publicKey.export({ format: "jwk" }), alg: "RS256", use: "sig" }] });
const server = await certificateFor(["localhost"], new Date("2099-01-01T00:00:00Z"));
const at = 1_790_000_000;
const ns = `${at}000000000`;

/** Rows by the family that OPA's documentation has them in. */
export const builtinRows: { readonly [family: string]: readonly BuiltinRow[] } = {
  regex: [
    // ATTACK: threats 38. A pattern that takes JavaScript's own engine exponential time, and one that RE2 has not.
    {
      call: "regex.match(i[0], i[1])",
      cases: [
        ["^(a+)+$", `${"a".repeat(60)}!`],
        ["^[a-z]+\\.example\\.com$", "api.example.com"],
        ["(?<name>a)", "a"],
        ["\u0000", "a"],
        ["(?i)é", "É"],
        ["\\p{Greek}", "λ"],
      ],
      failing: [
        ["(?<=a)b", "ab"],
        ["(", "a"],
      ],
    },
    { call: "regex.is_valid(i[0])", cases: [["(a+)+"], ["(?=a)"], ["("]] },
    {
      call: "regex.split(i[0], i[1])",
      cases: [
        ["[,;]", "a,b;c"],
        ["a*", "baac"],
        ["é", "aébéc"],
        ["(a+)+$", `${"a".repeat(60)}!`],
      ],
      failing: [
        ["(?!a)", "a"],
        ["(", "a"],
      ],
    },
    {
      call: "regex.replace(i[0], i[1], i[2])",
      cases: [
        ["foo bar", "(\\w+) (\\w+)", "$2-$1"],
        ["aaa", "a", "b"],
        ["x", "(a|aa)+$", ""],
      ],
      failing: [["a", "(", "b"]],
    },
    {
      call: "regex.find_n(i[0], i[1], i[2])",
      cases: [
        ["a.", "abacad", 2],
        ["a.", "abacad", -1],
        ["z", "a", 1],
      ],
    },
    {
      call: "regex.find_all_string_submatch_n(i[0], i[1], i[2])",
      cases: [
        ["a(.)", "abac", -1],
        ["z(.)", "a", 1],
      ],
    },
    {
      call: "regex.template_match(i[0], i[1], i[2], i[3])",
      cases: [
        ["urn:foo:{.*}", "urn:foo:bar", "{", "}"],
        ["a{b", "ab", "<", ">"],
      ],
      failing: [["urn:{(", "urn:x", "{", "}"]],
    },
    {
      call: "regex.globs_match(i[0], i[1])",
      cases: [
        ["a.a.[0-9]+z", "b.b.b.a.a.[0-9]+z"],
        ["[a-z]+", "[0-9]*"],
      ],
    },
  ],
  glob: [
    {
      call: "glob.match(i[0], i[1], i[2])",
      cases: [
        ["*.github.com", [], "api.github.com"],
        ["*.github.com", [], "api.cdn.github.com"],
        ["*hub.com", [], "api.github.com"],
        ["**.com", ["."], "api.cdn.github.com"],
        ["{a,b}?[!c]", [], "axd"],
        ["*", null, "a/b"],
      ],
    },
    // OPA's own WebAssembly takes these for patterns.
    {
      call: "glob.match(i[0], [], i[1])",
      cases: [["{a,b}", "b"]],
      failing: [
        ["{a,b", "a"],
        ["a\\", "a"],
        ["[", "["],
      ],
    },
    { call: "glob.quote_meta(i[0])", cases: [["*.a{b}[c]"], [""]] },
  ],
  semver: [
    {
      call: "semver.compare(i[0], i[1])",
      cases: [
        ["1.0.0", "1.10.0"],
        ["1.0.0-alpha", "1.0.0"],
        ["1.0.0+a", "1.0.0+b"],
      ],
      failing: [
        ["1.0", "1.0.0"],
        ["one", "1.0.0"],
      ],
    },
    { call: "semver.is_valid(i[0])", cases: [["1.2.3-rc.1+b"], ["1.2"], [7]] },
  ],
  time: [
    {
      call: "time.parse_rfc3339_ns(i[0])",
      cases: [["2026-09-22T10:00:00Z"], ["2026-09-22T10:00:00.123456789+02:00"], ["1677-09-21T00:12:44Z"]],
      failing: [["yesterday"], ["2026-13-01T00:00:00Z"], ["9999-12-31T23:59:59Z"]],
    },
    {
      call: "time.parse_ns(i[0], i[1])",
      cases: [
        ["2006-01-02", "2026-09-22"],
        ["RFC850", "Monday, 02-Jan-06 15:04:05 MST"],
      ],
      failing: [["2006-01-02", "x"]],
    },
    { call: "time.parse_duration_ns(i[0])", cases: [["1h30m"], ["-1.5ms"]], failing: [["1 hour"], [""]] },
    {
      call: `time.clock([${ns}, i[0]])`,
      cases: [["UTC"], ["Europe/Oslo"], ["America/New_York"]],
      failing: [["Nowhere/Land"]],
    },
    { call: `time.date([${ns}, i[0]])`, cases: [["UTC"], ["Asia/Tokyo"]], failing: [["Mars"]] },
    { call: `time.weekday([${ns}, i[0]])`, cases: [["UTC"], ["Pacific/Auckland"]] },
    {
      call: `time.format([${ns}, i[0], i[1]])`,
      cases: [
        ["UTC", "RFC3339"],
        ["Europe/Oslo", "2006-01-02 15:04 MST"],
      ],
    },
    {
      call: `time.add_date(${ns}, i[0], i[1], i[2])`,
      cases: [
        [0, 1, 31],
        [-1, 0, 0],
      ],
    },
    { call: `time.diff([${ns}, "UTC"], [i[0], "UTC"])`, cases: [[0], [1_000_000_000]] },
  ],
  units: [
    { call: "units.parse(i[0])", cases: [["10K"], ["0.5Mi"], ["100m"], ["12"]], failing: [["x"], ["1 K"], ["-"]] },
    { call: "units.parse_bytes(i[0])", cases: [["10KB"], ["1GiB"], ["1.5mib"]], failing: [["5 apples"], [""]] },
  ],
  net: [
    {
      call: "net.cidr_contains(i[0], i[1])",
      cases: [
        ["10.0.0.0/8", "10.2.3.4"],
        ["10.0.0.0/8", "10.2.0.0/16"],
        ["::/0", "2001:db8::1"],
        ["10.0.0.0/8", "11.0.0.1"],
      ],
      failing: [
        ["10.0.0.0/33", "10.0.0.1"],
        ["x", "y"],
      ],
    },
    {
      call: "net.cidr_intersects(i[0], i[1])",
      cases: [
        ["10.0.0.0/8", "10.2.0.0/16"],
        ["10.0.0.0/8", "11.0.0.0/8"],
      ],
    },
    { call: "net.cidr_is_valid(i[0])", cases: [["10.0.0.0/8"], ["10.0.0.0/33"], ["fe80::/10"]] },
    {
      call: "net.cidr_merge(i[0])",
      cases: [[["10.0.0.0/25", "10.0.0.128/25"]], [["10.0.0.1", "10.0.0.0"]]],
      failing: [[["x"]]],
    },
    // A set stays a set on its way to OPA and back: so do the results of this one.
    { call: "net.cidr_merge({cidr | some cidr in i[0]})", cases: [[["10.0.0.0/25", "10.0.0.128/25"]]] },
    { call: "net.cidr_expand(i[0])", cases: [["10.0.0.0/30"], ["10.0.0.1/32"]], failing: [["10.0.0.0"]] },
    {
      call: "net.cidr_contains_matches(i[0], i[1])",
      cases: [
        ["10.0.0.0/8", ["10.1.1.1", "11.0.0.1"]],
        [["10.0.0.0/8", "11.0.0.0/8"], { a: "10.0.0.1", b: "12.0.0.1" }],
      ],
    },
  ],
  json: [
    {
      call: "json.patch(i[0], i[1])",
      cases: [
        [{ a: [1] }, [{ op: "add", path: "/a/0", value: 0 }]],
        [{ a: 1 }, [{ op: "remove", path: "a" }]],
      ],
      failing: [[{}, [{ op: "remove", path: "/x" }]]],
    },
    { call: "json.filter(i[0], i[1])", cases: [[{ a: { b: 1, c: 2 } }, ["a/b"]]] },
    {
      call: "json.remove(i[0], i[1])",
      cases: [
        [{ a: { b: 1, c: 2 } }, ["a/b"]],
        [{ a: 1 }, [""]],
      ],
    },
    {
      call: "json.unmarshal(i[0])",
      cases: [['{"a":[1,2.5,9223372036854775807]}'], ["null"]],
      failing: [["{"], ["nul"], ["[1,]"], ["1 2"], ["01"], ['"\\ud800']],
    },
    { call: "json.marshal(i[0])", cases: [[{ b: [true, null, "é\u0001<"], a: 1.5 }], ["\u2028"]] },
    { call: 'json.marshal_with_options(i[0], {"pretty": true, "indent": " "})', cases: [[{ a: [1] }]] },
    { call: "json.is_valid(i[0])", cases: [["{}"], ["{"], ["[1,]"], ["1 2"], ['"\\ud800"']] },
    {
      call: "json.match_schema(i[0], i[1])",
      cases: [
        [{ a: 1 }, { type: "object", required: ["b"] }],
        ["{}", "{}"],
      ],
      failing: [[{}, { $ref: "https://example.com/s.json" }]],
    },
    { call: "json.verify_schema(i[0])", cases: [[{ type: "object" }], [{ type: 7 }]] },
  ],
  object: [
    {
      call: "object.get(i[0], i[1], i[2])",
      cases: [
        [{ a: { b: 1 } }, ["a", "b"], 0],
        [{}, "x", "none"],
      ],
    },
    { call: "object.keys(i[0])", cases: [[{ a: 1, b: 2 }], [{}]] },
    { call: "object.union(i[0], i[1])", cases: [[{ a: { x: 1 } }, { a: { y: 2 } }]] },
    { call: "object.union_n(i[0])", cases: [[[{ a: 1 }, { b: 2 }, { a: 3 }]]] },
    { call: "object.remove(i[0], i[1])", cases: [[{ a: 1, b: 2 }, ["a"]]] },
    { call: "object.filter(i[0], i[1])", cases: [[{ a: 1, b: 2 }, ["a"]]] },
    {
      call: "object.subset(i[0], i[1])",
      cases: [
        [{ a: { b: 1, c: 2 } }, { a: { b: 1 } }],
        [
          [1, 2, 3],
          [2, 3],
        ],
        [
          [1, 2, 3],
          [3, 1],
        ],
      ],
    },
    // As lists these would not be in one another.
    {
      call: "object.subset({x | some x in i[0]}, {x | some x in i[1]})",
      cases: [
        [
          [1, 2, 3],
          [3, 1],
        ],
        [[1], [2]],
      ],
    },
  ],
  strings: [
    {
      call: "strings.any_prefix_match(i[0], i[1])",
      cases: [
        ["foobar", ["x", "foo"]],
        [["a"], "b"],
      ],
    },
    { call: "strings.any_suffix_match({x | some x in i[0]}, i[1])", cases: [[["foobar"], "bar"]] },
    {
      call: "strings.count(i[0], i[1])",
      cases: [
        ["cheese", "e"],
        ["", ""],
        ["ééé", "é"],
      ],
    },
    { call: "strings.reverse(i[0])", cases: [["añb"]] },
    { call: "strings.replace_n(i[0], i[1])", cases: [[{ a: "1", b: "2" }, "aabb"]] },
    {
      call: "strings.render_template(i[0], i[1])",
      cases: [["{{.a}} {{range .b}}<{{.}}>{{end}}", { a: "x", b: [1, 2] }]],
      failing: [["{{", {}]],
    },
    {
      call: "indexof_n(i[0], i[1])",
      cases: [
        ["banana", "a"],
        ["x", "y"],
      ],
    },
    {
      call: "sprintf(i[0], i[1])",
      cases: [
        ["%d %s %v %05.1f %x", [9_007_199_254_740_991, "é", { a: [1] }, 2.25, 255]],
        ["%d", ["x"]],
        ["%s", []],
      ],
    },
    { call: 'sprintf("%v %d", [{x | some x in i[0]}, 18446744073709551615])', cases: [[["b", "a"]]] },
    {
      call: "format_int(i[0], i[1])",
      cases: [
        [255, 16],
        [-7, 2],
      ],
    },
    { call: "concat(i[0], i[1])", cases: [[",", ["a", "b"]]] },
    {
      call: "replace(i[0], i[1], i[2])",
      cases: [
        ["aaa", "a", "b"],
        ["abc", "", "-"],
      ],
    },
    { call: "strings.replace_n(i[0], i[1])", cases: [[{ "": "x" }, "ab"]] },
    {
      call: "indexof(i[0], i[1])",
      cases: [
        ["añb", "b"],
        ["a", "x"],
      ],
      failing: [["a", ""]],
    },
    { call: 'concat(",", {x | some x in i[0]})', cases: [[["b", "a", "c"]]] },
    {
      call: "substring(i[0], i[1], i[2])",
      cases: [
        ["añb", 1, 1],
        ["abc", 1, -1],
      ],
      failing: [["abc", -1, 1]],
    },
    { call: "trim_space(upper(i[0]))", cases: [[" ß é "], ["\tx\n"]] },
  ],
  crypto: [
    ...["md5", "sha1", "sha256"].map((name): BuiltinRow => ({ call: `crypto.${name}(i[0])`, cases: [["é"], [""]] })),
    ...["md5", "sha1", "sha256", "sha512"].map(
      (name): BuiltinRow => ({ call: `crypto.hmac.${name}(i[0], i[1])`, cases: [["text", "key"]] }),
    ),
    {
      call: "crypto.hmac.equal(i[0], i[1])",
      cases: [
        ["a", "a"],
        ["a", "b"],
      ],
    },
    { call: "crypto.x509.parse_certificates(i[0])[0].Subject", cases: [[loopbackRoot]], failing: [["no certificate"]] },
    { call: "count(crypto.parse_private_keys(i[0]))", cases: [[rsaPem]] },
    { call: "crypto.x509.parse_rsa_private_key(i[0]).kty", cases: [[rsaPem]], failing: [["x"]] },
    {
      call: "crypto.x509.parse_and_verify_certificates_with_options(i[0], i[1])[0]",
      cases: [
        [`${loopbackRoot}\n${server.cert}`, { CurrentTime: 4_000_000_000_000_000_000, KeyUsages: ["KeyUsageAny"] }],
        ["x", { CurrentTime: 1 }],
      ],
      // A certificate is not verified by a clock that the policy does not see.
      failing: [[`${loopbackRoot}\n${server.cert}`, { KeyUsages: ["KeyUsageAny"] }]],
    },
  ],
  "io.jwt": [
    { call: "io.jwt.decode(i[0])", cases: [[tokens.hs256], [tokens.es256]], failing: [["a.b"], ["x"]] },
    {
      call: "io.jwt.verify_hs256(i[0], i[1])",
      cases: [
        [tokens.hs256, secret],
        [tokens.hs256, "another"],
      ],
      failing: [["x", "y"]],
    },
    { call: "io.jwt.verify_hs512(i[0], i[1])", cases: [[tokens.hs512, secret]] },
    {
      call: "io.jwt.verify_rs256(i[0], i[1])",
      cases: [
        [tokens.rs256, pem(rsa.publicKey)],
        [tokens.rs256, jwk],
      ],
      failing: [[tokens.rs256, "no key"]],
    },
    { call: "io.jwt.verify_es256(i[0], i[1])", cases: [[tokens.es256, pem(ec.publicKey)]] },
    {
      call: "io.jwt.decode_verify(i[0], i[1])",
      cases: [
        [tokens.hs256, { secret, time: 1e9 * at }],
        [tokens.hs256, { secret, time: 1e9 * 2_000_000_001 }],
        [tokens.rs256, { cert: pem(rsa.publicKey), alg: "RS256", iss: "yoi", time: 1e9 * at }],
        [tokens.rs256, { cert: pem(rsa.publicKey), iss: "other", time: 1e9 * at }],
      ],
      // Without a time OPA asks the clock; here it has no result.
      failing: [[tokens.hs256, { secret }]],
    },
  ],
  encoding: [
    { call: "base64.encode(i[0])", cases: [["é\u0000"]] },
    { call: "base64.decode(i[0])", cases: [["w6k="], [""]], failing: [["*"], ["w6k"], ["Y Q="]] },
    { call: "base64.is_valid(i[0])", cases: [["w6k="], ["*"], ["YQ"], [""]] },
    { call: "base64url.encode(i[0])", cases: [["??>>"]] },
    { call: "base64url.encode_no_pad(i[0])", cases: [["a"]] },
    { call: "base64url.decode(i[0])", cases: [["Pz8-Pg=="], ["YQ"]] },
    { call: "hex.encode(i[0])", cases: [["é"]] },
    { call: "hex.decode(i[0])", cases: [["c3a9"]], failing: [["x"]] },
    { call: "urlquery.encode(i[0])", cases: [["a b&é"]] },
    { call: "urlquery.decode(i[0])", cases: [["a+b%26"]], failing: [["%zz"]] },
    { call: "urlquery.encode_object(i[0])", cases: [[{ a: ["1", "2"], b: "x y" }]] },
    { call: "urlquery.decode_object(i[0])", cases: [["a=1&a=2&b="]], failing: [["%zz"]] },
    { call: "yaml.marshal(i[0])", cases: [[{ a: [1, "x"], b: null }]] },
    { call: "yaml.unmarshal(i[0])", cases: [["a: [1, x]\nb: ~"]], failing: [["a: ["]] },
    { call: "yaml.is_valid(i[0])", cases: [["a: 1"], ["a: ["]] },
    { call: "uri.parse(i[0])", cases: [["https://u@example.com:8443/a/b?x=1#f"]], failing: [["http://[::1"]] },
    { call: "uri.is_valid(i[0])", cases: [["https://example.com/"], [":"]] },
  ],
  others: [
    { call: "uuid.parse(i[0])", cases: [["7ddb4b8e-2f2c-11ee-be56-0242ac120002"]], failing: [["x"]] },
    { call: "graph.reachable(i[0], i[1])", cases: [[{ a: ["b"], b: ["c"], c: [], d: [] }, ["a"]]] },
    { call: "graph.reachable_paths(i[0], i[1])", cases: [[{ a: ["b"], b: ["c"], c: [] }, ["a"]]] },
    // Keys that JSON does not have.
    { call: "graph.reachable_paths({1: {2, 3}, 2: set(), 3: {1}}, {i[0]})", cases: [[1]] },
    {
      call: "graphql.is_valid(i[0], i[1])",
      cases: [
        ["{ a }", "type Query { a: Int }"],
        ["{ b }", "type Query { a: Int }"],
      ],
    },
    { call: "count(graphql.parse_query(i[0]))", cases: [["{ a }"]], failing: [["{"]] },
    {
      call: 'rego.parse_module(i[0], i[1])["package"].path[1].value',
      cases: [["a.rego", "package a"]],
      failing: [["a.rego", "x"]],
    },
    { call: "numbers.range(i[0], i[1])", cases: [[3, 1]], failing: [[1.5, 2]] },
    { call: "numbers.range_step(i[0], i[1], i[2])", cases: [[1, 10, 3]], failing: [[1, 10, 0]] },
    { call: "array.concat(i[0], array.reverse(i[1]))", cases: [[[1], [2, 3]]] },
    {
      call: "bits.lsh(i[0], i[1])",
      cases: [
        [1, 62],
        [1, 70],
      ],
      failing: [[1, -1]],
    },
    { call: "to_number(i[0])", cases: [["1.5"], ["9223372036854775807"], [true], [null], ["1e3"]], failing: [["x"]] },
    { call: "round(i[0]) + ceil(i[1]) + floor(i[2])", cases: [[1.5, 1.1, 1.9]] },
    { call: "{path | walk(i[0], [path, 2])}", cases: [[{ a: [1, 2], b: 2 }]] },
    {
      call: "providers.aws.sign_req(i[0], i[1], 1000)",
      cases: [
        [
          { method: "get", url: "https://s3.example.com/a" },
          { aws_access_key: "a", aws_secret_access_key: "b", aws_service: "s3", aws_region: "r" },
        ],
      ],
    },
    { call: "$`{i[0]} and {i[1]}`", cases: [["a", [1, 2]]] },
    { call: "type_name(i[0])", cases: [[[]], [{}], [1.5]] },
    { call: "strings.split_n(i[0], i[1], i[2])", cases: [["a,b,c", ",", 2]] },
  ],
};
