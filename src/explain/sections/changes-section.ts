import type { Cause } from "../../decisions/cause.ts";
import type { PolicyInfo } from "../../decisions/policy-info.ts";
import { escapeText } from "../../errors/escape-text.ts";
import { grouped } from "../../terminal/layout.ts";
import type { Explanation, PolicyEdit, RequestChange, RequestChanges, Suggestion } from "../explanation.ts";
import type { Block, Note, Part, Section, TreeNode, Words } from "../report/report.ts";

const allowed = { cells: ["→ allowed ✓"], cellTone: "good" } as const;

const allowedByNow: Block = {
  kind: "tree",
  nodes: [{ label: "the same call", words: "as policies and plugins are now", ...allowed }],
  indent: "  ",
};

/** Of a denial: the smallest changes that would be allowed, of the request and of policy, or that none is. */
export function changesSection(explanation: Explanation): Section {
  const { cause, changes, recorded, refused, suggestions } = explanation;
  // Where there is no set to ask, nothing was tried.
  if (cause === undefined || refused !== undefined || recorded?.now === "refused") return { title: "", blocks: [] };
  if (recorded?.now === "allow") return { title: "What has changed since", blocks: [allowedByNow] };
  const isAllowed = suggestions.some(({ allows }) => allows) || (changes?.allowed.length ?? 0) > 0;
  const ofPolicy = policyBlocks(explanation);
  // Where there was nothing to try, neither in the request nor in the policies, there is nothing to tell.
  const isTried = changes !== undefined && (changes.tried > 0 || ofPolicy.length > 0);
  return {
    title:
      (isAllowed ? "One change away" : "What was tried") + (recorded?.now === undefined ? "" : ", as things are now"),
    blocks: [...(isTried ? requestBlocks(changes, cause) : []), ...ofPolicy],
  };
}

function requestBlocks(
  { allowed: found, tried, unfinished, standing }: RequestChanges,
  cause: Cause,
): readonly Block[] {
  if (found.length > 0) return found.flatMap(changeBlocks);
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
        : `none of the ${unfinished ? "first " : ""}${tried} requests nearby is allowed`;
  return [
    {
      kind: "tree",
      nodes: [
        {
          label: "the request",
          words: [none, ...held, ...(unfinished ? ["; there are more, which were not looked at"] : [])],
        },
      ],
      indent: "  ",
    },
  ];
}

function changeBlocks({ parts, words }: RequestChange): readonly Block[] {
  const said = parts.flatMap(({ what, from, to }, index) => [
    `${index === 0 ? "" : ", and "}${what} `,
    shown(to),
    " instead of ",
    shown(from),
  ]);
  const node: TreeNode = { label: "the request", words: said, ...allowed };
  return [
    { kind: "tree", nodes: [node], indent: "  " },
    ...(words === undefined ? [] : [{ kind: "code", language: "sh", text: commandOf(words) } as const]),
  ];
}

function shown(value: string): Part {
  return value === "" ? "nothing" : { code: value };
}

const commandColumns = 74;

/**
 * The command that asks about a call, over several lines where it has to be. There is none where a character is shown
 * otherwise than it is: it would ask something else.
 * ATTACK: a guest chooses the words. Wrapped like other text, the second line would be a command of its own (threats 34).
 */
function commandOf(words: readonly string[]): string {
  if (words.some((word) => escapeText(word, word.length) !== word)) return "# no command: not all of it can be seen";
  // A path may begin as an option does.
  const asked = words.some((word) => word.startsWith("-")) ? ["--", ...words] : words;
  const lines = ["yoi plugin explain"];
  for (const word of asked.map(quoted)) {
    const longer = `${lines.at(-1)} ${word}`;
    if (longer.length > commandColumns) lines.push(`  ${word}`);
    else lines[lines.length - 1] = longer;
  }
  return lines.join(" \\\n");
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
  const count = others === 0 ? "none" : grouped(others);
  return `would also have allowed ${count} of the last ${grouped(of)} denied like this`;
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
