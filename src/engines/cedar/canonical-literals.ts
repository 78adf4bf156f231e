import type { PolicyJson } from "@cedar-policy/cedar-wasm/nodejs";
import { isMountName, parseGuestPath } from "../../calls/guest-path.ts";
import { isAgentId, isSecretName, isToolName, parsePluginRef, parseToolId, sources } from "../../calls/identifiers.ts";
import type { Finding } from "../../errors/error-details.ts";
import { escapeText } from "../../errors/escape-text.ts";
import { suggestName } from "../../errors/suggest-name.ts";
import { domainFlaw, urlFlaw } from "./network-literals.ts";
import { didYouMean } from "./policy-annotations.ts";

interface Literal {
  readonly type: string;
  readonly id: string;
}

const groupId = /^[A-Za-z0-9_.@:/-]{1,128}$/;

/**
 * ATTACK: a literal that is not in the one form in which requests name things matches nothing, so its forbid is silent
 * (design: four ways in which a forbid fails to match). Every literal of scope and conditions is held to that form.
 */
export function literalFlaws(tree: PolicyJson): readonly { readonly literal: string; readonly finding: Finding }[] {
  const { principal, action, resource, conditions } = tree;
  return [...literalsIn([principal, action, resource, conditions])].flatMap((literal) => {
    const flaw = literalFlaw(literal);
    if (flaw === undefined) return [];
    const message = `\`${showLiteral(literal)}\` can match nothing: ${flaw.why}`;
    return [{ literal: `${literal.type}::${JSON.stringify(literal.id)}`, finding: { message, ...flaw.fix } }];
  });
}

/** What is wrong with an entity's id, in the form that requests use. */
export function literalFlaw({
  type,
  id,
}: Literal): { readonly why: string; readonly fix: { remedy?: string } } | undefined {
  switch (type) {
    case "Yoi::Path":
      return pathFlaw(id);
    case "Yoi::Plugin":
      return pluginFlaw(id);
    case "Yoi::Tool":
      return toolFlaw(id);
    case "Yoi::Url":
      return urlFlaw(id);
    case "Yoi::Domain":
      return domainFlaw(id);
    case "Yoi::Secret":
      return secretFlaw(id);
    case "Yoi::Agent":
      return isAgentId(id) ? undefined : { why: "an agent's id is 1 to 128 of A-Z a-z 0-9 _ . @ : -", fix: {} };
    case "Yoi::Group":
      return groupId.test(id) ? undefined : { why: "a group's id is 1 to 128 of A-Z a-z 0-9 _ . @ : / -", fix: {} };
    // Sources, actions and unknown types are the schema's to judge.
    default:
      return undefined;
  }
}

function pathFlaw(id: string) {
  if (isMountName(id)) return undefined;
  const parsed = parseGuestPath(id);
  if (typeof parsed !== "string") return undefined;
  const [mount = "", ...segments] = id
    .normalize("NFC")
    .split(/[\\/]+/)
    .filter((segment) => segment !== "" && segment !== ".");
  const meant = [mount.toLowerCase(), ...segments].join("/");
  const isBetter = isMountName(meant) || typeof parseGuestPath(meant) !== "string";
  return {
    why: parsed,
    fix: didYouMean(isBetter && !segments.includes("..") ? `Yoi::Path::${JSON.stringify(meant)}` : undefined),
  };
}

function pluginFlaw(id: string) {
  if (parsePluginRef(id) !== undefined) return undefined;
  const meant = meantPlugin(id);
  return {
    why: "a plugin's id begins with its source, as in `project:example.weather`",
    fix: didYouMean(meant === undefined ? undefined : `Yoi::Plugin::"${meant}"`),
  };
}

function toolFlaw(id: string) {
  if (parseToolId(id) !== undefined) return undefined;
  const slash = id.lastIndexOf("/");
  const [plugin, tool] = [id.slice(0, Math.max(0, slash)), id.slice(slash + 1)];
  const meant = slash > 0 && isToolName(tool) ? meantPlugin(plugin) : undefined;
  return {
    why: "a tool's id is its plugin, a slash and its name, as in `project:example.weather/get_weather`",
    fix: didYouMean(meant === undefined ? undefined : `Yoi::Tool::"${meant}/${tool}"`),
  };
}

function secretFlaw(id: string) {
  if (isSecretName(id)) return undefined;
  const meant = id.toLowerCase().replace(/[_. ]/g, "-");
  return {
    why: "a secret's name is 1 to 64 of a-z 0-9 -, beginning with a letter",
    fix: didYouMean(isSecretName(meant) ? `Yoi::Secret::"${meant}"` : undefined),
  };
}

function meantPlugin(id: string): string | undefined {
  const colon = id.indexOf(":");
  const source = colon < 0 ? "project" : suggestName(id.slice(0, colon).trim(), sources);
  const meant = `${source}:${id.slice(colon + 1).trim()}`;
  return source !== undefined && parsePluginRef(meant) !== undefined ? meant : undefined;
}

function showLiteral({ type, id }: Literal): string {
  return `${type}::"${escapeText(id, 128)}"`;
}

// Scopes keep an entity as `entity` or `entities`, conditions as `{ __entity }`: in all of them it is an object of two
// strings, and nothing else in the tree is.
/** Every entity that a part of a policy's tree names. */
export function* literalsIn(node: unknown): Generator<Literal> {
  if (typeof node !== "object" || node === null) return;
  const { type, id } = node as { readonly type?: unknown; readonly id?: unknown };
  if (typeof type === "string" && typeof id === "string") yield { type, id };
  else for (const below of Object.values(node)) yield* literalsIn(below);
}
