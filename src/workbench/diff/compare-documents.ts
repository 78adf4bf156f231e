import type { PolicySources } from "../../engines/policy-engine.ts";

/** A file that is not the same in two sets, and that has no policies of its own that could be taken apart. */
export interface TouchedDocument {
  readonly change: "added" | "removed" | "changed";
  readonly kind: "bundle" | "entities" | "data";
  readonly file: string;
}

/** The bundles and the documents that one set has and the other has not, or not as such. */
export function compareDocuments(before: PolicySources, after: PolicySources): readonly TouchedDocument[] {
  return (["bundle", "entities", "data"] as const).flatMap((kind) => {
    const [former, present] = [textsOf(kind, before), textsOf(kind, after)];
    const files = [...new Set([...former.keys(), ...present.keys()])].toSorted();
    return files.flatMap((file): readonly TouchedDocument[] => {
      const [was, is] = [former.get(file), present.get(file)];
      if (was === is) return [];
      return [{ change: was === undefined ? "added" : is === undefined ? "removed" : "changed", kind, file }];
    });
  });
}

function textsOf(
  kind: TouchedDocument["kind"],
  { policies, entities = [], data = [] }: PolicySources,
): ReadonlyMap<string, string> {
  const bundles = policies.filter(({ language }) => language === "bundle");
  const files = { bundle: bundles, entities, data }[kind];
  return new Map(files.map(({ file, text }) => [file, text]));
}
