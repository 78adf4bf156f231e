// The guest's side: what a plugin's author writes against. In comes one tool call, out goes one output;
// in between, asks to the host through `yoi:host`.
// It must never import anything of the host: it is bundled into the component, and knows no Node.
// Each export stands alone, so that a plugin imports from the host only what it uses.
export { config } from "./config.ts";
export { console } from "./console.ts";
export { definePlugin, type Plugin, type ToolHandlers } from "./define-plugin.ts";
export { type FetchHeaders, type FetchResponse, HttpError } from "./fetch-response.ts";
export { type FileKind, type FileStatus, type FolderEntry, fs, type WriteMode } from "./fs.ts";
export { HostError, type HostErrorTag } from "./host-error.ts";
export { https } from "./https.ts";
export type {
  FetchInit,
  HeadersInit,
  HttpsHeader,
  HttpsRequest,
  HttpsResponse,
  RequestBounds,
  RequestOptions,
} from "./https-messages.ts";
export { type ToolAnswer, type ToolOutput, toolError } from "./tool-output.ts";

declare global {
  /** QuickJS has none. The build puts the SDK's in its place wherever it is used. */
  const console: typeof import("./console.ts").console;
}
