import type { Action } from "../../calls/powers.ts";
import type { CaseProblem } from "./read-expectation.ts";
import type { Given } from "./suite-case.ts";
import type { WrittenCase } from "./suite-schema.ts";

type WrittenGiven = NonNullable<WrittenCase["given"]>;

/** Keys that some actions look at and others do not: for those, a key would be a promise that nothing keeps. */
const concerned: { readonly [key in keyof WrittenGiven]: (action: Action) => boolean } = {
  declared: (action) => action !== "plugin.prepare",
  covered: (action) => action !== "plugin.prepare",
  effects: (action) => action !== "plugin.prepare",
  mounted: (action) => action.startsWith("fs."),
  defined: (action) => action === "secret.use",
  origin_allowed: (action) => action === "secret.use",
  broad: (action) => action === "https.request",
};

/** Reads what a case takes away from what its call finds; a key that its action does not look at is refused. */
export function readGiven(written: WrittenCase["given"], action: Action): Given | CaseProblem {
  if (written === undefined) return {};
  const present = Object.entries(written).filter(([, value]) => value !== undefined);
  const idle = present.find(([key]) => concerned[key as keyof WrittenGiven]?.(action) === false);
  if (idle !== undefined) {
    return { key: "given", message: `\`${idle[0]}\` means nothing for \`${action}\`` };
  }
  const { origin_allowed: originAllowed, ...given } = Object.fromEntries(present);
  return { ...given, ...(originAllowed === false && { originAllowed }) };
}
