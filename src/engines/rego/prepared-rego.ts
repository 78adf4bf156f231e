import { createHash } from "node:crypto";
import type { AuthorizationRequest } from "../../calls/value.ts";
import { failedVerdict, type Verdict } from "../../decisions/verdict.ts";
import { YoiError } from "../../errors/yoi-error.ts";
import type { PreparedPolicies } from "../policy-engine.ts";
import { exceptRequest } from "./except-request.ts";
import { engineName, fromRegoAnswers, policiesOf } from "./from-rego-answer.ts";
import type { OpaProgram } from "./opa/opa-program.ts";
import { outlineUnits } from "./outline-units.ts";
import type { PreparedUnit } from "./prepare-units.ts";
import { runTests } from "./run-tests.ts";
import { toRegoInput } from "./to-rego-input.ts";
import { traceUnit } from "./trace-units.ts";

/** The units of a whole set, loaded and ready to answer. Without any, it abstains, and nothing runs for it. */
export function preparedRego(set: {
  readonly units: readonly PreparedUnit[];
  readonly opa: OpaProgram;
  readonly version: string;
}): PreparedPolicies {
  const { units, opa } = set;
  const policies = units.flatMap(({ rules, layer }) => policiesOf(rules ?? [], layer));
  let disposed = false;

  const evaluate = async (request: AuthorizationRequest): Promise<Verdict> => {
    if (disposed) return failedVerdict(engineName, "the policy set was put away");
    const input = toRegoInput(request);
    const answers = units.map(async (unit) => ({ unit, answer: await unit.loaded.evaluate(input) }));
    // FAIL-CLOSED: one unit that gives no answer is an error of the whole engine, whatever the others say.
    return fromRegoAnswers(await Promise.all(answers), policies.length);
  };

  return {
    engine: engineName,
    digest: digestOf(set.version, units),
    policies,
    evaluate: (request) =>
      units.length === 0
        ? nothingSaid
        : evaluate(request).catch((error: unknown) => ({
            ...failedVerdict(engineName, whyFailed(error)),
            considered: policies.length,
            total: policies.length,
          })),
    trace: async (request) => {
      if (units.length === 0) return [];
      const input = toRegoInput(request);
      return (await Promise.all(units.map((unit) => traceUnit(unit, opa, input)))).flat();
    },
    outline: () => outlineUnits(units),
    except: (policy, request) => {
      const modules = units.flatMap((unit) => unit.modules?.modules ?? []);
      const outline = outlineUnits(units).find((one) => one.policy.id === policy.id);
      const reads = [
        ...(outline?.entryReads ?? []),
        ...(outline?.conditions ?? []).flatMap((condition) => condition.reads),
      ];
      return exceptRequest(policy, modules, request, reads);
    },
    test: (tests, { apart }) => runTests(units, opa, tests, apart),
    dispose: () => {
      disposed = true;
      for (const { loaded } of units) loaded.dispose();
    },
  };
}

const nothingSaid: Verdict = {
  engine: engineName,
  effect: "abstain",
  determining: [],
  errors: [],
  obligations: [],
  considered: 0,
  total: 0,
};

function digestOf(version: string, units: readonly PreparedUnit[]): string {
  const all = JSON.stringify([engineName, version, ...units.map(({ key }) => key)]);
  return `sha256:${createHash("sha256").update(all).digest("hex")}`;
}

function whyFailed(error: unknown): string {
  if (YoiError.is(error, "YOI_EVALUATION_FAILED")) return error.message;
  return "a policy could not be evaluated";
}
