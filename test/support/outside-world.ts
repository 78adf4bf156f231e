import type { RequestListener } from "node:http";
import { connect } from "node:net";
import type { ExecutionContext } from "ava";
import { placesOf } from "../../src/config/places.ts";
import type { Lookup } from "../../src/effectors/https/resolve-host.ts";
import { gatherBuiltinTools } from "../../src/host/builtin-tools.ts";
import { type Host, openHost } from "../../src/host/open-host.ts";
import { loopbackRoot } from "./certificates.ts";
import { type LoopbackServer, readRequest, serveBytes, serveHttp } from "./loopback-server.ts";
import type { TestWorkspace } from "./workspaces.ts";

/** A public address, so that nothing has to be opened for it; no packet ever goes there. */
export const publicAddress = "93.184.215.14";

/** Everything outside of this machine: one server behind every name, which only a proxy leads to. */
export interface OutsideWorld {
  readonly server: LoopbackServer;
  /** The targets of every tunnel that was opened: where a connection was made to. */
  readonly tunnels: readonly string[];
  /** Names that were looked up, in order. */
  readonly lookups: readonly string[];
  /** What names resolve to from now on. */
  resolve(addresses: readonly string[]): void;
  /** Nothing that is dialled from now on is reached. */
  goDown(): void;
}

export interface Surroundings {
  readonly answer: RequestListener;
  readonly names: readonly string[];
  /** Besides what the workspace's environment has. */
  readonly variables?: { readonly [name: string]: string };
  /** More of the user's own yoi.toml. */
  readonly userConfig?: string;
  readonly nowMs?: () => number;
}

/** Opens a workspace's host with the whole outside world on loopback; both are gone when the test ends. */
export async function openOutside(
  t: ExecutionContext,
  workspace: TestWorkspace,
  { answer, names, variables = {}, userConfig = "", nowMs = Date.now }: Surroundings,
): Promise<{ readonly host: Host; readonly world: OutsideWorld }> {
  const server = await serveHttp(t, answer, { names });
  const tunnels: string[] = [];
  const lookups: string[] = [];
  let isDown = false;
  let addresses: readonly string[] = [publicAddress];
  const proxy = await serveBytes(t, async (socket) => {
    const [, target = ""] = /^CONNECT (\S+) /.exec(await readRequest(socket)) ?? [];
    tunnels.push(target);
    if (isDown) return void socket.end("HTTP/1.1 502 Bad Gateway\r\n\r\n");
    const far = connect(server.port, "127.0.0.1").on("error", () => socket.destroy());
    far.once("close", () => socket.destroy());
    socket.once("close", () => far.destroy());
    socket.write("HTTP/1.1 200 OK\r\n\r\n");
    socket.pipe(far).pipe(socket);
  });
  const own = `${workspace.home}/.config/yoi`;
  workspace.write(`${own}/ca.pem`, loopbackRoot);
  workspace.write(
    `${own}/yoi.toml`,
    `${userConfig}\n[network]\nproxy = "http://127.0.0.1:${proxy.port}"\nca = "ca.pem"\n`,
  );
  const lookup: Lookup = async (name) => {
    lookups.push(name);
    return addresses;
  };
  const places = placesOf(workspace.folder, { ...workspace.environment, ...variables });
  const host = await openHost({ places, builtin: gatherBuiltinTools([], "0.0.0"), nowMs, lookup });
  t.teardown(() => host.close());
  const world: OutsideWorld = {
    server,
    tunnels,
    lookups,
    resolve: (next) => {
      addresses = next;
    },
    goDown: () => {
      isDown = true;
    },
  };
  return { host, world };
}
