import { limits } from "../../calls/limits.ts";
import { type Grid, type GridCell, type GridRow, readGrid } from "./read-grid.ts";
import type { WrittenMatrix } from "./suite-schema.ts";

/** One combination of the parts of a matrix, with the answer that its cell expects. */
export interface MatrixCell {
  readonly who: string;
  readonly action: string;
  readonly what: string;
  readonly atMs?: number;
  readonly address?: string;
  /** What tells it from the other cells. */
  readonly label: string;
  /** Of that, what is no part of a call in words: the moment, the address. */
  readonly beside: string;
  readonly answer: "allow" | "deny";
  readonly because?: string;
  /** Where in the table. */
  readonly line: number;
  readonly offset: number;
}

/** What is wrong with a matrix; `line` is one of its table. */
export interface MatrixProblem {
  readonly message: string;
  readonly remedy?: string;
  readonly line?: number;
}

/** A part of the calls that has more than one value, in the order in which tables have them. */
interface Dimension {
  readonly key: (typeof parts)[number];
  readonly values: readonly (string | number)[];
}

const parts = ["who", "action", "what", "at", "address"] as const;

/** What the rows and the columns of a table are. */
interface Layout {
  readonly rows: readonly Dimension[];
  /** One value, which is no list, where every row has one answer. */
  readonly columns: Dimension;
}

/**
 * The cells of a matrix: the last part that has a list makes its columns, the lists before it make its rows, in order;
 * a single list makes the one or the other. Labels and header may be left out; one that is there must be right.
 */
export function readMatrix(matrix: WrittenMatrix): readonly MatrixCell[] | MatrixProblem {
  const dimensions = parts.flatMap((key): readonly Dimension[] => {
    const given = matrix[key];
    return Array.isArray(given) ? [{ key, values: given }] : [];
  });
  if (dimensions.reduce((product, { values }) => product * values.length, 1) > limits.matrixCellsMax) {
    return { message: `a matrix has at most ${limits.matrixCellsMax} cells`, remedy: "make several of it" };
  }
  const layout = layoutOf(matrix, dimensions);
  const grid = readGrid(matrix.expect, layout.columns.values.length);
  if ("message" in grid) return grid;
  return wrongShape(grid, layout) ?? cellsOf(matrix, grid, layout);
}

function layoutOf(matrix: WrittenMatrix, dimensions: readonly Dimension[]): Layout {
  const [only, ...others] = dimensions;
  const other = only?.key === "what" ? matrix.action : matrix.what;
  const fixed: Dimension = { key: only?.key === "what" ? "action" : "what", values: [[other].flat()[0] ?? ""] };
  if (only === undefined) return { rows: [], columns: fixed };
  const below = readGrid(matrix.expect, 1);
  if (others.length === 0 && "rows" in below && below.rows.length > 1) return { rows: dimensions, columns: fixed };
  return { rows: dimensions.slice(0, -1), columns: dimensions.at(-1) ?? only };
}

function wrongShape(grid: Grid, { rows, columns }: Layout): MatrixProblem | undefined {
  if (grid.header !== undefined && !isLabel(grid.header.label, columns.values)) {
    const message = `the head of the table is not what \`${columns.key}\` lists`;
    return { message, remedy: `its columns are: ${columns.values.map(show).join("  ")}`, line: grid.header.line };
  }
  const wanted = rows.reduce((product, { values }) => product * values.length, 1);
  if (grid.rows.length === wanted) return undefined;
  const why = rows.map(({ key, values }) => `${values.length} of \`${key}\``);
  const made = why.length === 0 ? wanted : `${wanted}: ${why.join(" by ")}`;
  return { message: `the table has ${count(grid.rows.length)}, and the lists make ${made}` };
}

function cellsOf(matrix: WrittenMatrix, grid: Grid, { rows, columns }: Layout): readonly MatrixCell[] | MatrixProblem {
  const combinations = combine(rows);
  const cells: MatrixCell[] = [];
  for (const [index, row] of grid.rows.entries()) {
    const combination = combinations[index] ?? [];
    const wrong = wrongLabel(row, combination);
    if (wrong !== undefined) return wrong;
    for (const [column, cell] of row.cells.entries()) {
      const { answer } = cell;
      if (answer === "none") continue;
      const own = Array.isArray(matrix[columns.key]) ? [{ key: columns.key, value: columns.values[column] ?? "" }] : [];
      cells.push({ ...callOf(matrix, [...combination, ...own]), ...cell, answer });
    }
  }
  return cells.length > 0 ? cells : { message: "the table asks nothing: every cell of it is `-`" };
}

interface Chosen {
  readonly key: (typeof parts)[number];
  readonly value: string | number;
}

function combine(dimensions: readonly Dimension[]): readonly (readonly Chosen[])[] {
  return dimensions.reduce<readonly (readonly Chosen[])[]>(
    (all, { key, values }) => all.flatMap((chosen) => values.map((value) => [...chosen, { key, value }])),
    [[]],
  );
}

function wrongLabel({ label, line }: GridRow, chosen: readonly Chosen[]): MatrixProblem | undefined {
  const values = chosen.map(({ value }) => value);
  if (label === "" || isLabel(label, values)) return undefined;
  return {
    message: "the row is labelled as another one",
    remedy: `it is the row of: ${values.map(show).join("  ")}`,
    line,
  };
}

/** Whether words say exactly these values, each in the words that it has itself. */
function isLabel(label: string, values: readonly (string | number)[]): boolean {
  let rest = label.split(" ");
  for (const value of values) {
    const size = typeof value === "number" ? 1 : wordsOf(value).length;
    const said = rest.slice(0, size).join(" ");
    if (typeof value === "number" ? Date.parse(said) !== value : said !== wordsOf(value).join(" ")) return false;
    rest = rest.slice(size);
  }
  return rest.length === 0;
}

// As the words of a table: bars between cells mean nothing, so none inside of a value can be told from them.
function wordsOf(value: string): readonly string[] {
  return value.split(/[\s|]+/u).filter((word) => word !== "");
}

function callOf(matrix: WrittenMatrix, chosen: readonly Chosen[]): Omit<MatrixCell, keyof GridCell> {
  const valueFor = (key: (typeof parts)[number]): string | number | undefined => {
    const given = matrix[key];
    return chosen.find((one) => one.key === key)?.value ?? (Array.isArray(given) ? given[0] : given);
  };
  const [atMs, address] = [valueFor("at"), valueFor("address")];
  return {
    who: String(valueFor("who")),
    action: String(valueFor("action")),
    what: String(valueFor("what")),
    ...(typeof atMs === "number" && { atMs }),
    ...(typeof address === "string" && { address }),
    label: chosen.map(({ value }) => show(value)).join(" "),
    beside: chosen
      .flatMap(({ key, value }) => (key === "at" || key === "address" ? [` at ${show(value)}`] : []))
      .join(""),
  };
}

function show(value: string | number): string {
  return typeof value === "number" ? new Date(value).toISOString().replace(".000Z", "Z") : value;
}

function count(rows: number): string {
  return `${rows} ${rows === 1 ? "row" : "rows"}`;
}
