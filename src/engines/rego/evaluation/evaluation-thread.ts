import { type MessagePort, workerData } from "node:worker_threads";
import type { ThreadAnswer, ThreadBounds, ThreadQuestion, ThreadUnit } from "./evaluation-message.ts";
import { OpaBuiltins } from "./opa-builtins.ts";
import { faultOf, PolicyRefusal } from "./policy-fault.ts";
import { PolicyInstance } from "./policy-instance.ts";

// The other side of `start-thread.ts`: compiled policies run in here and nowhere else, one evaluation at a time. The
// parent holds the clock, and ends this thread when it runs out.
const { port, bounds }: { readonly port: MessagePort; readonly bounds: ThreadBounds } = workerData;
const units = new Map<number, ThreadUnit>();
const instances = new Map<number, PolicyInstance>();
const opa = new OpaBuiltins(bounds.opaMemoryBytesMax);

port.on("message", async (question: ThreadQuestion) => {
  if (question.ask === "drop") {
    units.delete(question.unit);
    instances.delete(question.unit);
  } else {
    port.postMessage(await answer(question));
  }
});
port.postMessage({ ready: true } satisfies ThreadAnswer);

async function answer(question: Exclude<ThreadQuestion, { ask: "drop" }>): Promise<ThreadAnswer> {
  try {
    switch (question.ask) {
      case "evaluate":
        return withSpent(evaluate(question.unit, question.input));
      case "load":
        units.set(question.unit, question);
        return { loaded: true, builtins: instanceOf(question.unit).builtins };
      case "start-opa":
        await opa.start(question.module);
        return { ready: true };
    }
  } catch (error) {
    const fault = faultOf(error);
    if (fault instanceof PolicyRefusal) return { refused: fault.message, remedy: fault.remedy };
    return { failed: fault.why, message: fault.message, spent: opa.spent };
  }
}

function withSpent(text: string): ThreadAnswer {
  return opa.spent ? { text, spent: true } : text;
}

function evaluate(unit: number, input: string): string {
  const instance = instanceOf(unit);
  // What an evaluation that was cut short left in the memory is not to be evaluated with again.
  instances.delete(unit);
  const text = instance.evaluate(input);
  // Memory only grows: one input that needed much must not hold it for good.
  if (instance.memoryBytes <= bounds.memoryBytesMax / 2) instances.set(unit, instance);
  return text;
}

function instanceOf(unit: number): PolicyInstance {
  const found = instances.get(unit);
  if (found !== undefined) return found;
  const known = units.get(unit);
  if (known === undefined) throw new PolicyRefusal("was not loaded");
  const made = new PolicyInstance(known, bounds, (name, operands) => opa.answer(name, operands));
  instances.set(unit, made);
  return made;
}
