import { type AuthorizationRequest, type EntityRef, showEntity } from "../calls/value.ts";

/** A piece of a policy file, and what would stand in its place. `line` is where the piece begins. */
export interface TextChange {
  readonly file: string;
  readonly line: number;
  readonly before: string;
  readonly after: string;
}

/** What tells one request from others, for a policy that is to speak of it alone. */
export interface ExactRequest {
  readonly principal: EntityRef;
  readonly action: string;
  readonly resource: EntityRef;
  /** Of a request: its method. */
  readonly method?: string;
  /** Of the use of a secret: where it is to be sent. */
  readonly url?: EntityRef;
}

/** Reduces a request to what a policy would name to mean it. */
export function exactRequest({ principal, action, resource, context }: AuthorizationRequest): ExactRequest {
  const { method, url } = context;
  return {
    principal,
    action,
    resource,
    ...(action === "https.request" && typeof method === "string" && { method }),
    ...(action === "secret.use" && typeof url === "object" && "entity" in url && { url: url.entity }),
  };
}

/** What holds of exactly this beyond its principal, action and resource, in Cedar; nothing where that is all. */
export function cedarConditions({ method, url }: ExactRequest): readonly string[] {
  return [
    ...(method === undefined ? [] : [`context.method == ${JSON.stringify(method)}`]),
    ...(url === undefined ? [] : [`context.url == ${showEntity(url)}`]),
  ];
}
