import { once } from "node:events";
import { createServer as createHttpServer, type RequestListener } from "node:http";
import { connect, createServer as createTcpServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import type { ExecutionContext } from "ava";
import { certificateFor } from "./certificates.ts";

/** A server on this machine's loopback, on a port of its own; it is gone when the test ends. */
export interface LoopbackServer {
  readonly port: number;
  /** How many connections were ever made to it. */
  readonly connections: number;
  /** Those that are open. */
  readonly sockets: ReadonlySet<Socket>;
}

export interface Serving {
  /** What the certificate is for; without it there is no TLS. */
  readonly names?: readonly string[];
  readonly address?: string;
  /** Until when the certificate is good. */
  readonly notAfter?: Date;
}

/** The names and addresses that test certificates are for, unless a test wants others. */
export const loopbackNames = ["api.example.com", "localhost", "127.0.0.1", "::1"];

/** Serves HTTP/1.1 by Node's own server: over TLS where there are names. */
export async function serveHttp(t: ExecutionContext, answer: RequestListener, serving: Serving = {}) {
  const http = createHttpServer(answer);
  return serveBytes(t, (socket) => http.emit("connection", socket), serving);
}

/** Serves whatever is written to each connection, well-formed or not. */
export async function serveBytes(
  t: ExecutionContext,
  accept: (socket: Socket) => void,
  { names, address = "127.0.0.1", notAfter }: Serving = {},
): Promise<LoopbackServer> {
  const server: Server =
    names === undefined ? createTcpServer(accept) : createTlsServer(await certificateFor(names, notAfter), accept);
  const sockets = new Set<Socket>();
  let connections = 0;
  server.on("connection", (socket: Socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on("error", () => undefined).once("close", () => sockets.delete(socket));
  });
  server.on("secureConnection", (socket: Socket) => socket.on("error", () => undefined));
  server.listen(0, address);
  await once(server, "listening");
  t.teardown(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  const place = server.address();
  const port = typeof place === "object" && place !== null ? place.port : 0;
  return {
    port,
    sockets,
    get connections() {
      return connections;
    },
  };
}

/** Everything that has been received up to the end of one request's head and its announced body. */
export async function readRequest(socket: Socket): Promise<string> {
  let seen = "";
  for (;;) {
    const head = seen.indexOf("\r\n\r\n");
    const length = Number(/^content-length: (\d+)\r$/im.exec(seen)?.[1] ?? 0);
    if (head !== -1 && seen.length >= head + 4 + length) return seen;
    const [chunk] = await once(socket, "data");
    seen += chunk.toString("latin1");
  }
}

/** An HTTP proxy that opens tunnels to this machine and remembers what it was asked for, word for word. */
export async function serveProxy(t: ExecutionContext, answer = "HTTP/1.1 200 Connection Established\r\n\r\n") {
  const asked: string[] = [];
  const server = await serveBytes(t, async (socket) => {
    const request = await readRequest(socket);
    asked.push(request);
    const [, host = "", port = ""] = /^CONNECT \[?([^\]\s]+?)\]?:(\d+) /.exec(request) ?? [];
    const far = connect(Number(port), host);
    far.on("error", () => socket.destroy());
    t.teardown(() => far.destroy());
    socket.write(answer);
    socket.pipe(far).pipe(socket);
  });
  return { port: server.port, asked };
}
