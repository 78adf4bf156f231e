import type { EvaluationFailure } from "../../../errors/error-details.ts";

/** A module that gave no answer, or none that can be used. `message` goes on from its name. */
export class PolicyFault extends Error {
  readonly why: EvaluationFailure;
  constructor(why: EvaluationFailure, message: string) {
    super(message);
    this.why = why;
  }
}

/** A module that is not one for this host to run. `message` goes on from its name. */
export class PolicyRefusal extends Error {
  readonly remedy: string | undefined;
  constructor(message: string, remedy?: string) {
    super(message);
    this.remedy = remedy;
  }
}

/** Any end of a module's code, or of code that believes what it says, as one of the two. */
export function faultOf(error: unknown): PolicyFault | PolicyRefusal {
  if (error instanceof PolicyFault || error instanceof PolicyRefusal) return error;
  if (error instanceof WebAssembly.LinkError) return new PolicyRefusal("cannot be linked: it is not of OPA's ABI");
  if (error instanceof SyntaxError || error instanceof TypeError)
    return new PolicyFault("trap", "answered with rubbish");
  // What opa-wasm throws of its own is plain text: it could not read its input or its data.
  if (typeof error === "string") return new PolicyFault("trap", "could not read what it was given");
  // Growing past the maximum, and recursion without end, are both of this class.
  if (error instanceof RangeError) return new PolicyFault("memory", "ran out of memory or stack");
  return new PolicyFault("trap", "trapped");
}
