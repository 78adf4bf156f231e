import type { Cause } from "../decisions/cause.ts";
import type { PolicyLayer } from "../decisions/policy-info.ts";
import { isRefused } from "../decisions/verdict.ts";
import type { Trouble } from "./relate-standing.ts";

/** What a cause means, who can change it, and how. */
export interface Remedy {
  readonly meaning: string;
  readonly who: string;
  /** What to do; `<plugin>` stands for the plugin concerned. */
  readonly how: string;
}

/** One row for each cause; `docs/policies.md` has the same list. */
export const remedies: { readonly [C in Cause]: Remedy } = {
  "journal-unwritable": {
    meaning: "the decision could not be recorded, so nothing was done",
    who: "whoever keeps this machine",
    how: "free space or mend the permissions of .yoi/state, then call again",
  },
  "untrusted-workspace": {
    meaning: "nobody has said that this workspace may decide anything",
    who: "you, after reading its policies and yoi.toml",
    how: "yoi trust",
  },
  "not-enabled": {
    meaning: "a package does nothing until an operator enables it",
    who: "an operator",
    how: "yoi plugin enable <plugin>     shows what it asks for, then pins it",
  },
  "not-pinned": {
    meaning: "the enablement does not name exactly this id, version and digest",
    who: "an operator",
    how: "yoi plugin show <plugin>     shows both; yoi plugin enable <plugin> pins anew",
  },
  undeclared: {
    meaning: "the manifest or the enablement does not provide for this",
    who: "the plugin's author (plugin.toml), or an operator (mounts, effects and secrets in yoi.toml)",
    how: "yoi plugin show <plugin>     shows what is declared and what is bound",
  },
  "explicit-forbid": {
    meaning: "a forbid applies, and no permit can lift one",
    who: "whoever keeps the policy that forbids it",
    how: "change that policy, or the request",
  },
  "engine-error": {
    meaning: "a policy could not be evaluated, so it counts as a denial",
    who: "whoever keeps the policy that erred",
    how: "mend what is marked ! in yoi plugin explain, or take it out",
  },
  "schema-invalid": {
    meaning: "the request itself is malformed",
    who: "whoever makes the call",
    how: "mend the input",
  },
  limit: {
    meaning: "a limit is used up",
    who: "time, or an operator",
    how: "wait, or raise the limit in the policy that sets it",
  },
  "needs-approval": {
    meaning: "a policy asks for an approval",
    who: "an operator",
    how: "this version cannot give approvals: change the policy",
  },
  "obligation-unknown": {
    meaning: "a policy demands something that this version cannot do",
    who: "whoever keeps the policy",
    how: "yoi policy check     names it",
  },
  "no-effector": {
    meaning: "nothing in this host can do it",
    who: "whoever embeds Yoi",
    how: "open the workspace with the part that does it",
  },
  "no-permit": {
    meaning: "no permit applies",
    who: "an operator, in .yoi/policies or yoi.toml",
    how: "add or widen a permit",
  },
};

// What ships with Yoi is nobody's to change; what it refuses, only the user's own configuration can open.
const shippedForbid: Remedy = {
  meaning: "a forbid that ships with Yoi applies",
  who: "the user of this machine, where the policy above says so; else nobody",
  how: "[[open]] and [secrets] of ~/.config/yoi/yoi.toml: docs/policies.md",
};

const refused: Remedy = {
  meaning: "the policies or the configuration are refused: all is denied",
  who: "whoever keeps .yoi/policies and yoi.toml",
  how: "yoi policy check     says what is wrong, and where",
};

// Enabling anew would refuse: which of the two is meant, nobody can know.
const twoPackages: Remedy = {
  meaning: "two packages have this id, so neither of them counts",
  who: "an operator",
  how: "remove one of the two; yoi plugin show <plugin> names them",
};

// Enabling refuses to write into an entry that it cannot read.
const invalidEntry: Remedy = {
  meaning: "its entry in yoi.toml is not valid, so it enables nothing",
  who: "an operator",
  how: "mend the entry; yoi plugin show <plugin> has the place",
};

/** What a remedy is found by; the journal's entries have it as well as explanations. */
export interface Denied {
  readonly cause?: Cause;
  readonly verdicts: readonly {
    readonly engine: string;
    readonly determining: readonly { readonly layer?: PolicyLayer }[];
  }[];
  readonly troubles?: readonly Pick<Trouble, "kind">[];
}

/** The remedy for a denial: by its cause, and where a cause can come about in ways that are mended differently, by that. */
export function remedyOf({ cause = "no-permit", verdicts, troubles = [] }: Denied): Remedy {
  if (cause === "engine-error" && isRefused(verdicts)) return refused;
  const isEnabling = cause === "not-enabled" || cause === "not-pinned";
  if (isEnabling && troubles.some(({ kind }) => kind === "duplicate")) return twoPackages;
  if (cause === "not-enabled" && troubles.some(({ kind }) => kind === "invalid-enablement")) return invalidEntry;
  const determining = verdicts.flatMap((verdict) => verdict.determining);
  const isShipped = determining.length > 0 && determining.every(({ layer }) => layer === "invariant");
  return cause === "explicit-forbid" && isShipped ? shippedForbid : remedies[cause];
}
