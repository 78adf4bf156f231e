import { once } from "node:events";
import type { Socket } from "node:net";
import { readRequest } from "./loopback-server.ts";

/** The first line of an answer, after which its headers go on. */
export const okLine = "HTTP/1.1 200 OK\r\n";

/** A whole answer with these bytes for its body. */
export function wholeAnswer(bytes: Uint8Array, headers = ""): Buffer {
  return Buffer.concat([Buffer.from(`${okLine}${headers}content-length: ${bytes.length}\r\n\r\n`), bytes]);
}

/** Answers a request with these bytes, and leaves the connection open. */
export function answering(answer: string | Uint8Array) {
  return async (socket: Socket): Promise<void> => {
    await readRequest(socket);
    socket.write(answer);
  };
}

/** Goes on writing for as long as anybody reads. */
export function pouring(start: string | Uint8Array, more: string | Uint8Array) {
  return async (socket: Socket): Promise<void> => {
    await readRequest(socket);
    socket.write(start);
    const ended = new Promise((resolve) => socket.once("close", resolve));
    while (!socket.destroyed) {
      if (!socket.write(more)) await Promise.race([ended, once(socket, "drain").catch(() => undefined)]);
    }
  };
}
