import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { certificateFor, loopbackRoot } from "../support/certificates.ts";

/** A server on loopback that answers 4 KiB of JSON, or a redirect to them. */
export interface BenchServer {
  readonly origin: string;
  /** PEM text of the root that its certificate leads to. */
  readonly ca: string;
  /** The same in a file, for programs that want one. */
  readonly caFile: string;
  /** Resolves when `/v1/held` is asked for the next time, which is never answered. */
  held(): Promise<void>;
  close(): Promise<void>;
}

const document = JSON.stringify({ text: "x".repeat(4_096 - 11) });

/** Starts the server on a port of its own. */
export async function openBenchServer(): Promise<BenchServer> {
  const waiting: (() => void)[] = [];
  const server = createServer(await certificateFor(["localhost"]), (request, response) => {
    if (request.url === "/v1/held") waiting.splice(0).map((resolve) => resolve());
    else if (request.url === "/v1/moved") response.writeHead(302, { location: "/v1/document" }).end();
    else response.writeHead(200, { "content-type": "application/json" }).end(document);
  });
  const folder = mkdtempSync(join(tmpdir(), "yoi-bench-ca-"));
  const caFile = join(folder, "ca.pem");
  writeFileSync(caFile, loopbackRoot);
  server.listen(0, "localhost");
  await once(server, "listening");
  const place = server.address();
  const port = typeof place === "object" && place !== null ? place.port : 0;
  return {
    origin: `https://localhost:${port}`,
    ca: loopbackRoot,
    caFile,
    held: () => new Promise((resolve) => waiting.push(resolve)),
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
      rmSync(folder, { recursive: true });
    },
  };
}
