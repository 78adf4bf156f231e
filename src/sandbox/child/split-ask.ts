import type { AskHeader } from "../ask-message.ts";
import type { GuestAsk } from "../sandbox.ts";

/** Parts an ask into a frame's header, and the bytes that go in the frame's body. */
export function splitAsk(ask: GuestAsk): { readonly header: AskHeader; readonly body?: Uint8Array } {
  switch (ask.kind) {
    case "https.send": {
      const { kind, request, body } = ask;
      // A copy: the frame is written as the schema knows it, with lists that it may read only.
      const headers = request.headers.map(({ name, value }) => ({ name, value }));
      const header = {
        kind,
        request: { ...request, headers, secrets: [...request.secrets] },
        hasBody: body !== undefined,
      };
      return body === undefined ? { header } : { header, body };
    }
    case "fs.write":
    case "fs.append": {
      const { bytes, ...header } = ask;
      return { header, body: bytes };
    }
    default:
      return { header: ask };
  }
}
