import { escapeText } from "../errors/escape-text.ts";

/** The path of an object's member: `$.city`, or `$["a key"]` where the key is not a plain name. */
export function memberPath(path: string, key: string): string {
  if (/^[A-Za-z_$][A-Za-z0-9_$-]*$/.test(key) && key.length <= 64) return `${path}.${key}`;
  return `${path}[${JSON.stringify(escapeText(key, 64))}]`;
}

/** The path of an array's element: `$.list[3]`. */
export function elementPath(path: string, element: number): string {
  return `${path}[${element}]`;
}
