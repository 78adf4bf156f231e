/** Why a call can be described but never allowed, whatever policy says of it. */
export interface Flaw {
  readonly cause: "schema-invalid" | "limit";
  readonly message: string;
}
