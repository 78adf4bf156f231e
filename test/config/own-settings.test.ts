import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import test, { type ExecutionContext } from "ava";
import { limits } from "../../src/calls/limits.ts";
import { type Places, placesOf } from "../../src/config/places.ts";
import { readConfig } from "../../src/config/read-config.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

type Layer = "userConfig" | "workspaceConfig" | "localConfig";

/** Reads one layer of a workspace that has no other. */
async function read(t: ExecutionContext, toml: string, layer: Layer = "userConfig", environment = {}) {
  const folder = temporaryFolder(t);
  const places = placesOf(join(folder, "work"), { HOME: join(folder, "home"), ...environment });
  mkdirSync(dirname(places[layer]), { recursive: true });
  writeFileSync(places[layer], toml);
  return { places, reading: await readConfig(places) };
}

async function configOf(t: ExecutionContext, toml: string, environment = {}) {
  const { places, reading } = await read(t, toml, "userConfig", environment);
  if ("findings" in reading) throw new Error(JSON.stringify(reading.findings));
  return { places, config: reading.config };
}

function shown(reading: Awaited<ReturnType<typeof readConfig>>): readonly string[] {
  if (!("findings" in reading)) return [];
  return reading.findings.map(
    ({ message, place, remedy }) => `${place?.file}:${place?.line} ${message}${remedy ? ` (${remedy})` : ""}`,
  );
}

const secret = (rest: string) => `[secrets.key]\n${rest}\n`;
const from = 'from = { env = "KEY" }\n';
const place = 'place = { header = "x-api-key" }\n';
const origins = 'origins = ["https://api.example.com"]\n';

const tables: Readonly<Record<string, string>> = {
  secrets: secret(from + place + origins),
  open: '[[open]]\norigin = "https://printer.lan"\nrange = "192.168.7.0/24"\n',
  network: '[network]\nproxy = "http://proxy.lan:3128"\n',
};
for (const [key, toml] of Object.entries(tables)) {
  for (const layer of ["workspaceConfig", "localConfig"] as const) {
    // ATTACK: threats 44: a repository brings its own way to a private address, or to the operator's keys.
    test(`\`${key}\` in the layer ${layer} refuses the whole configuration, and says where it belongs`, async (t) => {
      const { reading } = await read(t, `zone = "UTC"\n${toml}`, layer);
      const file = layer === "localConfig" ? ".yoi/yoi.local.toml" : ".yoi/yoi.toml";
      t.deepEqual(shown(reading), [
        `${file}:2 \`${key}\` belongs in your own yoi.toml: no workspace can bring it (move it to \`~/.config/yoi/yoi.toml\`)`,
      ]);
    });
  }
  test(`\`${key}\` in a workspace is told of as such even when it is not valid`, async (t) => {
    const { reading } = await read(t, `${key} = 7\n`, "workspaceConfig");
    t.regex(shown(reading).join(), /belongs in your own yoi\.toml/);
  });
}

const sources: readonly (readonly [toml: string, expected: (places: Places) => object])[] = [
  ['{ env = "WEATHER_KEY" }', () => ({ env: "WEATHER_KEY" })],
  ['{ file = "/run/secrets/key" }', () => ({ file: "/run/secrets/key" })],
  ['{ file = "~/keys/weather" }', ({ home }) => ({ file: join(home, "keys/weather") })],
  ['{ file = "keys/weather" }', ({ userConfigFolder }) => ({ file: join(userConfigFolder, "keys/weather") })],
];
for (const [toml, expected] of sources) {
  test(`a secret comes from ${toml}`, async (t) => {
    const { places, config } = await configOf(t, secret(`from = ${toml}\n${place}${origins}`));
    t.deepEqual(config.secrets.get("key")?.from, expected(places) as { env: string });
  });
}

const secretPlaces: readonly (readonly [toml: string, expected: object])[] = [
  ['{ header = "X-Api-Key" }', { header: "x-api-key" }],
  ['{ header = "authorization", prefix = "Bearer " }', { header: "authorization", prefix: "Bearer " }],
  ['{ header = "cookie", prefix = "session=" }', { header: "cookie", prefix: "session=" }],
  ['{ path = "{token}" }', { path: "{token}" }],
  ['{ query = "appid" }', { query: "appid" }],
];
for (const [toml, expected] of secretPlaces) {
  test(`a secret is put into ${toml}`, async (t) => {
    const { config } = await configOf(t, secret(`${from}place = ${toml}\n${origins}`));
    t.deepEqual(config.secrets.get("key")?.place, expected as { header: string });
  });
}

const noPlace = /must be the name of a header, and none that the host itself or a proxy sets/;
const refused: readonly (readonly [title: string, toml: string, says: RegExp])[] = [
  ["without a source", secret(place + origins), /missing key `secrets\.key\.from`/],
  [
    "of two sources",
    secret(`from = { env = "KEY", file = "key" }\n${place}${origins}`),
    /`file` and `env` exclude each other/,
  ],
  [
    "whose value stands in the file",
    secret(`from = { value = "x" }\n${place}${origins}`),
    /unknown key `value`|missing/,
  ],
  [
    "of a variable that cannot be one",
    secret(`from = { env = "A B" }\n${place}${origins}`),
    /must be the name of a var/,
  ],
  ["of a file with a zero byte", secret(`from = { file = "a\\u0000b" }\n${place}${origins}`), /must be a path/],
  ["without a place", secret(from + origins), /missing key `secrets\.key\.place`/],
  // ATTACK: threats 20: a value in a header that frames the message would end it where the value says.
  ...[
    "host",
    "Content-Length",
    "transfer-encoding",
    "connection",
    "proxy-authorization",
    "expect",
    "x-forwarded-for",
  ].map((name) => [`in \`${name}\``, secret(`${from}place = { header = "${name}" }\n${origins}`), noPlace] as const),
  ["in what is no header", secret(`${from}place = { header = "x y" }\n${origins}`), noPlace],
  [
    "behind a prefix of two lines",
    secret(`${from}place = { header = "x-key", prefix = "a\\r\\nb" }\n${origins}`),
    /visible/,
  ],
  ["in a part of a segment", secret(`${from}place = { path = "bot{token}" }\n${origins}`), /placeholder in braces/],
  [
    "in two places",
    secret(`${from}place = { header = "x-a", query = "k" }\n${origins}`),
    /:3 `query` and `header` exclude each other/,
  ],
  ["in a query's key that would be encoded", secret(`${from}place = { query = "a&b" }\n${origins}`), /key of a query/],
  ["with a name of its own making", `[secrets."a b"]\n${from}${place}${origins}`, /cannot be a key here/],
  ["that may go nowhere", secret(`${from}${place}origins = []\n`), /`secrets\.key\.origins` is empty/],
  ...[
    "https://api.example.com/",
    "https://API.example.com",
    "https://api.example.com:443",
    "https://api.example.com/v1",
    "https://*.example.com",
    "https://u@api.example.com",
    "api.example.com",
    "wss://api.example.com",
  ].map(
    (origin) =>
      [
        `for \`${origin}\``,
        secret(`${from}${place}origins = ["${origin}"]\n`),
        /origins\[0\]` must be an origin/,
      ] as const,
  ),
  [
    "for more origins than are read",
    secret(
      `${from}${place}origins = [${Array.from({ length: 17 }, (_, n) => `"https://a${n}.example"`).join(", ")}]\n`,
    ),
    /more than 16 elements/,
  ],
  [
    "with sixty-four others",
    Array.from({ length: 65 }, (_, n) => `[secrets.key-${n}]\n${from}${place}${origins}`).join(""),
    /`secrets` has more than 64 secrets/,
  ],
];
for (const [title, toml, says] of refused) {
  test(`a secret ${title} is refused`, async (t) => {
    const { reading } = await read(t, toml);
    t.regex(shown(reading).join("\n"), says);
  });
}

test("no finding repeats what a secret's table says", async (t) => {
  for (const toml of [
    secret(`from = "hunter2"\n${place}${origins}`),
    secret(`from = { env = "hunter2 x" }\n${place}${origins}`),
    secret(`${from}place = { header = "hunter2 x" }\n${origins}`),
    secret(`${from}${place}origins = ["hunter2"]\n`),
    secret(`hunter2\n`),
  ]) {
    const { reading } = await read(t, toml);
    t.not(shown(reading).length, 0);
    t.notRegex(JSON.stringify(reading), /hunter2/);
  }
});

test("a secret goes over plain http to an opened origin alone", async (t) => {
  const toml = secret(`${from}${place}origins = ["https://api.example.com", "http://printer.lan:631"]\n`);
  const { reading } = await read(t, toml);
  t.deepEqual(shown(reading), [
    "~/.config/yoi/yoi.toml:4 the secret `key` would go over plain http to an origin that no `[[open]]` names" +
      " (name an https origin, or open exactly this one)",
  ]);
  const opening = '[[open]]\norigin = "http://printer.lan:631"\nrange = "192.168.7.0/24"\n';
  const { config } = await configOf(t, toml + opening);
  t.deepEqual(config.secrets.get("key")?.origins, ["https://api.example.com", "http://printer.lan:631"]);
  const other = opening.replace("printer.lan:631", "printer.lan");
  t.is(shown((await read(t, toml + other)).reading).length, 1);
});

test("an opening is one origin and one range, with the line that a person finds it on", async (t) => {
  const { config } = await configOf(
    t,
    'zone = "UTC"\n[[open]]\norigin = "http://printer.lan:631"\nrange = "192.168.7.0/24"\n' +
      '[[open]]\norigin = "https://[fd00::1]"\nrange = "fd00::/8"\n',
  );
  t.deepEqual(config.openings, [
    { origin: "http://printer.lan:631", range: "192.168.7.0/24", place: "~/.config/yoi/yoi.toml:3" },
    { origin: "https://[fd00::1]", range: "fd00::/8", place: "~/.config/yoi/yoi.toml:6" },
  ]);
});

const refusedOpenings: readonly (readonly [origin: string, range: string, says: RegExp])[] = [
  ["http://printer.lan:80", "192.168.7.0/24", /open\[0\]\.origin` must be an origin/],
  ["http://*.lan", "192.168.7.0/24", /open\[0\]\.origin` must be an origin/],
  ["http://printer.lan/jobs", "192.168.7.0/24", /open\[0\]\.origin` must be an origin/],
  ["http://printer.lan", "192.168.7.5/24", /open\[0\]\.range` must be a range/],
  ["http://printer.lan", "192.168.7.0/33", /open\[0\]\.range` must be a range/],
  ["http://printer.lan", "printer.lan", /open\[0\]\.range` must be a range/],
  ["http://printer.lan", "", /open\[0\]\.range` must be a range/],
];
for (const [origin, range, says] of refusedOpenings) {
  test(`\`${origin}\` cannot be opened at \`${range}\``, async (t) => {
    const { reading } = await read(t, `[[open]]\norigin = "${origin}"\nrange = "${range}"\n`);
    t.regex(shown(reading).join(), says);
  });
}

test("openings are bounded", async (t) => {
  const one = (n: number) => `[[open]]\norigin = "http://p${n}.lan"\nrange = "192.168.7.0/24"\n`;
  const many = Array.from({ length: limits.openingsMax + 1 }, (_, n) => one(n)).join("");
  t.regex(shown((await read(t, many)).reading).join(), /`open` is more than 64 elements/);
});

test("the network is as the platform has it where nothing is said", async (t) => {
  const { config } = await configOf(t, "", { HTTPS_PROXY: "http://proxy.lan:3128" });
  t.deepEqual(config.network, {});
});

test("the operator names a proxy, authorities and times", async (t) => {
  const toml =
    '[network]\nproxy = "http://proxy.lan:3128/"\nca = "ca.pem"\ntimeout = "10m"\nconnect_timeout = "500ms"\n';
  const { places, config } = await configOf(t, toml);
  t.deepEqual(config.network, {
    proxy: "http://proxy.lan:3128",
    caFile: join(places.userConfigFolder, "ca.pem"),
    totalMs: 600_000,
    connectMs: 500,
  });
});

for (const name of ["HTTPS_PROXY", "https_proxy"]) {
  test(`\`${name}\` counts where the configuration says so`, async (t) => {
    const { config } = await configOf(t, '[network]\nproxy = "environment"\n', { [name]: "http://proxy.lan:3128" });
    t.deepEqual(config.network, { proxy: "http://proxy.lan:3128" });
  });
}

test("an environment without a proxy has none", async (t) => {
  for (const environment of [{}, { HTTPS_PROXY: "" }]) {
    const { config } = await configOf(t, '[network]\nproxy = "environment"\n', environment);
    t.deepEqual(config.network, {});
  }
});

test("a proxy of the environment that cannot be used is a finding, and never left out", async (t) => {
  for (const HTTPS_PROXY of [
    "proxy.lan:3128",
    "https://proxy.lan",
    "socks5://proxy.lan",
    "http://me:hunter2@proxy.lan",
  ]) {
    const { reading } = await read(t, '[network]\nproxy = "environment"\n', "userConfig", { HTTPS_PROXY });
    t.regex(shown(reading).join(), /^~\/\.config\/yoi\/yoi\.toml:2 `HTTPS_PROXY` of the environment is no proxy/);
    t.notRegex(JSON.stringify(reading), /hunter2/);
  }
});

for (const line of [
  'proxy = "https://proxy.lan"',
  'proxy = "http://me:hunter2@proxy.lan"',
  'proxy = "http://proxy.lan/path"',
  'ca = ""',
  'timeout = "11m"',
  'timeout = "1h"',
  'connect_timeout = "601s"',
  "retries = 3",
]) {
  test(`\`[network]\` cannot have \`${line}\``, async (t) => {
    const { reading } = await read(t, `[network]\n${line}\n`);
    t.is(shown(reading).length, 1);
    t.notRegex(JSON.stringify(reading), /hunter2/);
  });
}

test("the journal may keep the values of the query keys that a file names", async (t) => {
  const { reading } = await read(t, '[journal]\nplain_query = ["city"]\n', "workspaceConfig");
  t.deepEqual("config" in reading && [reading.config.plainQuery, reading.config.durability], [["city"], "normal"]);
});

test("a variable that every object is born with is not set", (t) => {
  t.is(placesOf("/work", {}).variable("constructor"), undefined);
});
