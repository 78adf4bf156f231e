import type { Action } from "../calls/powers.ts";
import { unspentWarrants } from "./unspent-warrants.ts";
import type { Warrant } from "./warrant.ts";

/** Makes a warrant out of its parts. Only the broker may call this; the layer rules hold it to that. */
export function issueWarrant<A extends Action>(parts: Warrant<A>): Warrant<A> {
  const warrant = Object.freeze({ ...parts });
  unspentWarrants.add(warrant);
  return warrant;
}
