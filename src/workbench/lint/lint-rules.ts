import type { LintRule } from "./lint-rule.ts";
import { broaderThanUsed } from "./rules/broader-than-used.ts";
import { duplicatePolicy } from "./rules/duplicate-policy.ts";
import { forbidCanErr } from "./rules/forbid-can-err.ts";
import { forbidWithoutTest } from "./rules/forbid-without-test.ts";
import { mixedScript } from "./rules/mixed-script.ts";
import { neverApplies } from "./rules/never-applies.ts";
import { shadowedPermit } from "./rules/shadowed-permit.ts";
import { unguardedOptional } from "./rules/unguarded-optional.ts";
import { unknownName } from "./rules/unknown-name.ts";
import { wildcardHost } from "./rules/wildcard-host.ts";
import { withoutId } from "./rules/without-id.ts";
import { withoutReason } from "./rules/without-reason.ts";

/** Everything that lint looks for. Each has a page, `docs/lint/<id>.md`. */
export const lintRules: readonly LintRule[] = [
  forbidCanErr,
  unguardedOptional,
  neverApplies,
  unknownName,
  shadowedPermit,
  wildcardHost,
  mixedScript,
  broaderThanUsed,
  duplicatePolicy,
  forbidWithoutTest,
  withoutId,
  withoutReason,
];
