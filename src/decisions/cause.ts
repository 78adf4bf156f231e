/**
 * Why a call was denied: one list for code, explain and docs.
 * The order is that of the headline: with several causes, the first one here leads.
 */
export const causes = [
  "journal-unwritable",
  "untrusted-workspace",
  "not-enabled",
  "not-pinned",
  "undeclared",
  "explicit-forbid",
  "engine-error",
  "schema-invalid",
  "limit",
  "needs-approval",
  "obligation-unknown",
  "no-effector",
  "no-permit",
] as const;

export type Cause = (typeof causes)[number];

/** What is settled after the engines have answered: evaluating again cannot bring it back. */
export const gates: readonly Cause[] = [
  "journal-unwritable",
  "limit",
  "needs-approval",
  "obligation-unknown",
  "no-effector",
];

/** Narrows an annotation's text to a cause. */
export function isCause(text: string): text is Cause {
  return (causes as readonly string[]).includes(text);
}
