/** Plain JSON, as tools take and give it. Objects of untrusted origin have a null prototype or own keys only. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}
