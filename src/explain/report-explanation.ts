// Station: an explanation → what a person reads of it, in the order of what matters: the answer, the one reason, what to
// do, and from where it is known. Nothing is decided here, and nothing is escaped: each writer does that.
import type { Explanation } from "./explanation.ts";
import type { Report } from "./report/report.ts";
import { addressesSection } from "./sections/addresses-section.ts";
import { callsSection } from "./sections/calls-section.ts";
import { chainSection } from "./sections/chain-section.ts";
import { changesSection } from "./sections/changes-section.ts";
import { enginesSection } from "./sections/engines-section.ts";
import { alarmsSection, headlineOf } from "./sections/headline.ts";
import { limitsSection } from "./sections/limits-section.ts";
import { policiesSection } from "./sections/policies-section.ts";
import { recordSection } from "./sections/record-section.ts";
import { remedySection } from "./sections/remedy-section.ts";
import { requestSection } from "./sections/request-section.ts";
import { refusedSection, standingSection } from "./sections/standing-section.ts";

/** Tells an explanation to a person: every section that has something to say. */
export function reportExplanation(explanation: Explanation): Report {
  const sections = [
    alarmsSection(explanation),
    explanation.refused === undefined ? policiesSection(explanation) : refusedSection(explanation),
    standingSection(explanation),
    limitsSection(explanation),
    chainSection(explanation),
    callsSection(explanation),
    addressesSection(explanation),
    changesSection(explanation),
    remedySection(explanation),
    recordSection(explanation),
    requestSection(explanation),
    enginesSection(explanation),
  ];
  return { headline: headlineOf(explanation), sections: sections.filter(({ blocks }) => blocks.length > 0) };
}
