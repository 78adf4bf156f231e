import { canonicalAddress } from "../../calls/address-class.ts";
import type { JsonObject } from "../../calls/json.ts";
import { limits } from "../../calls/limits.ts";
import type { Finding, Place } from "../../errors/error-details.ts";
import { escapeText } from "../../errors/escape-text.ts";
import { type CallReading, readCall } from "./read-call.ts";
import { type CaseProblem, readBecause, readLimits } from "./read-expectation.ts";
import { readGiven } from "./read-given.ts";
import type { Because, SuiteCase } from "./suite-case.ts";
import type { WrittenCase } from "./suite-schema.ts";

/** When a case that names no moment takes place: a Wednesday, at noon in UTC. */
export const defaultAtMs = Date.UTC(2025, 0, 15, 12);

/** What cases are read with. */
export interface CaseReading extends CallReading {
  /** What is wrong with a policy's name, where none in the set goes by it. */
  readonly checkPolicy: (name: string) => Omit<Finding, "place"> | undefined;
}

/** A case before anything in it is believed. */
export interface AskedCase extends Pick<WrittenCase, "because" | "limits" | "address" | "given"> {
  readonly file: string;
  readonly place: Required<Place>;
  readonly call: string | JsonObject;
  readonly answer: "allow" | "deny";
  readonly atMs?: number;
  /** Its title, from the words of its call. */
  readonly titleOf: (words: string) => string;
}

/** Reads one case whole, or says which key of it is wrong. */
export function readCase(asked: AskedCase, reading: CaseReading): SuiteCase | CaseProblem {
  const { file, place, answer, titleOf, atMs = defaultAtMs } = asked;
  const read = readCall(asked.call, reading);
  if ("message" in read) return { key: "call", ...read };
  const { call, words } = read;
  const because = checkedBecause(asked.because, answer, reading);
  if (because !== undefined && "key" in because) return because;
  const expectedLimits = readLimits(asked.limits, answer);
  if (expectedLimits !== undefined && "key" in expectedLimits) return expectedLimits;
  const addresses = readAddresses(asked.address, call.action);
  if ("key" in addresses) return addresses;
  const given = readGiven(asked.given, call.action);
  if ("key" in given) return given;
  const expected = {
    answer,
    ...(because !== undefined && { because }),
    ...(expectedLimits !== undefined && { limits: expectedLimits }),
  };
  return { title: titleOf(words), file, place, call, atMs, addresses, given, expected };
}

function checkedBecause(
  written: string | readonly string[] | undefined,
  answer: "allow" | "deny",
  { checkPolicy }: CaseReading,
): Because | CaseProblem | undefined {
  const because = readBecause(written, answer);
  if (because === undefined || "key" in because || because.kind === "cause") return because;
  const names = because.kind === "policy" ? [because.name] : because.names;
  const problem = names.map(checkPolicy).find((found) => found !== undefined);
  return problem === undefined ? because : { key: "because", ...problem };
}

function readAddresses(
  written: string | readonly string[] | undefined,
  action: string,
): readonly string[] | CaseProblem {
  if (written === undefined) return [];
  if (action !== "https.request") return { key: "address", message: "`address` is for an `https.request`" };
  const texts = [written].flat();
  if (texts.length > limits.addressesMax) {
    return { key: "address", message: `an answer has at most ${limits.addressesMax} addresses` };
  }
  const addresses: string[] = [];
  for (const text of texts) {
    const address = canonicalAddress(text);
    if (address === undefined) {
      const message = `\`${escapeText(text, 80)}\` is no address`;
      return { key: "address", message, remedy: "write `192.0.2.1` or `2001:db8::1`" };
    }
    addresses.push(address);
  }
  return [...new Set(addresses)];
}
