import type { DetailedError } from "@cedar-policy/cedar-wasm/nodejs";
import type { Finding, Place } from "../../errors/error-details.ts";
import { escapeText } from "../../errors/escape-text.ts";
import { suggestName } from "../../errors/suggest-name.ts";
import { didYouMean } from "./policy-annotations.ts";
import { advance, type PolicyText } from "./split-policies.ts";

/** Where a text comes from: its file, or the one place in `yoi.toml` that a compiled grant leads back to. */
export interface TextOrigin {
  readonly file: string;
  readonly origin?: Required<Place>;
}

/** The place of a character of a policy's text, in the file that a person has. */
export function placeIn(source: TextOrigin, part: PolicyText, index?: number): Required<Place> {
  if (source.origin !== undefined) return source.origin;
  const at = index === undefined ? part.start : advance(part.from, part.text.slice(0, index));
  return { file: source.file, ...at };
}

/** What the library found wrong with a policy, in the file's own lines and columns. */
export function libraryFinding(error: DetailedError, source: TextOrigin, part: PolicyText): Finding {
  const [location] = error.sourceLocations ?? [];
  const place = placeIn(source, part, location && characterAt(part.text, location.start));
  const message = escapeText(error.message.replace(boilerplate, ""));
  return { message, place, ...remedyOf(error, message) };
}

const boilerplate = /^(?:failed to parse .*? from string: |for policy `[^`]*`[,:] )/;
const isExpectation = /^expected .{1,160}$/;

// The library offers its nearest name however far it is, so the suggestion is held to our own measure.
function remedyOf(error: DetailedError, message: string): { readonly remedy?: string } {
  const help = error.help ?? error.sourceLocations?.find(({ label }) => isExpectation.test(label ?? ""))?.label;
  if (help === undefined || help === null) return knownRemedy(message);
  const suggested = /^did you mean `(.+)`\?$/.exec(help)?.[1];
  if (suggested === undefined) return { remedy: escapeText(help.replace(boilerplate, "")) };
  const unknown = /`([^`]+)`/.exec(message)?.[1];
  const isNear = unknown !== undefined && suggestName(lastName(unknown), [lastName(suggested)]) !== undefined;
  return isNear ? didYouMean(escapeText(suggested)) : knownRemedy(message);
}

function lastName(text: string): string {
  return /([^.:"]+)"?$/.exec(text)?.[1] ?? text;
}

function knownRemedy(message: string): { readonly remedy?: string } {
  if (message.startsWith("unable to find an applicable action")) {
    return {
      remedy: "no action takes such a principal with such a resource: policies/yoi.cedarschema has who asks what",
    };
  }
  if (message.startsWith("policy is impossible")) {
    return { remedy: "look for a name that is misspelt after `has`, or conditions that contradict one another" };
  }
  return {};
}

/** The library counts bytes, JavaScript UTF-16 units. */
function characterAt(text: string, bytes: number): number {
  return Buffer.from(text).subarray(0, bytes).toString().length;
}
