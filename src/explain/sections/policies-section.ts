import type { PolicyEffect, PolicyInfo } from "../../decisions/policy-info.ts";
import type { PolicyTrace, TraceNode } from "../../decisions/trace.ts";
import type { Verdict } from "../../decisions/verdict.ts";
import type { Explanation, Misfit } from "../explanation.ts";
import type { Block, Mark, Note, Section, TreeNode } from "../report/report.ts";

type Fold = Extract<Block, { readonly kind: "fold" }>;

// So many tell enough; what is further away, or denies as well, is folded.
const missesShown = 3;
const standingShown = 10;

/** The policies that decided, or came nearest to it, each with how its clauses came out. */
export function policiesSection(explanation: Explanation): Section {
  return { title: "The policies", isPlain: true, blocks: [...lookedAt(explanation), ...policyBlocks(explanation)] };
}

function lookedAt({ verdicts, traces }: Explanation): readonly Block[] {
  const total = verdicts.reduce((sum, verdict) => sum + verdict.total, 0);
  const of = (effect: PolicyEffect) => traces.filter(has(effect)).length;
  const [permits, forbids, obliges] = [of("permit") + leftOut(traces), of("forbid"), of("oblige")];
  const others = total - permits - forbids - obliges;
  const rest = others > 0 ? ` The other ${others} cannot apply to this call.` : "";
  const limiting = obliges > 0 ? [count(obliges, "obligation")] : [];
  const words = `Considered: ${[count(permits, "permit"), count(forbids, "forbid"), ...limiting].join(", ")}.${rest}`;
  const failures = verdicts.flatMap((verdict) => verdict.errors.filter((error) => error.policy === undefined));
  return [
    { kind: "line", words, tone: "dim" },
    ...failures.map(({ message }) => ({ kind: "line", mark: "error", words: message, tone: "warn" }) as const),
    { kind: "gap" },
  ];
}

function policyBlocks({ traces, nearest, misfits, verdicts, cause, answer }: Explanation): readonly Block[] {
  // An engine that gave no answer at all has said nothing of its policies.
  const isSilent = verdicts.some(({ errors }) => errors.some(({ policy }) => policy === undefined));
  const order = (trace: PolicyTrace) => nearest.indexOf(trace.policy.id);
  const permits = traces.filter(has("permit"));
  const forbids = traces.filter(has("forbid"));
  const isBeside = ({ policy }: PolicyTrace) =>
    cause === "schema-invalid" && policy.annotations["cause"] === "undeclared";
  const standing = forbids.filter((trace) => trace.value !== "false");
  const applied = permits.filter((trace) => trace.value === "true");
  // Nothing limits what is denied; but what cannot be evaluated denies.
  const isAllowed = answer === "allow";
  const [obliging, unobliged] = partition(traces.filter(has("oblige")), ({ value }) =>
    isAllowed ? value === "true" : value === "error",
  );
  const missed = permits.filter((trace) => trace.value !== "true").sort((one, other) => order(one) - order(other));
  const node = (trace: PolicyTrace) => policyNode(trace, misfits);
  const further = standing.slice(standingShown).map(node);
  const tree = [
    ...standing.slice(0, standingShown).map((trace) => ({ ...node(trace), ...(isBeside(trace) && { isQuiet: true }) })),
    ...untraced(verdicts, traces),
    ...[...applied, ...obliging].map(node),
  ];
  // With a forbid in the way, what no permit said is beside the point.
  const isSettled = tree.some(({ isQuiet }) => isQuiet !== true);
  const shown = isSettled ? [] : missed.slice(0, missesShown);
  const furtherMissed = missed.slice(shown.length);
  const idle = forbids.filter((trace) => trace.value === "false");
  const isUnspoken = missed.length + applied.length === 0 && !isSettled && !isSilent;
  return [
    { kind: "tree", nodes: [...tree, ...shown.map(node)] },
    ...(further.length > 0 ? [foldOf(`${further.length} more that deny as well`, further)] : []),
    ...furtherMisses(furtherMissed.map(node), leftOut(traces), isSettled),
    ...(isUnspoken ? [{ kind: "line", mark: "false", words: "no permit speaks of this action at all" } as const] : []),
    ...(standing.length === 0 && !isSilent
      ? [{ ...foldOf(`no forbid stands in the way (${idle.length} looked at)`, idle.map(node)), mark: "true" } as const]
      : []),
    ...(standing.length > 0 && idle.length > 0
      ? [{ ...foldOf(`${count(idle.length, "forbid")} that did not apply`, idle.map(node)), isQuiet: true }]
      : []),
    ...(unobliged.length > 0
      ? [
          {
            ...foldOf(
              `${count(unobliged.length, "obligation")} ${isAllowed ? "that did not apply" : "to what is allowed"}`,
              unobliged.map(node),
            ),
            isQuiet: !isAllowed,
          },
        ]
      : []),
  ];
}

function furtherMisses(nodes: readonly TreeNode[], unseen: number, isQuiet: boolean): readonly Block[] {
  const number = nodes.length + unseen;
  if (number === 0) return [];
  const { blocks, ...folded } = foldOf(
    `${number} more ${number === 1 ? "permit" : "permits"} that did not apply`,
    nodes,
  );
  const rest = { kind: "line", words: `and ${count(unseen, "permit")} further away`, tone: "dim" } as const;
  return [{ ...folded, blocks: unseen === 0 ? blocks : [...blocks, rest], ...(isQuiet && { isQuiet }) }];
}

function foldOf(summary: string, nodes: readonly TreeNode[]): Fold {
  return { kind: "fold", summary, blocks: nodes.length === 0 ? [] : [{ kind: "tree", nodes }] };
}

/** What decided and has no trace: what was compiled elsewhere has no sources to take apart. */
function untraced(verdicts: readonly Verdict[], traces: readonly PolicyTrace[]): readonly TreeNode[] {
  const traced = new Set(traces.map(({ policy }) => policy.id));
  return verdicts.flatMap(({ determining, errors }) => {
    const decided = new Map(determining.map((policy) => [policy.id, { policy, mark: markOf(policy, "true") }]));
    for (const { policy } of errors) if (policy !== undefined) decided.set(policy.id, { policy, mark: "error" });
    return [...decided.values()]
      .filter(({ policy }) => !traced.has(policy.id))
      .map(({ policy, mark }) => ({
        ...titleOf(policy, mark),
        children: [{ words: "it was compiled, so its conditions cannot be shown" }],
      }));
  });
}

function policyNode({ policy, value, clauses }: PolicyTrace, misfits: readonly Misfit[]): TreeNode {
  const failing = clauses.filter((clause) => clause.value !== "true");
  const own = misfits.filter((one) => one.policy === policy.name && isSamePlace(one, policy));
  return {
    ...titleOf(policy, markOf(policy, value)),
    children: [
      ...clauses.map((clause) => ({
        ...clauseNode(clause),
        ...(failing.length > 0 && isTrivial(clause) && { isQuiet: true }),
      })),
      ...own.map(({ message, remedy }) => ({
        mark: "attention" as const,
        words: message,
        ...(remedy !== undefined && { notes: [{ words: remedy }] }),
      })),
    ],
  };
}

function titleOf(policy: PolicyInfo, mark: Mark): TreeNode {
  const { file, line, column } = policy.place;
  const { reason, id: _id, ...others } = policy.annotations;
  const notes: readonly Note[] = [
    ...(reason === undefined ? [] : [{ words: `"${reason}"` }]),
    ...Object.entries(others).map(([name, text]) => ({
      words: [{ code: `@${name}(${JSON.stringify(text)})` }],
      tone: "dim" as const,
      isFolded: true,
    })),
  ];
  // A forbid that holds is no good news, whatever its mark looks like.
  const words = [`${policy.effect} `, { name: policy.name }, ...(mark === "forbids" ? [", which applies"] : [])];
  return { mark, words, cells: [[{ code: `${file}:${line}:${column}` }]], notes };
}

function clauseNode(node: TraceNode): TreeNode {
  const prefix = node.kind === "when" || node.kind === "unless" ? `${node.kind} ` : "";
  const isScopeMet = node.value === "true" && node.kind === "scope";
  const read: readonly Note[] =
    node.actual === undefined || isScopeMet
      ? []
      : [
          { label: "this is", words: [{ code: node.actual }], tone: "dim" },
          ...(node.inside === undefined
            ? []
            : [{ label: "inside", words: [{ code: node.inside }], tone: "dim" } as const]),
        ];
  return {
    mark: node.value,
    words: [prefix, { code: node.text }],
    notes: [
      ...(node.error === undefined ? [] : [{ words: node.error, tone: "warn" } as const]),
      ...read,
      // Its mark is that of what stands in it: a reader would take it for a clause that is met.
      ...(node.kind === "unless" && node.value === "true" ? [{ words: "true, so the policy does not apply" }] : []),
    ],
    children: node.children.map(clauseNode),
    // A clause that failed shows what the request has; one that holds says so only on request.
    ...(node.value === "true" && node.children.length > 0 && { isFolded: true }),
  };
}

function markOf({ effect }: PolicyInfo, value: PolicyTrace["value"]): Mark {
  if (effect !== "forbid" || value === "error") return value;
  return value === "true" ? "forbids" : "idle";
}

function partition<One>(all: readonly One[], isFirst: (one: One) => boolean): readonly [One[], One[]] {
  return [all.filter(isFirst), all.filter((one) => !isFirst(one))];
}

function has(effect: PolicyEffect): (trace: PolicyTrace) => boolean {
  return ({ policy }) => policy.effect === effect;
}

function isSamePlace({ place }: Misfit, policy: PolicyInfo): boolean {
  return place.file === policy.place.file && place.line === policy.place.line;
}

/** A scope clause that constrains nothing says nothing. */
function isTrivial(clause: TraceNode): boolean {
  return clause.kind === "scope" && /^(principal|action|resource)$/.test(clause.text);
}

function leftOut(traces: readonly PolicyTrace[]): number {
  return traces.reduce((sum, trace) => sum + (trace.leftOut ?? 0), 0);
}

function count(number: number, what: "permit" | "forbid" | "obligation"): string {
  return `${number} ${number === 1 ? what : `${what}s`}`;
}
