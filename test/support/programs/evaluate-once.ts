// Loads a policy module, has it answer once with a clock that never moves, and leaves its evaluator open.
import { stoppedEvaluator } from "../evaluation-threads.ts";
import { buildPolicy } from "../rego-modules.ts";

const { evaluator } = stoppedEvaluator();
const unit = await evaluator.load({ name: "once.wasm", wasm: await buildPolicy(), data: "{}" });
console.log(await unit.evaluate('[{"result":7}]'));
