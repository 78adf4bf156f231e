// A report is told once and written three times: for a terminal, for a ticket, for a browser. It holds every text as it
// was said, so that each writer escapes all of it by its own rules and none can forget a place.
import type { TraceValue } from "../../decisions/trace.ts";
import type { Finding } from "../../errors/error-details.ts";

/** Text that is no sentence: an expression, an id, a path, a command. */
export interface Code {
  readonly code: string;
}

/** A name that stands out. */
export interface Name {
  readonly name: string;
}

/** A piece of a line. In a sentence, what stands in backticks is quoted: pages set it apart as they do with code. */
export type Part = string | Code | Name;

/** One line of text. */
export type Words = string | readonly Part[];

/** How something came out. Each has a sign, and words for whoever cannot see it. */
export type Mark = TraceValue | "forbids" | "idle" | "allow" | "deny" | "depends" | "attention";

/** What a mark looks like, what it is called, and how it is coloured. */
export const marks: { readonly [M in Mark]: { readonly sign: string; readonly name: string; readonly tone: Tone } } = {
  true: { sign: "✓", name: "true", tone: "good" },
  false: { sign: "✗", name: "false", tone: "bad" },
  error: { sign: "!", name: "error", tone: "warn" },
  unreached: { sign: "?", name: "not reached", tone: "dim" },
  forbids: { sign: "✓", name: "applies, and forbids", tone: "bad" },
  idle: { sign: "✗", name: "does not apply", tone: "dim" },
  allow: { sign: "✓", name: "allowed", tone: "good" },
  deny: { sign: "✗", name: "denied", tone: "bad" },
  depends: { sign: "?", name: "depends", tone: "warn" },
  attention: { sign: "!", name: "attention", tone: "warn" },
};

/** Colour, for what the words say already. */
export type Tone = "good" | "bad" | "warn" | "dim" | "bold";

/** A further line of something, perhaps behind a label. */
export interface Note {
  readonly label?: string;
  readonly words: Words;
  readonly tone?: Tone;
  readonly isFolded?: boolean;
}

/** One line of a tree, with what belongs to it. */
export interface TreeNode {
  readonly mark?: Mark;
  /** In a column of its own, which everything else of the node stands beside. */
  readonly label?: string;
  readonly words: Words;
  /** At the end of the line, in columns where several nodes have them. */
  readonly cells?: readonly Words[];
  readonly cellTone?: Tone;
  readonly notes?: readonly Note[];
  readonly children?: readonly TreeNode[];
  /** What is under it matters to nobody at first. */
  readonly isFolded?: boolean;
  /** It matters itself to nobody at first. */
  readonly isQuiet?: boolean;
}

/** A label and its text. */
export interface Fact {
  readonly label: string;
  readonly words: Words;
  readonly tone?: Tone;
}

/** A part of a section. */
export type Block =
  | {
      readonly kind: "line";
      readonly mark?: Mark;
      readonly words: Words;
      readonly tone?: Tone;
    }
  | { readonly kind: "facts"; readonly rows: readonly Fact[]; readonly indent?: string }
  | { readonly kind: "tree"; readonly nodes: readonly TreeNode[]; readonly indent?: string }
  | { readonly kind: "finding"; readonly finding: Finding; readonly mark: "false" | "attention" }
  | { readonly kind: "code"; readonly caption?: Words; readonly language: string; readonly text: string }
  | {
      readonly kind: "diff";
      readonly file: string;
      /** Where `before` begins. */
      readonly line: number;
      readonly before: string;
      readonly after: string;
    }
  /** Left out of what is short but for its summary, and without even that where it is quiet. */
  | {
      readonly kind: "fold";
      readonly mark?: Mark;
      readonly summary: Words;
      readonly blocks: readonly Block[];
      readonly isQuiet?: boolean;
    }
  /** Room between what is above and below. */
  | { readonly kind: "gap" };

/** Blocks under a title. */
export interface Section {
  readonly title: string;
  /** A terminal shows it without its title: what is in it says the same. */
  readonly isPlain?: boolean;
  /** Left out of what is short. */
  readonly isFolded?: boolean;
  readonly blocks: readonly Block[];
}

/** The answer, what was asked, and the one reason that matters. */
export interface Headline {
  readonly answer: "allow" | "deny";
  readonly asked: string;
  readonly meaning: Words;
  readonly cause?: string;
  readonly lines: readonly Note[];
}

/** An explanation as a person reads it. */
export interface Report {
  readonly headline: Headline;
  readonly sections: readonly Section[];
}

/** The most characters of one text that are shown. */
export const textCharactersMax = 1_000;

/** The most characters of code that are shown: enough for any policy that is suggested, which nobody can use in part. */
export const codeCharactersMax = 32_000;

/** The parts of words, with what a sentence quotes in backticks taken apart. */
export function partsOf(words: Words): readonly Part[] {
  const parts = typeof words === "string" ? [words] : words;
  return parts.flatMap((part) => (typeof part === "string" ? quotedApart(part) : [part]));
}

function quotedApart(text: string): readonly Part[] {
  const pieces = text.split("`");
  // A backtick that nothing closes quotes nothing.
  if (pieces.length % 2 === 0) return [text];
  return pieces.map((piece, index) => (index % 2 === 0 ? piece : { code: piece })).filter((piece) => piece !== "");
}
