import { z } from "zod";
import type { PolicyEngine, PolicySources } from "../engines/policy-engine.ts";
import { YoiError } from "../errors/yoi-error.ts";
import type { PolicyRevision } from "./policy-revision.ts";
import { prepareRevision } from "./prepare-revision.ts";

const place = z.strictObject({ file: z.string(), line: z.number(), column: z.number() });
const document = z.strictObject({ file: z.string(), layer: z.enum(["user", "workspace"]), text: z.string() });
const kept = z.strictObject({
  policies: z.array(
    z.strictObject({
      file: z.string(),
      layer: z.enum(["invariant", "user", "workspace", "grant"]),
      language: z.enum(["cedar", "rego", "bundle"]),
      text: z.string(),
      origin: place.exactOptional(),
    }),
  ),
  entities: z.array(document).exactOptional(),
  data: z.array(document).exactOptional(),
});

/** A policy set as a journal keeps it, prepared again. */
export interface KeptRevision {
  readonly sources: PolicySources;
  readonly revision: PolicyRevision;
}

/** Prepares a kept set; nothing where its text is damaged, or this version refuses it. Whether it is the one that was in force, its digest says. */
export async function prepareKept(text: string, engines: readonly PolicyEngine[]): Promise<KeptRevision | undefined> {
  const sources = kept.safeParse(parsed(text)).data;
  if (sources === undefined) return undefined;
  try {
    return { sources, revision: await prepareRevision(engines, sources) };
  } catch (error) {
    if (YoiError.is(error, "YOI_POLICY_INVALID")) return undefined;
    throw error;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
