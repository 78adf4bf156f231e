import { advance, type Position } from "./split-policies.ts";

/** Where each value of a JSON text stands, by its path, and the keys that an object has twice. */
export interface JsonPlaces {
  at(...path: readonly (string | number)[]): Position;
  readonly repeated: readonly { readonly key: string; readonly position: Position }[];
}

interface Level {
  readonly path: string;
  /** In an object: the keys so far, and the one whose value comes next. In an array: how many items are over. */
  readonly keys?: Set<string>;
  key?: string | undefined;
  items: number;
}

const tokens = /\s+|"(?:\\.|[^"\\])*"|[{}[\]:,]|[^\s{}[\]:,"]+/gu;

// Entities are three levels deep: a list, an object, a uid or a list of parents.
const depthMax = 8;

/** Finds the places in a text that `JSON.parse` has accepted: it forgets them, and of a repeated key all but the last. */
export function locateJson(text: string): JsonPlaces {
  const places = new Map<string, Position>();
  const repeated: { readonly key: string; readonly position: Position }[] = [];
  const levels: Level[] = [];
  let at: Position = { line: 1, column: 1 };
  for (const [token] of text.matchAll(tokens)) {
    const level = levels.at(-1);
    const isKey = level?.keys !== undefined && level.key === undefined && token.startsWith('"');
    if (isKey) {
      const key: string = JSON.parse(token);
      if (level.keys?.has(key)) repeated.push({ key, position: at });
      level.keys?.add(key);
      level.key = key;
    } else if (token === "," && level !== undefined) {
      level.key = undefined;
      level.items++;
    } else if (token === "}" || token === "]") {
      levels.pop();
    } else if (token !== ":" && token.trim() !== "") {
      // ATTACK: a path for each of a hundred thousand levels would take all memory there is (threats 38).
      const isDeep = levels.length > depthMax;
      const path = level === undefined ? "" : isDeep ? level.path : `${level.path}/${level.key ?? level.items}`;
      if (!isDeep) places.set(path, at);
      if (token === "{") levels.push({ path, keys: new Set(), items: 0 });
      if (token === "[") levels.push({ path, items: 0 });
    }
    at = advance(at, token);
  }
  return { at: (...path) => places.get(path.map((name) => `/${name}`).join("")) ?? { line: 1, column: 1 }, repeated };
}
