import { loopbackRoot } from "../support/certificates.ts";
import { type LocalhostServer, serveLocalhost } from "../support/localhost-server.ts";

/** A server of the demo's outside world: on loopback, with a certificate for its name. */
export interface DemoServer extends LocalhostServer {
  /** What reached it, as it was on the wire: method, path and query. */
  readonly got: readonly string[];
}

/** The root that the servers' certificates lead to, as PEM text. */
export const demoRoot: string = loopbackRoot;

/** Serves one JSON document for everything that is asked. */
export async function serveJson(document: object): Promise<DemoServer> {
  const got: string[] = [];
  const server = await serveLocalhost((request, response) => {
    got.push(`${request.method} ${request.url}`);
    response.setHeader("content-type", "application/json").end(JSON.stringify(document));
  });
  return { ...server, got };
}
