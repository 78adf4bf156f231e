/** Words of a line as a shell has them: blanks part them, and quotes of both kinds hold them together. */
export function splitWords(line: string): readonly string[] | { readonly problem: string } {
  const words: string[] = [];
  let isOpen = false;
  for (const [piece, single, double, escaped] of line.matchAll(pieces)) {
    if (piece === "'" || piece === '"') return { problem: `the quote ${piece} is never closed` };
    if (piece.trim() === "") {
      isOpen = false;
      continue;
    }
    const text = single ?? double?.replace(/\\(["\\])/g, "$1") ?? escaped ?? piece;
    words.push(isOpen ? `${words.pop()}${text}` : text);
    isOpen = true;
  }
  return words;
}

const pieces = /'([^']*)'|"((?:\\.|[^"\\])*)"|\\(.)|\s+|[^\s'"\\]+|['"\\]/gsu;

/** A word as a shell takes it for that word. */
export function quoteWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
