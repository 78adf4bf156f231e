import { join } from "node:path";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";

/** A server of `mcp-server.ts` in its own process, reached over stdio by the official client. */
export interface McpPeer {
  readonly pid: number;
  call(name: string, input: { readonly [key: string]: unknown }): Promise<void>;
  close(): Promise<void>;
}

/** Starts the server and waits until it is initialised. */
export async function openMcpPeer(environment: { readonly [name: string]: string } = {}): Promise<McpPeer> {
  const client = new Client({ name: "bench", version: "1.0.0" });
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [join(import.meta.dirname, "mcp-server.ts")],
    env: environment,
  });
  await client.connect(transport);
  return {
    pid: transport.pid ?? 0,
    async call(name, input) {
      const { isError } = await client.callTool({ name, arguments: { ...input } });
      if (isError === true) throw new Error(`${name}: the server answered with an error`);
    },
    close: () => client.close(),
  };
}
