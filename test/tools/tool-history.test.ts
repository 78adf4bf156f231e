import test from "ava";
import { createToolHistory, type ToolHistory, type ToolResultItem } from "../../src/tools/tool-history.ts";

const resultOf = (callId: string, content?: string): ToolResultItem => ({
  kind: "result",
  callId,
  name: "tool",
  summary: `did ${callId}`,
  isError: false,
  ...(content !== undefined && { content }),
});

function historyOf(contents: readonly number[]): ToolHistory {
  const history = createToolHistory();
  for (const [index, bytes] of contents.entries()) {
    history.begin({ kind: "call", callId: `c${index}`, name: "tool", input: {} });
    history.end(resultOf(`c${index}`, "x".repeat(bytes)));
  }
  return history;
}

const kept = (history: ToolHistory, pruning = {}) =>
  history.pruned(pruning).map((item) => (item.kind === "result" ? (item.content?.length ?? "-") : "call"));

test("a call has one result: a second one, and one without a call, are not taken", (t) => {
  const history = historyOf([1]);
  history.end(resultOf("c0", "again"));
  history.end(resultOf("never begun"));
  t.deepEqual(
    history.items().map(({ kind }) => kind),
    ["call", "result"],
  );
});

test("pruning drops old content and nothing else, and what is stored does not change", (t) => {
  const history = historyOf([20_000, 20_000, 20_000]);
  t.deepEqual(kept(history), ["call", "-", "call", "-", "call", 20_000]);
  t.is(history.pruned()[1]?.kind === "result" && history.pruned()[1]?.callId, "c0");
  t.deepEqual(
    history.items().map((item) => (item.kind === "result" ? item.content?.length : "call")),
    ["call", 20_000, "call", 20_000, "call", 20_000],
  );
});

test("the newest content is protected, and pruning that saves little is not worth it", (t) => {
  t.deepEqual(kept(historyOf([16_383, 32_000])), ["call", 16_383, "call", 32_000]);
  t.deepEqual(kept(historyOf([16_384, 32_000])), ["call", "-", "call", 32_000]);
  t.deepEqual(kept(historyOf([5, 5]), { protectedBytes: 5, savingBytesMin: 1 }), ["call", "-", "call", 5]);
});

test("items cannot be changed by whoever reads them", (t) => {
  const history = historyOf([1]);
  t.throws(() => Object.assign(history.items()[1] ?? {}, { content: "forged" }));
  (history.items() as unknown[]).pop();
  t.is(history.items().length, 2);
});
