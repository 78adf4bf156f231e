import { canonicalUrl } from "../calls/canonical-url.ts";
import { type AuthorizationRequest, type EntityRef, showEntity } from "../calls/value.ts";
import { exactConditions } from "../engines/cedar/exact-conditions.ts";
import { exactRequest } from "../engines/policy-exception.ts";

/**
 * A permit for exactly this principal, action and resource, and for exactly this method or place to send a secret to.
 * Of a folder only those entries are listed that may be listed themselves, so what is in it belongs to it.
 */
export function narrowestPermit(request: AuthorizationRequest): string {
  return permitFor(request, request.action === "fs.list" ? "in" : "==", request.resource);
}

/** The same for everything in the folder, or under the part of the URL, that the resource lies in; if it lies in one. */
export function permitAround(
  request: AuthorizationRequest,
): { readonly around: string; readonly policy: string } | undefined {
  const above = aboveOf(request.resource);
  return above === undefined ? undefined : { around: above.id, policy: permitFor(request, "in", above) };
}

function aboveOf({ type, id }: EntityRef): EntityRef | undefined {
  if (type === "Path") return id.includes("/") ? { type, id: id.slice(0, id.lastIndexOf("/")) } : undefined;
  if (type !== "Url") return undefined;
  const url = canonicalUrl(id);
  if (typeof url === "string" || url.segments.length === 0) return undefined;
  return { type, id: id.slice(0, id.lastIndexOf("/")) };
}

function permitFor(request: AuthorizationRequest, op: "==" | "in", resource: EntityRef): string {
  const name = `${request.action}-${resource.id}`.replace(/[^A-Za-z0-9]+/g, "-").slice(0, 80);
  const { conditions } = exactConditions(exactRequest(request), request);
  return `@id(${JSON.stringify(name)})
@reason("say here why this is allowed")
permit (
  principal == ${showEntity(request.principal)},
  action == Yoi::Action::"${request.action}",
  resource ${op} ${showEntity(resource)}
)${conditions.length === 0 ? "" : `\nwhen { ${conditions.join(" && ")} }`};
`;
}
