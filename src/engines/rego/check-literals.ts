import { canonicalUrl } from "../../calls/canonical-url.ts";
import { dischargeable, parseObligation } from "../../decisions/obligation.ts";
import type { Finding } from "../../errors/error-details.ts";
import { escapeText } from "../../errors/escape-text.ts";
import { suggestName } from "../../errors/suggest-name.ts";
import type { NamedText, RegoRule } from "./rego-unit.ts";

const obligations = [...new Set(Object.values(dischargeable).flat())];

/**
 * The obligations that a rule writes out and that nothing could discharge.
 * FAIL-CLOSED: else they would show with the first call that they deny.
 */
export function obligationFindings(rules: readonly RegoRule[]): readonly Finding[] {
  return rules.flatMap((rule) =>
    Object.entries(rule.obligations ?? {}).flatMap(([name, text]): readonly Finding[] => {
      const { file, line, column } = rule;
      const place = { file, line, column };
      const shown = escapeText(name, 64);
      if (!(obligations as readonly string[]).includes(name)) {
        const meant = suggestName(name, obligations);
        const remedy =
          meant === undefined ? `it is one of \`${obligations.join("`, `")}\`` : `did you mean \`${meant}\`?`;
        return [{ message: `there is no obligation \`${shown}\``, place, remedy }];
      }
      // What is computed is looked at when it is there.
      const parsed = text === "" ? undefined : parseObligation(name, text, rule.id);
      return typeof parsed === "string" ? [{ message: `\`${shown}\`: ${parsed}`, place }] : [];
    }),
  );
}

/**
 * The URLs in policies that are not written as requests name them.
 * ATTACK: such a text equals nothing that is ever asked, so its forbid is silent.
 */
export function urlFindings(named: readonly NamedText[]): readonly Finding[] {
  return named.flatMap(({ text, file, line, column }): readonly Finding[] => {
    if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return [];
    const url = canonicalUrl(text);
    if (typeof url !== "string" && url.id === text) return [];
    const message = `\`${escapeText(text, 160)}\` can match nothing`;
    const place = { file, line, column };
    if (typeof url === "string") return [{ message: `${message}: ${url}`, place }];
    return [{ message, place, remedy: `did you mean \`${escapeText(url.id, 160)}\`?` }];
  });
}
