import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";

/** What a person would find on a page. */
export interface PageMeasures {
  readonly language: string;
  /** What the body is made of. */
  readonly landmarks: readonly string[];
  readonly headings: readonly string[];
  /** Marks that have no name for whoever cannot see them. */
  readonly unnamedMarks: number;
  /** Every kind of element, and of attribute in the body. */
  readonly elements: readonly string[];
  readonly attributes: readonly string[];
  /** Whether it is wider than its window. */
  readonly overflows: boolean;
  /** Texts whose contrast with what is behind them is below 4.5 : 1. */
  readonly faint: readonly string[];
  /** Texts that are on the page and that nothing shows. */
  readonly hidden: readonly string[];
}

const program = readFileSync(join(import.meta.dirname, "programs/measure-page.js"), "utf8");

/** Measures a page as it is shown now. */
export async function measurePage(page: Page): Promise<PageMeasures> {
  return page.evaluate<PageMeasures>(program);
}
