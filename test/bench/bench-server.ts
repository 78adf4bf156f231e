import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loopbackRoot } from "../support/certificates.ts";
import { type LocalhostServer, serveLocalhost } from "../support/localhost-server.ts";

/** A server on loopback that answers 4 KiB of JSON, or a redirect to them. */
export interface BenchServer extends LocalhostServer {
  /** PEM text of the root that its certificate leads to. */
  readonly ca: string;
  /** The same in a file, for programs that want one. */
  readonly caFile: string;
  /** Resolves when `/v1/held` is asked for the next time, which is never answered. */
  held(): Promise<void>;
}

const document = JSON.stringify({ text: "x".repeat(4_096 - 11) });

/** Starts the server on a port of its own. */
export async function openBenchServer(): Promise<BenchServer> {
  const waiting: (() => void)[] = [];
  const server = await serveLocalhost((request, response) => {
    if (request.url === "/v1/held") waiting.splice(0).map((resolve) => resolve());
    else if (request.url === "/v1/moved") response.writeHead(302, { location: "/v1/document" }).end();
    else response.writeHead(200, { "content-type": "application/json" }).end(document);
  });
  const folder = mkdtempSync(join(tmpdir(), "yoi-bench-ca-"));
  const caFile = join(folder, "ca.pem");
  writeFileSync(caFile, loopbackRoot);
  return {
    origin: server.origin,
    ca: loopbackRoot,
    caFile,
    held: () => new Promise((resolve) => waiting.push(resolve)),
    async close() {
      await server.close();
      rmSync(folder, { recursive: true });
    },
  };
}
