import type { AuthorizationRequest } from "../../src/calls/value.ts";
import type { Obligation } from "../../src/decisions/obligation.ts";
import type { PolicyInfo } from "../../src/decisions/policy-info.ts";
import type { Verdict, VerdictEffect } from "../../src/decisions/verdict.ts";
import type { PreparedPolicies } from "../../src/engines/policy-engine.ts";

/** A policy with nothing but a name. */
export function policyNamed(name: string, effect: "permit" | "forbid", annotations = {}): PolicyInfo {
  const place = { file: "fake.cedar", line: 1, column: 1 };
  return { id: `fake.cedar#${name}`, name, engine: "fake", effect, layer: "workspace", place, annotations };
}

/** A verdict of the fake engine. */
export function verdictOf(effect: VerdictEffect, parts: Partial<Verdict> = {}): Verdict {
  return { engine: "fake", effect, determining: [], errors: [], obligations: [], considered: 1, total: 1, ...parts };
}

/** A verdict of permit that carries obligations. */
export function permitWith(...obligations: readonly Obligation[]): Verdict {
  return verdictOf("permit", { determining: [policyNamed("fake", "permit")], obligations });
}

/** A prepared set that answers what it is told to, and counts how often it was asked and disposed of. */
export function fakeSet(answer: (request: AuthorizationRequest) => Verdict | Promise<Verdict>, name = "fake") {
  const seen = { requests: [] as AuthorizationRequest[], disposed: 0 };
  const set: PreparedPolicies = {
    engine: name,
    digest: `sha256:${name}`,
    policies: [],
    async evaluate(request) {
      seen.requests.push(request);
      return answer(request);
    },
    trace: () => [],
    outline: () => [],
    except: () => undefined,
    dispose: () => void seen.disposed++,
  };
  return { set, seen };
}
