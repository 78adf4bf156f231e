import test from "ava";
import { limits } from "../../src/calls/limits.ts";
import { canonicalHeaders, carriesCredentials, partAsked } from "../../src/calls/request-headers.ts";

test("headers keep their order and values, and get names in lower case", (t) => {
  const headers = [
    { name: "X-Trace", value: "a\tb  c" },
    { name: "ACCEPT", value: "application/json" },
    { name: "x-empty", value: "" },
  ];
  t.deepEqual(canonicalHeaders(headers), [
    { name: "x-trace", value: "a\tb  c" },
    { name: "accept", value: "application/json" },
    { name: "x-empty", value: "" },
  ]);
  t.deepEqual(canonicalHeaders([]), []);
});

const refusedNames: readonly { readonly why: string; readonly names: readonly string[] }[] = [
  {
    why: "is set by the host alone",
    names:
      "host connection keep-alive content-length transfer-encoding te trailer upgrade expect http2-settings accept-encoding Content_Length TRANSFER-ENCODING transfer.encoding".split(
        " ",
      ),
  },
  {
    why: "speaks for a proxy",
    names:
      "via forwarded x-forwarded x-forwarded-for x-forwarded-host X_Forwarded_For x-real-ip x-client-ip x-cluster-client-ip client-ip true-client-ip cf-connecting-ip proxy-connection proxy-anything proxy early-data remote-user Remote_User x-remote-user X_Remote_User x-envoy-original-path x_envoy_internal x-envoy-external-address x-goog-authenticated-user-email x-goog-authenticated-user-id x-goog-iap-jwt-assertion x-ssl-client-verify X_SSL_Client_S_DN x-ssl-cert ssl-client-cert SSL_CLIENT_S_DN ssl.client.verify x-client-cert x-client-cert-chain X_Client_Certificate x-ms-client-principal x-ms-client-principal-id x-amzn-oidc-data x-amzn-oidc-identity X_Amzn_Oidc_Accesstoken".split(
        " ",
      ),
  },
  { why: "speaks for a browser", names: "sec-fetch-site sec-websocket-key Sec-GPC".split(" ") },
  {
    why: "carries credentials: name a secret instead",
    names:
      "cookie cookie2 set-cookie set-cookie2 authorization proxy-authorization www-authenticate proxy-authenticate authentication-info proxy-authentication-info x-api-key X_API_Key api-key apikey x-apikey x-goog-api-key dd-api-key x-functions-key ocp-apim-subscription-key x-auth-token x-access-token x-auth-key x-session-token x-csrf-token x-csrftoken x-xsrf-token private-token x-gitlab-token x-vault-token x-amz-security-token x-shopify-access-token".split(
        " ",
      ),
  },
  {
    why: "would change the method or URL that policy has seen",
    names:
      "x-http-method x-http-method-override X-Method-Override x_http_method_override x-original-method X_Original_Method x-original-url x-original-uri x-rewrite-url x-original-host x-host".split(
        " ",
      ),
  },
];

// ATTACK: threats 20, 33
for (const { why, names } of refusedNames) {
  for (const name of names) {
    test(`the header \`${name}\` ${why}`, (t) => {
      t.is(canonicalHeaders([{ name, value: "1" }]), `the header \`${name.toLowerCase()}\` ${why}`);
    });
  }
}

for (const name of [
  "x-sslip",
  "envoy-x",
  "proxied",
  "x-client-name",
  "x-remote-users",
  "x-goog-user-project",
  "x-ms-version",
]) {
  test(`the header \`${name}\` is the plugin's own`, (t) => {
    t.deepEqual(canonicalHeaders([{ name, value: "1" }]), [{ name, value: "1" }]);
  });
}

test("what asks for a part of the answer is known, however its name is spelled", (t) => {
  for (const name of ["range", "if-range", "if_range", "request-range"]) {
    t.is(
      partAsked([
        { name: "x-a", value: "1" },
        { name, value: "bytes=0-9" },
      ]),
      name,
    );
  }
  t.is(partAsked([{ name: "accept-ranges", value: "bytes" }]), undefined);
});

const wrongValue = "has a value that is not visible ASCII with single lines and no space at its ends";
const refusals: readonly {
  readonly title: string;
  readonly name: string;
  readonly value: string;
  readonly why: string;
}[] = [
  { title: "CR and LF", name: "x-a", value: "1\r\nhost: evil", why: wrongValue },
  { title: "a bare LF", name: "x-a", value: "1\nb", why: wrongValue },
  { title: "a bare CR", name: "x-a", value: "1\rb", why: wrongValue },
  { title: "a folded line", name: "x-a", value: "1\r\n b", why: wrongValue },
  { title: "NUL", name: "x-a", value: "1\u0000", why: wrongValue },
  { title: "a line break at the end", name: "x-a", value: "1\n", why: wrongValue },
  { title: "space before", name: "x-a", value: " 1", why: wrongValue },
  { title: "a tab after", name: "x-a", value: "1\t", why: wrongValue },
  { title: "what is not ASCII", name: "x-a", value: "é", why: wrongValue },
  { title: "a sign whose low byte is LF", name: "x-a", value: "1\u010a2", why: wrongValue },
  { title: "DEL", name: "x-a", value: "\u007f", why: wrongValue },
  {
    title: "a stream of events",
    name: "Accept",
    value: "text/html, Text/Event-Stream;q=1",
    why: "asks for a stream of events, which has no end",
  },
  {
    title: "a value over the bound",
    name: "x-a",
    value: "a".repeat(limits.httpsHeaderBytesMax),
    why: `is longer than ${limits.httpsHeaderBytesMax} bytes`,
  },
  { title: "a name over the bound", name: "a".repeat(65), value: "1", why: "has a name of more than 64 bytes" },
];

// ATTACK: threats 20
for (const { title, name, value, why } of refusals) {
  test(`a header with ${title} is refused`, (t) => {
    const flaw = canonicalHeaders([{ name, value }]);
    t.is(typeof flaw, "string");
    t.true(String(flaw).endsWith(` ${why}`), String(flaw));
  });
}

// ATTACK: threats 20
for (const name of [
  "",
  "x a",
  "x:a",
  "x-a:",
  " x-a",
  "x-a\r\nhost",
  "x-é",
  "x-a\u0000",
  "host ",
  "\u212aeep-alive",
  "x(a)",
  ":path",
]) {
  test(`${JSON.stringify(name)} is no header's name`, (t) => {
    const flaw = String(canonicalHeaders([{ name, value: "1" }]));
    t.regex(flaw, /^the header `[^\r\n\0]*` has a name of other characters than a header's$|carries|is set by/);
  });
}

test("a header that comes twice is refused, in whatever case", (t) => {
  const headers = [
    { name: "X-A", value: "1" },
    { name: "x-a", value: "1" },
  ];
  t.is(canonicalHeaders(headers), "the header `x-a` comes twice");
});

test("headers are bounded by number and by size", (t) => {
  const many = (count: number, value: string) =>
    Array.from({ length: count }, (_, index) => ({ name: `x-${index}`, value }));
  const { httpsRequestHeadersMax, httpsHeaderBytesMax, httpsHeadersBytesMax } = limits;
  t.is(canonicalHeaders(many(httpsRequestHeadersMax, "1")).length, httpsRequestHeadersMax);
  t.is(
    canonicalHeaders(many(httpsRequestHeadersMax + 1, "1")),
    `the request has more than ${httpsRequestHeadersMax} headers`,
  );
  t.is(
    canonicalHeaders(many(httpsHeadersBytesMax / httpsHeaderBytesMax + 1, "a".repeat(httpsHeaderBytesMax - 4))),
    `the headers are longer than ${httpsHeadersBytesMax} bytes`,
  );
  t.deepEqual(canonicalHeaders(many(1, "a".repeat(httpsHeaderBytesMax - 3))).length, 1);
});

test("of a response's headers, those with credentials are known, in either direction", (t) => {
  for (const name of ["set-cookie", "set-cookie2", "www-authenticate", "proxy-authenticate", "authentication-info"]) {
    t.true(carriesCredentials(name), name);
  }
  for (const name of [
    "proxy-authentication-info",
    "authorization",
    "cookie",
    "x-api-key",
    "x-auth-token",
    "x-csrf-token",
  ]) {
    t.true(carriesCredentials(name), name);
  }
  for (const name of ["content-type", "etag", "x-next-token", "x-ratelimit-remaining", "location"]) {
    t.false(carriesCredentials(name), name);
  }
});
