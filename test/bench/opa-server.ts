import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { Agent, request } from "undici";
import type { AuthorizationRequest } from "../../src/calls/value.ts";
import type { PolicySource } from "../../src/engines/policy-engine.ts";
import { toRegoInput } from "../../src/engines/rego/to-rego-input.ts";
import { shippedRego } from "../support/shipped-rego.ts";

/** A native OPA server with the same policies, asked over one connection that is kept. */
export interface OpaServer {
  decide(asked: AuthorizationRequest): Promise<unknown>;
  close(): Promise<void>;
}

const version = "v1.22.2";

/** Starts a server, which Go installs once; `undefined` where there is no Go to install it with. */
export async function serveOpa(policies: readonly PolicySource[]): Promise<OpaServer | undefined> {
  const binary = installOpa();
  if (binary === undefined) return undefined;
  const folder = mkdtempSync(join(tmpdir(), "yoi-bench-opa-"));
  for (const { file, text } of [...shippedRego.modules, ...policies]) {
    writeFileSync(join(folder, file.replaceAll("/", "-")), text);
  }
  const port = await freePort();
  const child = spawn(binary, ["run", "--server", "--addr", `127.0.0.1:${port}`, "--log-level", "error", folder], {
    stdio: "ignore",
  });
  const agent = new Agent({ connections: 1 });
  const ask = async (body: string) => {
    const answer = await request(`http://127.0.0.1:${port}/v1/data/yoi/decision`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body,
      dispatcher: agent,
    });
    return answer.body.json();
  };
  await untilUp(() => ask('{"input":{}}'));
  return {
    decide: (asked) => ask(`{"input":${toRegoInput(asked)}}`),
    async close() {
      await agent.close();
      child.kill();
      await once(child, "close");
      rmSync(folder, { recursive: true });
    },
  };
}

function installOpa(): string | undefined {
  const folder = join(tmpdir(), `yoi-bench-opa-${version}`);
  const binary = join(folder, "opa");
  if (existsSync(binary)) return binary;
  mkdirSync(folder, { recursive: true });
  const module = `github.com/open-policy-agent/opa@${version}`;
  const installed = spawnSync("go", ["install", module], { env: { ...process.env, GOBIN: folder, CGO_ENABLED: "0" } });
  return installed.status === 0 && existsSync(binary) ? binary : undefined;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return typeof address === "object" && address !== null ? address.port : 0;
}

async function untilUp(ask: () => Promise<unknown>): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    try {
      await ask();
      return;
    } catch {
      await wait(50);
    }
  }
  throw new Error("the OPA server does not answer");
}
