import { showEntity } from "../../calls/value.ts";
import { obligationKinds } from "../../decisions/obligation.ts";
import type { PolicyInfo } from "../../decisions/policy-info.ts";
import { withId } from "../../engines/cedar/narrow-policy.ts";
import type { PolicyOutline } from "../../engines/policy-outline.ts";
import { escapeText } from "../../errors/escape-text.ts";
import { policyTitle } from "../policy-title.ts";
import type { NarrowedPermit } from "./narrow-permits.ts";

/** A suggested permit, as it would stand in a file. */
export interface SuggestedPermit {
  readonly id: string;
  readonly text: string;
  /** How many recorded calls it is for. */
  readonly calls: number;
  /** The permit in force that it is a part of, by id. */
  readonly narrows: string;
  /** Whether it is all of that. */
  readonly whole: boolean;
}

/** A permit that stays in its own words, and for how many recorded calls. */
export interface KeptPermit {
  readonly outline: PolicyOutline;
  readonly calls: number;
}

/**
 * Writes permits as Cedar, each with a name of its own: first what is narrowed, with a reason and the obligations of what
 * it is a part of, then what stays.
 */
export function writePermits(
  narrowed: readonly NarrowedPermit[],
  kept: readonly KeptPermit[],
): readonly SuggestedPermit[] {
  const taken = new Set<string>();
  const named = (name: string) => {
    const id = freeName(name, taken);
    taken.add(id);
    return id;
  };
  const own = kept.map(({ outline: { policy, text }, calls }): SuggestedPermit => {
    const written = policy.annotations["id"];
    const id = named(written ?? `permit-${policy.name}`);
    return { id, text: `${id === written ? text : withId(text, id)}\n`, calls, narrows: policy.id, whole: true };
  });
  const parts = narrowed
    .toSorted((one, other) => (orderOf(one) < orderOf(other) ? -1 : 1))
    .map((permit): SuggestedPermit => {
      const id = named(nameOf(permit));
      return { id, text: textOf(id, permit), calls: permit.calls.length, narrows: permit.of.id, whole: false };
    });
  return [...parts, ...own];
}

function orderOf({ principal, actions, resource }: NarrowedPermit): string {
  return JSON.stringify([principal, actions, resource]);
}

function textOf(id: string, { of, principal, actions, resource, clauses, calls }: NarrowedPermit): string {
  const [only] = actions;
  const named = actions.map((action) => `Yoi::Action::"${action}"`).join(", ");
  return `@id(${JSON.stringify(id)})
@reason(${JSON.stringify(reasonOf(of, calls))})
${boundsOf(of)}permit (
  principal == ${showEntity(principal)},
  action ${actions.length === 1 ? `== Yoi::Action::"${only}"` : `in [${named}]`},
  resource ${resource.op} ${showEntity(resource.entity)}
)${clauses === "" ? "" : `\n${clauses}`};
`;
}

function reasonOf({ id }: PolicyInfo, calls: NarrowedPermit["calls"]): string {
  const days = calls.map(({ at }) => at.slice(0, 10)).toSorted();
  const [first = "", last = ""] = [days[0], days.at(-1)];
  const count = calls.length === 1 ? "1 call" : `${calls.length} calls`;
  const period = first === last ? `on ${first}` : `from ${first} to ${last}`;
  return `${count} ${period}; a part of ${escapeText(policyTitle(id), 100)}`;
}

// Of Rego, what obliges goes on obliging, whoever permits.
function boundsOf({ engine, annotations }: PolicyInfo): string {
  if (engine !== "cedar") return "";
  const kept = obligationKinds.flatMap((name) => {
    const text = annotations[name];
    return text === undefined ? [] : [`@${name}(${JSON.stringify(text)})\n`];
  });
  return kept.join("");
}

const nameLengthMax = 80;

function nameOf({ principal, actions, resource }: NarrowedPermit): string {
  const [action = ""] = actions;
  const who = principal.id.slice(principal.id.indexOf(":") + 1);
  const what = resource.entity.id.replace(/^[a-z]+:(\/\/)?/, "");
  const name = [who, actions.length === 1 ? action : action.slice(0, action.indexOf(".")), what]
    .join("-")
    .replace(/[^A-Za-z0-9]+/g, "-");
  return name.slice(0, nameLengthMax).replace(/^-|-$/g, "");
}

function freeName(name: string, taken: ReadonlySet<string>): string {
  if (!taken.has(name)) return name;
  for (let number = 2; ; number++) if (!taken.has(`${name}-${number}`)) return `${name}-${number}`;
}
