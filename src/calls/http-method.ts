import { limits } from "./limits.ts";

const token = /^[A-Z][A-Z0-9-]*$/;
// They open a tunnel, or have the server send back the request with what the host has put in; PRI is no method at all.
const refusedMethods: ReadonlySet<string> = new Set(["CONNECT", "TRACE", "TRACK", "PRI"]);
const safeMethods: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"]);

/** A method as it is sent, in upper case; `undefined` for what is none, and for CONNECT, TRACE and TRACK. */
export function canonicalMethod(text: string): string | undefined {
  return text.length <= limits.httpsMethodBytesMax && token.test(text) && !refusedMethods.has(text) ? text : undefined;
}

/** Whether a method asks for nothing to be changed (RFC 9110 §9.2.1). */
export function isSafeMethod(method: string): boolean {
  return safeMethods.has(method);
}
