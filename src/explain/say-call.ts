import type { Call } from "../calls/call.ts";

/** A call in the words that `explain` takes; nothing where words cannot say all of it. */
export function sayCall(call: Call): readonly string[] | undefined {
  const { action, ask, principal, via } = call;
  const tool = via.tool === undefined ? [] : [via.tool.slice(via.tool.lastIndexOf("/") + 1)];
  switch (action) {
    case "tool.register":
      return [principal.id, action, ask.tool];
    case "plugin.prepare":
      return [principal.id, action, ask.plugin];
    case "tool.execute":
      return [principal.id, action, `${ask.plugin}/${ask.tool}`, JSON.stringify(ask.input)];
    case "https.request": {
      const isPlain = ask.headers.length + ask.secrets.length === 0 && ask.body === undefined && ask.hop === 0;
      return isPlain ? [principal.id, action, ask.method, ask.url, ...tool] : undefined;
    }
    case "network.connect":
      return ask.answer.length === 1 ? [principal.id, action, ask.url, ask.address, ...tool] : undefined;
    case "secret.use":
      return [principal.id, action, ask.secret, ask.url, ...tool];
    case "fs.write":
      return ask.bytes.length === 0 && ask.mode === "create" ? [principal.id, action, ask.path, ...tool] : undefined;
    case "fs.append":
      return ask.bytes.length === 0 ? [principal.id, action, ask.path, ...tool] : undefined;
    default:
      return [principal.id, action, ask.path, ...tool];
  }
}
