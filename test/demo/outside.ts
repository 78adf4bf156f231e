import { once } from "node:events";
import type { RequestListener } from "node:http";
import { createServer } from "node:https";
import { certificateFor, loopbackRoot } from "../support/certificates.ts";

/** A server of the demo's outside world: on loopback, with a certificate for its name. */
export interface DemoServer {
  /** Such as `https://localhost:41234`. */
  readonly origin: string;
  /** What reached it, as it was on the wire: method, path and query. */
  readonly got: readonly string[];
  close(): void;
}

/** The root that the servers' certificates lead to, as PEM text. */
export const demoRoot: string = loopbackRoot;

/** Serves one JSON document for everything that is asked. */
export async function serveJson(document: object): Promise<DemoServer> {
  const got: string[] = [];
  const answer: RequestListener = (request, response) => {
    got.push(`${request.method} ${request.url}`);
    response.setHeader("content-type", "application/json").end(JSON.stringify(document));
  };
  const server = createServer(await certificateFor(["localhost"]), answer);
  server.listen(0, "localhost");
  await once(server, "listening");
  const place = server.address();
  const port = typeof place === "object" && place !== null ? place.port : 0;
  return {
    origin: `https://localhost:${port}`,
    got,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
