import type { Action, Powers } from "../calls/powers.ts";
import type { Warrant } from "../warrants/warrant.ts";

/** Does one thing, for one warrant, with no opinion of its own. */
export type Effector<A extends Action> = (warrant: Warrant<A>) => Promise<Powers[A]["yields"]>;

/** An action with no effector is denied, so leaving one out is a configuration and not a crash. */
export type Effectors = { readonly [A in Action]?: Effector<A> };
