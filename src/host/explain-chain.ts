import { putQuestion } from "../broker/put-question.ts";
import type { Call } from "../calls/call.ts";
import { newId, type PluginRef, parseToolId, type ToolId } from "../calls/identifiers.ts";
import { limits } from "../calls/limits.ts";
import { type Cause, causes } from "../decisions/cause.ts";
import { combineVerdicts } from "../decisions/combine-verdicts.ts";
import type { PolicyInfo } from "../decisions/policy-info.ts";
import { evaluateAll } from "../explain/evaluate-all.ts";
import type { ChainStep, Explanation } from "../explain/explanation.ts";
import { capabilitiesOf } from "../explain/reach/capability.ts";
import { type ReachedPart, reachOf } from "../explain/reach/reach-of-capability.ts";
import { capabilityInWords } from "../explain/reach/say-capability.ts";
import type { Inspection } from "./inspect-workspace.ts";
import { reachParts } from "./reach-of-workspace.ts";

/**
 * Adds to the explanation of a tool's execution what it hangs on, and what each capability of its plugin would get from
 * this tool, for this agent, by the policies in force. Everything else is left as it is.
 */
export async function withChain(explanation: Explanation, inspection: Asked, nowMs: number): Promise<Explanation> {
  const { action, resource, principal } = explanation.request;
  const asked = action === "tool.execute" ? parseToolId(resource.id) : undefined;
  const standing = asked === undefined ? undefined : inspection.survey.inventory.plugin(asked.plugin);
  // Of a plugin that nobody knows there is nothing to tell; and without policies, nobody to ask.
  if (asked === undefined || standing === undefined || inspection.revision.sets.length === 0) return explanation;
  const { plugin, tool } = asked;
  const { inventory } = inspection.survey;
  const id = newId(nowMs);
  const via = { command: false, depth: 0 } as const;
  const register: Call = {
    ...{ id, root: id, via, action: "tool.register" },
    ...{ principal: { kind: "plugin", id: plugin }, ask: { plugin, tool } },
  };
  const prepare: Call = {
    ...{ id, root: id, via, action: "plugin.prepare" },
    ...{ principal: { kind: "agent", id: "host" }, ask: { plugin } },
  };
  const registration = await decide(register, inspection, nowMs);
  // What the agent's own program brings runs in it, and is not prepared.
  const isBuiltin = plugin.startsWith("builtin:");
  const preparation = isBuiltin ? undefined : await decide(prepare, inspection, nowMs);
  const sets = inspection.revision.sets;
  const parts = reachParts({
    ...inspection,
    sets,
    sources: inspection.sources,
    inventory,
    standing,
    isOneAgent: true,
    questionsMax: limits.chainQuestionsMax,
    nowMs,
  });
  const use = { plugin, tool: resource.id as ToolId, agent: principal.id };
  // All of the chain is of the present, and so is what it comes to.
  const { call, recorded } = explanation;
  const execution =
    call === undefined || recorded?.now === undefined ? answerOf(explanation) : await decide(call, inspection, nowMs);
  const capabilities: ChainStep[] = [];
  for (const capability of capabilitiesOf(standing, inventory)) {
    const words = capabilityInWords(capability);
    capabilities.push({ what: "capability", words, ...summed(await reachOf(capability, use, parts)) });
  }
  return {
    ...explanation,
    chain: [
      enablementOf(plugin, standing.version, registration),
      { what: "registration", words: `tool.register ${tool}`, ...registration },
      ...(preparation === undefined
        ? []
        : [{ what: "preparation", words: `plugin.prepare ${plugin}`, ...preparation } as const]),
      { what: "execution", words: `tool.execute ${tool} for ${principal.id}`, ...execution },
      ...capabilities,
    ],
  };
}

/** What the chain is asked of: the policies in force, and what is installed. */
type Asked = Pick<Inspection, "revision" | "survey" | "sources">;

type Answer = Pick<ChainStep, "answer" | "cause" | "by">;

async function decide(call: Call, { revision, survey }: Asked, nowMs: number): Promise<Answer> {
  const verdicts = await evaluateAll(revision.sets, putQuestion(call, survey.inventory, nowMs).request);
  const combined = combineVerdicts(verdicts);
  const by = verdicts.flatMap(({ determining }) => determining);
  return { answer: combined.kind, ...(combined.kind === "deny" && { cause: combined.causes[0] }), by };
}

function answerOf({ answer, cause, verdicts }: Explanation): Answer {
  const effect = answer === "allow" ? "permit" : "forbid";
  const by = verdicts.flatMap(({ determining }) => determining.filter((policy) => policy.effect === effect));
  return { answer, ...(cause !== undefined && { cause }), by };
}

/** What policy says of the plugin as it stands is the same for all that it asks: so its registration tells it. */
function enablementOf(plugin: PluginRef, version: string, { by }: Answer): ChainStep {
  const standing = by.filter(({ annotations }) => ofStanding.includes(annotations["cause"] as Cause));
  const cause = causes.find((one) => standing.some(({ annotations }) => annotations["cause"] === one));
  const words = `${plugin} ${version}`.trim();
  if (cause === undefined) return { what: "enablement", words, answer: "allow", by: [] };
  return { what: "enablement", words, answer: "deny", cause, by: standing };
}

const ofStanding: readonly Cause[] = ["untrusted-workspace", "not-enabled", "not-pinned"];

/** One answer for all parts of a capability: `depends` where they have more than one. */
function summed(parts: readonly ReachedPart[]): Answer {
  const [first] = parts;
  const answer = parts.every((part) => part.answer === first?.answer) ? (first?.answer ?? "deny") : "depends";
  const ofParts = parts.flatMap(({ by, permits, forbids }) => [
    ...by,
    ...permits.map(({ policy }) => policy),
    ...forbids.map(({ policy }) => policy),
  ]);
  const by = [...new Map(ofParts.map((policy): [string, PolicyInfo] => [policy.id, policy])).values()];
  const cause = answer === "deny" ? first?.cause : undefined;
  return { answer, ...(cause !== undefined && { cause }), by };
}
