import { requestCall } from "../support/calls.ts";
import { atMost, type BenchGroup } from "./bench-row.ts";
import { openBenchServer } from "./bench-server.ts";
import { openBenchWorkspace } from "./bench-workspace.ts";
import { quantilesOf } from "./quantiles.ts";
import { openRequests } from "./requesting-plugin.ts";

/** How long a request that is under way outlives the policy that allowed it, from when the host begins to read the new ones. */
export async function measureRevocation(rounds: number): Promise<BenchGroup> {
  const server = await openBenchServer();
  const workspace = await openBenchWorkspace();
  await openRequests(workspace, server);
  const host = await workspace.openHost();
  const times: number[] = [];
  try {
    for (let round = 0; round < rounds; round++) {
      workspace.write(".yoi/policies/revoked.cedar", "");
      await host.reload();
      const reached = server.held();
      const ended = host.broker.submit(requestCall({ url: `${server.origin}/v1/held` })).then(({ status }) => {
        if (status !== "failed") throw new Error(`the request was ${status}`);
        return performance.now();
      });
      await reached;
      workspace.write(".yoi/policies/revoked.cedar", 'forbid (principal, action in Yoi::Action::"https", resource);\n');
      const beganAt = performance.now();
      await host.reload();
      times.push((await ended) - beganAt);
    }
  } finally {
    await host.close();
    workspace.close();
    await server.close();
  }
  const all = quantilesOf(times);
  return {
    title: "A request that is under way and revoked",
    rows: [{ what: "from reading the new policies to its end", unit: "ms", ...all, ...atMost(all.p50, 50, "ms") }],
  };
}
