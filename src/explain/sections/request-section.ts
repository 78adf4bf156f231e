import { showValue } from "../../calls/show-value.ts";
import { type EntityRef, showEntity, type Value } from "../../calls/value.ts";
import { showJson } from "../../terminal/layout.ts";
import type { Explanation } from "../explanation.ts";
import type { Fact, Section } from "../report/report.ts";

/** The request as it was evaluated: the four parts, a tool's input, and what is known of every entity. */
export function requestSection({ request }: Explanation): Section {
  const { principal, action, resource, context, entities, toolInput } = request;
  const rows: readonly Fact[] = [
    entityFact("principal", principal),
    { label: "action", words: [{ code: `Yoi::Action::"${action}"` }] },
    entityFact("resource", resource),
    ...Object.entries(context).map(([name, value]) => valueFact(`context.${name}`, value)),
    ...(toolInput === undefined ? [] : [{ label: "tool input", words: [{ code: showJson(toolInput) }] }]),
  ];
  const known = entities
    .filter(({ attributes }) => Object.keys(attributes).length > 0)
    .map(({ uid, attributes }) => valueFact(showEntity(uid), { record: attributes }));
  return {
    title: "The request as it was evaluated",
    isFolded: true,
    blocks: [
      { kind: "facts", rows, indent: "  " },
      ...(known.length === 0
        ? []
        : [
            { kind: "line", words: "What is known of those that it names" } as const,
            { kind: "facts", rows: known, indent: "  " } as const,
          ]),
      {
        kind: "line",
        words:
          "Taken out: the values of a query, of headers and of secrets, and all bytes. Policies see names and lengths.",
        tone: "dim",
      },
    ],
  };
}

function entityFact(label: string, entity: EntityRef): Fact {
  return { label, words: [{ code: showEntity(entity) }] };
}

function valueFact(label: string, value: Value): Fact {
  return { label, words: [{ code: showValue(value) }] };
}
