import type { Action } from "../../calls/powers.ts";
import { causes, isCause } from "../../decisions/cause.ts";
import {
  dischargeable,
  futureObligations,
  type Obligation,
  obligationKinds,
  parseObligation,
} from "../../decisions/obligation.ts";
import type { PolicyLayer } from "../../decisions/policy-info.ts";
import type { Finding } from "../../errors/error-details.ts";
import { escapeText } from "../../errors/escape-text.ts";
import { suggestName } from "../../errors/suggest-name.ts";

/** What the annotations of a policy are held against. */
export interface AnnotatedPolicy {
  readonly id: string;
  readonly effect: "permit" | "forbid";
  readonly layer: PolicyLayer;
  readonly annotations: { readonly [name: string]: string };
  /** Those that the action scope lets through. */
  readonly actions: readonly Action[];
}

const plainNames = ["id", "reason", "because", "cause"] as const;
const name = /^[^\s\p{C}`#]{1,400}$/u;

/** A policy's obligations, and what is wrong with its annotations: one that nothing enforces is an error. */
export function readAnnotations(policy: AnnotatedPolicy): {
  readonly obligations: readonly Obligation[];
  readonly findings: readonly Finding[];
} {
  const obligations: Obligation[] = [];
  const findings: Finding[] = [];
  for (const [annotation, text] of Object.entries(policy.annotations)) {
    const plain = plainNames.find((known) => known === annotation);
    if (plain !== undefined) {
      findings.push(...plainFindings(plain, text, policy.layer));
      continue;
    }
    const obligation = readObligation(annotation, text, policy);
    if ("kind" in obligation) obligations.push(obligation);
    else findings.push(obligation);
  }
  return { obligations, findings };
}

function plainFindings(annotation: (typeof plainNames)[number], text: string, layer: PolicyLayer): readonly Finding[] {
  switch (annotation) {
    case "id":
      return name.test(text) ? [] : [{ message: "an `@id` is 1 to 400 characters without blanks, controls, ` or #" }];
    case "reason":
    case "because":
      return text.trim() === "" ? [{ message: `\`@${annotation}\` says nothing` }] : [];
    case "cause": {
      // FAIL-CLOSED: a cause decides how a denial is headed, so only what ships with Yoi may claim one.
      if (layer !== "invariant") {
        return [{ message: "`@cause` belongs to the invariants that ship with Yoi", remedy: "say why in `@reason`" }];
      }
      const meant = suggestName(text, causes);
      return isCause(text) ? [] : [{ message: `\`${escapeText(text)}\` is no cause`, ...didYouMean(meant) }];
    }
  }
}

function readObligation(annotation: string, text: string, policy: AnnotatedPolicy): Obligation | Finding {
  const obligation = parseObligation(annotation, text, policy.id);
  if (obligation === undefined) return unknownAnnotation(annotation);
  if (typeof obligation === "string") return { message: `\`@${annotation}\`: ${obligation}` };
  if (policy.effect === "forbid") {
    return {
      message: `\`@${annotation}\` on a forbid`,
      remedy: "obligations ride on permits: a forbid has nothing to bound",
    };
  }
  const cannot = policy.actions.find((action) => !dischargeable[action].includes(obligation.kind));
  if (cannot === undefined) return obligation;
  const able = Object.entries(dischargeable).flatMap(([action, kinds]) =>
    kinds.includes(obligation.kind) ? [`\`${action}\``] : [],
  );
  return {
    message: `\`@${annotation}\` cannot be discharged for \`${cannot}\`, which this policy can apply to`,
    remedy: `narrow the action scope to any of ${able.join(", ")}`,
  };
}

function unknownAnnotation(annotation: string): Finding {
  const shown = escapeText(annotation, 64);
  if (futureObligations.some((future) => future === annotation)) {
    return {
      message: `this version cannot discharge \`@${shown}\``,
      remedy: "take the policy out, or wait for a version that can",
    };
  }
  const meant = suggestName(annotation, [...plainNames, ...obligationKinds, ...futureObligations]);
  return { message: `unknown annotation \`@${shown}\`: nothing would enforce it`, ...didYouMean(meant && `@${meant}`) };
}

/** A remedy that names what was probably meant, where something was. */
export function didYouMean(meant: string | undefined): { readonly remedy?: string } {
  return meant === undefined ? {} : { remedy: `did you mean \`${meant}\`?` };
}
