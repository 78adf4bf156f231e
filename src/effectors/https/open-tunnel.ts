import type { Socket } from "node:net";
import { limits } from "../../calls/limits.ts";
import { whyStopped } from "./deadline.ts";
import { requestFailed } from "./request-failure.ts";

const accepted = /^HTTP\/1\.[01] 2\d\d[ \r]/;
const headEnd = "\r\n\r\n";

/**
 * Asks an HTTP proxy for a tunnel to `authority`, over a socket that leads to the proxy. On failure the socket is gone.
 * @throws {YoiError} YOI_EFFECT_FAILED with `unreachable`, `timeout` or `cancelled`
 */
export async function openTunnel(socket: Socket, authority: string, stop: AbortSignal): Promise<void> {
  const giveUp = () => socket.destroy();
  stop.addEventListener("abort", giveUp, { once: true });
  if (stop.aborted) giveUp();
  try {
    socket.write(`CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}${headEnd}`);
    const head = await readHead(socket);
    // Neither a TLS server nor an HTTP server speaks first: what comes after the head is nobody's we asked for.
    if (!accepted.test(head) || head.indexOf(headEnd) + headEnd.length !== head.length) throw new Error("no tunnel");
  } catch {
    socket.destroy();
    throw requestFailed(stop.aborted ? whyStopped(stop) : "unreachable");
  } finally {
    stop.removeEventListener("abort", giveUp);
  }
}

function readHead(socket: Socket): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let head = "";
  const read = () => {
    for (let chunk = socket.read(); chunk !== null; chunk = socket.read()) head += chunk.toString("latin1");
    if (head.includes(headEnd)) resolve(head);
    else if (head.length > limits.httpsHeadersBytesMax) reject(new Error("too long"));
  };
  socket.on("readable", read).once("end", reject).once("close", reject);
  return promise.finally(() => {
    socket.off("readable", read).off("end", reject).off("close", reject);
  });
}
