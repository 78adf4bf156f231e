import type { Finding } from "../errors/error-details.ts";

/** Text as it is laid out, or why that was not done. */
export type FormattedText = { readonly text: string } | { readonly findings: readonly Finding[] };
