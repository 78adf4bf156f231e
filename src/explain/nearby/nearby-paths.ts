import { type Mention, type NearbyCall, type Origin, textsOf, withAsk } from "./nearby-call.ts";

/** The same call of other paths in the mount: those that policies name, and those that lie beside and above. */
export function* nearbyPaths({ call, request, atMs }: Origin, mentions: readonly Mention[]): Generator<NearbyCall> {
  if (!("path" in call.ask) || request.resource.type !== "Path") return;
  const [mount = "", ...segments] = request.resource.id.split("/");
  // Policies have the workspace's name of the mount, and the call has the manifest's.
  const [asked = mount] = call.ask.path.split("/");
  for (const path of new Set(pathsNear(mount, segments, mentions))) {
    if (path === request.resource.id) continue;
    const part = { what: "path", from: request.resource.id, to: path };
    yield { part, call: withAsk(call, { path: asked + path.slice(mount.length) }), atMs };
  }
}

function* pathsNear(mount: string, segments: readonly string[], mentions: readonly Mention[]): Generator<string> {
  const last = segments.slice(-1);
  for (const { path, literals } of mentions) {
    if (path !== "resource" && !path.startsWith("resource.")) continue;
    for (const text of textsOf(literals, "Path")) {
      const [named, ...below] = text.split("/");
      if (named !== mount) continue;
      // A name with an ending is mostly a file's, in which nothing lies.
      if (/\.\w+$/.test(text)) yield text;
      // The folder that is named is not what is asked for in it.
      if (segments.length > below.length) yield joined(mount, [...below, ...segments.slice(below.length)]);
      yield joined(mount, [...below, ...last]);
      yield text;
      // Out of what a forbid names.
      yield joined(mount, [...below.slice(0, -1), ...last]);
      yield joined(mount, below.slice(0, -1));
    }
  }
}

function joined(mount: string, segments: readonly string[]): string {
  return [mount, ...segments].join("/");
}
