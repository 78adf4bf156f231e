import { readFile } from "node:fs/promises";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
import { z } from "zod";

// The same work as the plugins', without policy, journal or sandbox: what is usual today.
const server = new McpServer({ name: "bench", version: "1.0.0" });
const textual = (text: string) => ({ content: [{ type: "text" as const, text }] });
server.registerTool("echo", { inputSchema: { text: z.string() } }, ({ text }) => textual(text));
server.registerTool("read_note", { inputSchema: { path: z.string() } }, async ({ path }) =>
  textual(await readFile(path, "utf8")),
);
server.registerTool("get_json", { inputSchema: { url: z.string() } }, async ({ url }) => {
  const response = await fetch(url);
  return textual(JSON.stringify(await response.json()));
});
await server.connect(new StdioServerTransport());
