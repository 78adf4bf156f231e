import type { AuthorizationRequest, Value } from "../calls/value.ts";

/** Who asks for what, in the words that a call is said in; what a request came with besides is left to its context. */
export function requestInWords({ principal, action, resource, context }: AuthorizationRequest): string {
  const asked = `${principal.id} → ${action}`;
  switch (action) {
    case "https.request":
      // A method that is none has no canonical form.
      return `${asked} ${textOf(context["method"]) || "?"} ${resource.id}${hopOf(context["hop"])}`;
    case "network.connect":
      return `${asked} ${textOf(context["address"])} for ${textOf(context["behalf"])} ${resource.id}`;
    case "secret.use":
      return `${asked} ${resource.id} for ${textOf(context["url"])}`;
    default:
      return `${asked} ${resource.id}`;
  }
}

function textOf(value: Value | undefined): string {
  if (typeof value === "string") return value;
  if (typeof value !== "object") return "?";
  if ("ip" in value) return value.ip;
  return "entity" in value ? value.entity.id : "?";
}

/** A redirect is a request of its own that the plugin did not make itself. */
function hopOf(hop: Value | undefined): string {
  return typeof hop === "number" && hop > 0 ? ` (redirect ${hop} of a request)` : "";
}

/** The id of the plugin that a request concerns: the one that asks, or whose tool is called. */
export function pluginConcerned({ context }: AuthorizationRequest): string | undefined {
  const { plugin } = context;
  return typeof plugin === "object" && "record" in plugin ? entityIn(plugin.record["id"]) : undefined;
}

/** The names of the secrets that a request uses. */
export function secretsIn({ secrets }: AuthorizationRequest["context"]): readonly string[] {
  return Array.isArray(secrets) ? secrets.flatMap((one: Value) => entityIn(one) ?? []) : [];
}

/** The id of a value that is an entity. */
export function entityIn(value: Value | undefined): string | undefined {
  return typeof value === "object" && "entity" in value ? value.entity.id : undefined;
}
