import type { AuthorizationRequest } from "../calls/value.ts";
import type { PolicyTrace } from "../decisions/trace.ts";
import type { PreparedPolicies } from "../engines/policy-engine.ts";

/** How every policy that could apply comes out, by every engine. */
export async function traceAll(
  sets: readonly PreparedPolicies[],
  request: AuthorizationRequest,
): Promise<readonly PolicyTrace[]> {
  return (await Promise.all(sets.map((set) => set.trace(request)))).flat();
}
