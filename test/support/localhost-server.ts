import { once } from "node:events";
import type { RequestListener } from "node:http";
import { createServer } from "node:https";
import { certificateFor } from "./certificates.ts";

/** A server on this machine that is reached by name, over TLS. */
export interface LocalhostServer {
  /** Such as `https://localhost:41234`. */
  readonly origin: string;
  /** Ends its connections, and resolves when it is gone. */
  close(): Promise<void>;
}

/** Serves HTTPS as `localhost` on a port of its own, with a certificate of the loopback root. */
export async function serveLocalhost(answer: RequestListener): Promise<LocalhostServer> {
  const server = createServer(await certificateFor(["localhost"]), answer);
  server.listen(0, "localhost");
  await once(server, "listening");
  const place = server.address();
  const port = typeof place === "object" && place !== null ? place.port : 0;
  return {
    origin: `https://localhost:${port}`,
    async close() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
