import type { Header } from "../../calls/powers.ts";
import { carriesCredentials } from "../../calls/request-headers.ts";
import { joinValues, type RawHeader } from "./raw-headers.ts";
import type { Redactor } from "./redact-response.ts";

// Those of the connection, and those that are true only of the body before it was decoded, or of the server's other names.
const left = new Set([
  "connection",
  "keep-alive",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "content-encoding",
  "content-length",
  "alt-svc",
]);

/** What a guest may see of a response's headers. */
export interface Showing {
  /** By the operator's word, although they may carry credentials. In lower case. */
  readonly revealed: readonly string[];
  /** By a policy's obligation, whatever else is said of them. In lower case. */
  readonly redacted: readonly string[];
}

/** The headers for the guest, without secrets, and how many were taken out. Values that are no text are left out. */
export async function showHeaders(
  headers: readonly RawHeader[],
  { revealed, redacted }: Showing,
  redactor: Redactor,
): Promise<{ readonly headers: readonly Header[]; readonly redactions: number }> {
  const hopByHop = new Set(
    joinValues(headers, "connection")
      .toLowerCase()
      .split(",")
      .map((one) => one.trim()),
  );
  const shown: Header[] = [];
  let redactions = 0;
  for (const { name, value } of headers) {
    if (left.has(name) || hopByHop.has(name) || redacted.includes(name)) continue;
    if (carriesCredentials(name) && !revealed.includes(name)) continue;
    if (redactor.isInName(name)) {
      redactions += 1;
      continue;
    }
    const clean = await redactor.redact(value, Number.POSITIVE_INFINITY);
    redactions += clean.redactions;
    const text = asText(clean.bytes);
    if (text !== undefined) shown.push({ name, value: text });
  }
  return { headers: shown, redactions };
}

function asText(bytes: Buffer): string | undefined {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes).trim();
    return /[^\P{Cc}\t]/u.test(text) ? undefined : text;
  } catch {
    return undefined;
  }
}
