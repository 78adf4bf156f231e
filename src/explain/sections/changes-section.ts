import type { Cause } from "../../decisions/cause.ts";
import type { PolicyInfo } from "../../decisions/policy-info.ts";
import type { Explanation, PolicyEdit, RequestChange, RequestChanges, Suggestion } from "../explanation.ts";
import type { Block, Note, Part, Section, TreeNode, Words } from "../report/report.ts";

const allowed = { cells: ["→ allowed ✓"], cellTone: "good" } as const;

/** Of a denial: the smallest changes that would be allowed, of the request and of policy, or that none is. */
export function changesSection(explanation: Explanation): Section {
  const { cause, changes, refused, suggestions } = explanation;
  // Where there is no set to ask, nothing was tried.
  if (cause === undefined || refused !== undefined) return { title: "", blocks: [] };
  const isAllowed = suggestions.some(({ allows }) => allows) || (changes?.allowed.length ?? 0) > 0;
  const ofPolicy = policyBlocks(explanation);
  // Where there was nothing to try, neither in the request nor in the policies, there is nothing to tell.
  const isTried = changes !== undefined && (changes.tried > 0 || ofPolicy.length > 0);
  return {
    title: isAllowed ? "One change away" : "What was tried",
    blocks: [...(isTried ? requestBlocks(changes, cause) : []), ...ofPolicy],
  };
}

function requestBlocks({ allowed: found, tried, standing }: RequestChanges, cause: Cause): readonly Block[] {
  if (found.length > 0) return [{ kind: "tree", nodes: found.map(changeNode), indent: "  " }];
  // What is malformed is declared nowhere, and that says no more of it.
  const others = standing.filter(
    ({ annotations }) => cause !== "schema-invalid" || annotations["cause"] !== "undeclared",
  );
  const held = tried === 0 || others.length === 0 ? [] : ["; held back each time by ", ...namesOf(others)];
  const none =
    tried === 0
      ? "no other request comes near this one"
      : tried === 1
        ? "the one request nearby is not allowed either"
        : `none of the ${tried} requests nearby is allowed`;
  return [{ kind: "tree", nodes: [{ label: "the request", words: [none, ...held] }], indent: "  " }];
}

function changeNode({ parts, words }: RequestChange): TreeNode {
  const said = parts.flatMap(({ what, from, to }, index) => [
    `${index === 0 ? "" : ", and "}${what} `,
    shown(to),
    " instead of ",
    shown(from),
  ]);
  const notes = words === undefined ? [] : [{ words: [{ code: commandOf(words) }], tone: "dim" } as const];
  return { label: "the request", words: said, notes, ...allowed };
}

function shown(value: string): Part {
  return value === "" ? "nothing" : { code: value };
}

function commandOf(words: readonly string[]): string {
  // A path may begin as an option does.
  const asked = words.some((word) => word.startsWith("-")) ? ["--", ...words] : words;
  return ["yoi", "plugin", "explain", ...asked.map(quoted)].join(" ");
}

/** A word as a shell takes it. */
function quoted(word: string): string {
  return /^[\w.:/@%+=,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

function policyBlocks({ cause, suggestions, verdicts }: Explanation): readonly Block[] {
  if (suggestions.length > 0) return suggestions.flatMap((one, index) => suggestionBlocks(one, index === 0));
  const isOfPolicies = cause === "no-permit" || cause === "explicit-forbid" || cause === "engine-error";
  if (!isOfPolicies) return [];
  const shipped = verdicts
    .flatMap(({ determining }) => determining)
    .filter(({ layer, effect }) => layer === "invariant" && effect === "forbid");
  const none: readonly Part[] =
    shipped.length > 0
      ? ["none can lift ", ...namesOf(shipped), ", which ships with Yoi and holds for everybody"]
      : ["no change was found that would be allowed"];
  return [{ kind: "tree", nodes: [{ label: "the policy", words: none }], indent: "  " }];
}

function suggestionBlocks(suggestion: Suggestion, isFirst: boolean): readonly Block[] {
  const { title, edits, allows, standing, newly } = suggestion;
  const still: Note = {
    words: ["still denied by ", ...standing.flatMap((name, index) => (index === 0 ? [{ name }] : [", ", { name }]))],
    tone: "bad",
  };
  const notes: readonly Note[] = [
    ...(standing.length > 0 ? [still] : []),
    ...(newly === undefined ? [] : [{ words: reachOf(newly) }]),
  ];
  const outcome = allows ? allowed : ({ cells: ["→ still denied"], cellTone: "bad" } as const);
  const node: TreeNode = { label: "the policy", words: title, notes, ...outcome };
  const texts = edits.map(editBlock);
  return [
    { kind: "tree", nodes: [node], indent: "  " },
    ...(isFirst ? texts : [{ kind: "fold", summary: "the text of this policy", blocks: texts } as const]),
  ];
}

function whereOf(edit: PolicyEdit): Words {
  return edit.kind === "add" ? ["in a new file ", { code: edit.file }] : ["in ", { code: `${edit.file}:${edit.line}` }];
}

/** How wide a change is, by what was denied of the same action: the one that is explained may be among them. */
function reachOf({ allowed: others, of }: NonNullable<Suggestion["newly"]>): string {
  if (of === 0) return "no other denied call is on record";
  if (of === 1) return `${others === 0 ? "would not have" : "would also have"} allowed the one other denied like this`;
  const count = others === 0 ? "none" : others.toLocaleString("en");
  return `would also have allowed ${count} of the last ${of.toLocaleString("en")} denied like this`;
}

function editBlock(edit: PolicyEdit): Block {
  if (edit.kind === "add") {
    return { kind: "code", caption: whereOf(edit), language: languageOf(edit.file), text: edit.text };
  }
  const { file, line, before, after } = edit;
  return { kind: "diff", file, line, before, after };
}

function languageOf(file: string): string {
  return /\.(cedar|rego|toml)$/.exec(file)?.[1] ?? "";
}

function namesOf(policies: readonly PolicyInfo[]): readonly Part[] {
  return policies.flatMap(({ name }, index) => (index === 0 ? [{ name }] : [", ", { name }]));
}
