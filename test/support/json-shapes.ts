import { plain, tablesOf } from "./pages.ts";

/** What a page says of one object: its keys, or nothing, where anything may be in it. */
interface Shape {
  readonly keys: Map<string, Member>;
}

interface Member {
  optional: boolean;
  readonly isList: boolean;
  readonly shape: Shape;
  /** The name of the section that describes it. */
  section?: string;
}

/** What `docs/json.md` says, by section. */
export type DocumentedShapes = ReadonlyMap<string, Shape>;

/** Reads the tables of the page: dotted keys, `[]` for lists, `?` for what may be absent, a link for another section. */
export function shapesOf(page: string): DocumentedShapes {
  const shapes = new Map<string, Shape>();
  for (const { section, head, rows } of tablesOf(page)) {
    if (head[0] !== "key") continue;
    const shape: Shape = { keys: new Map() };
    for (const [key, type = ""] of rows) addKey(shape, plain(key).split("."), /^\[(\w+)\]\(#/.exec(type)?.[1]);
    shapes.set(section, shape);
  }
  return shapes;
}

function addKey(shape: Shape, [first = "", ...rest]: readonly string[], section: string | undefined): void {
  const [, name = "", list, optional] = /^(\w+)(\[\])?(\?)?$/.exec(first) ?? [];
  const member: Member = shape.keys.get(name) ?? {
    optional: optional !== undefined,
    isList: list !== undefined,
    shape: { keys: new Map() },
  };
  shape.keys.set(name, member);
  if (rest.length > 0) addKey(member.shape, rest, section);
  else if (section !== undefined) member.section = section;
}

/** How a value departs from what a section says: keys that are not documented, and documented ones that are not there. */
export function departures(shapes: DocumentedShapes, section: string, value: unknown, path = ""): readonly string[] {
  const shape = shapes.get(section);
  return shape === undefined ? [`no section ${section}`] : compare(shapes, shape, value, path);
}

function compare(shapes: DocumentedShapes, shape: Shape, value: unknown, path: string): readonly string[] {
  if (shape.keys.size === 0 || value === null) return [];
  if (typeof value !== "object") return [`${path} is no object`];
  const entries = Object.entries(value);
  const undocumented = entries.flatMap(([key]) => (shape.keys.has(key) ? [] : [`${path}.${key} is not documented`]));
  const missing = [...shape.keys].flatMap(([key, { optional }]) =>
    optional || Object.hasOwn(value, key) ? [] : [`${path}.${key} is documented and not there`],
  );
  const below = entries.flatMap(([key, inner]) => {
    const member = shape.keys.get(key);
    if (member === undefined) return [];
    const at = `${path}.${key}`;
    if (member.isList !== Array.isArray(inner) && inner !== null)
      return [`${at} is ${member.isList ? "no" : "a"} list`];
    const items: readonly unknown[] = Array.isArray(inner) ? inner : [inner];
    return items.flatMap((item) =>
      member.section === undefined
        ? compare(shapes, member.shape, item, at)
        : departures(shapes, member.section, item, at),
    );
  });
  return [...undocumented, ...missing, ...below];
}
