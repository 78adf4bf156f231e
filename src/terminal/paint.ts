// How text looks to a person. Colour only supports what the words and marks already say.

/** Wraps text in colour, or leaves it as it is. */
export interface Paint {
  readonly good: (text: string) => string;
  readonly bad: (text: string) => string;
  readonly warn: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly bold: (text: string) => string;
}

const sgr = (open: number, close: number) => (text: string) => `\u001b[${open}m${text}\u001b[${close}m`;
const same = (text: string) => text;

/** Colours of a terminal. */
export const colours: Paint = {
  good: sgr(32, 39),
  bad: sgr(31, 39),
  warn: sgr(33, 39),
  dim: sgr(2, 22),
  bold: sgr(1, 22),
};

/** No colour at all: pipes, `NO_COLOR`, files. */
export const plain: Paint = { good: same, bad: same, warn: same, dim: same, bold: same };

/** Colour on a terminal only, and never against `NO_COLOR` or a dumb terminal. */
export function choosePaint(
  stream: { readonly isTTY?: boolean },
  environment: { readonly [name: string]: string | undefined },
): Paint {
  const wanted = stream.isTTY === true && (environment["NO_COLOR"] ?? "") === "" && environment["TERM"] !== "dumb";
  return wanted ? colours : plain;
}
